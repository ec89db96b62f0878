"""What features read of the catalog alone: one table a kind, made once and used for every team."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.support import Support
from models.vocab import Audience, FocusArea, GradeBand, Modality
from recommender.config import Parts
from recommender.index import CatalogIndex
from recommender.ranking.signals import DOMAINS

__all__ = ["FOCUS_AREAS", "LEVELS", "Column", "SupportTable", "best_statement", "spelled_out"]

Column = NDArray[np.float64]
_ALL_PARTS = Parts()

POSITION_WEIGHTS = (1.0, 0.6, 0.4)
"""A record names its domains most important first."""

FOCUS_AREAS = tuple(area for area in FocusArea if area is not FocusArea.GENERAL)
LEVELS = (1, 2, 3, 4)


@dataclass(frozen=True)
class SupportTable:
    """What the features read of n supports of one kind, in the order of their index."""

    index: CatalogIndex
    domains: Column
    """Position weight of each domain of a record, each row summing to 1; (n, 11)."""
    main_domain: Column
    """1 at the first domain; (n, 11)."""
    services: Column
    """Share of its services by domain, each row summing to 1, or 0 without services; (n, 11)."""
    touches: NDArray[np.bool_]
    """Whether the record or a service names the domain; (n, 11)."""
    levels: Column
    """1 at the levels it suits, 1 everywhere where unknown; (n, 4)."""
    focus: Column
    """1 at each focus area but `general`; (n, 20)."""
    main_focus: Column
    """1 at the first focus area, unless that is `general`; (n, 20)."""
    is_general: Column
    focus_rarity: Column
    """Of each focus area: 1 where no support has it, falling with the log of how many do, 0 where all do; (20,)."""
    main_audience: Column
    """1 at the first audience; (n, audiences)."""
    grade_bands: Column
    """1 at each grade band; (n, bands)."""
    modalities: Column
    """1 at each modality, hybrid counting as virtual and in person too; (n, 5)."""
    anchors: NDArray[np.float32]
    """Similarity of the best statement with each picture of practice; (items, 4, n)."""
    _read: dict[Callable[[Support], float], Column] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls, index: CatalogIndex, anchor_vectors: NDArray[np.float32], *, parts: Parts = _ALL_PARTS
    ) -> "SupportTable":
        """The table of one kind's index.

        Args:
            index: supports of one kind.
            anchor_vectors: unit vectors of `rubric_queries`, shape (4 x items, dimension).
            parts: whether statements count.
        """
        supports = index.supports
        focus = _multi_hot([support.focus_areas for support in supports], FOCUS_AREAS)
        weights = np.zeros((len(supports), len(DOMAINS)))
        for row, support in enumerate(supports):
            for domain, weight in zip(support.domains, POSITION_WEIGHTS, strict=False):
                weights[row, DOMAINS.index(domain)] = weight
        services = np.array([_service_counts(support) for support in supports]).reshape(-1, len(DOMAINS))
        levels = _multi_hot([support.levels for support in supports], LEVELS)
        levels[levels.sum(axis=1) == 0] = 1
        # One item at a time, so that a large catalog never needs every similarity at once.
        anchors = np.empty((len(anchor_vectors) // 4, 4, len(supports)), dtype=np.float32)
        for item in range(len(anchors)):
            pictures = anchor_vectors[4 * item : 4 * item + 4]
            anchors[item] = (
                best_statement(index, pictures) if parts.statements else index.documents.similarities(pictures)
            )
        return cls(
            index=index,
            domains=weights / weights.sum(axis=1, keepdims=True),
            main_domain=_multi_hot([support.domains[:1] for support in supports], DOMAINS),
            services=services / np.maximum(services.sum(axis=1, keepdims=True), 1),
            touches=(weights > 0) | (services > 0),
            levels=levels,
            focus=focus,
            main_focus=_multi_hot([support.focus_areas[:1] for support in supports], FOCUS_AREAS),
            is_general=np.array([float(FocusArea.GENERAL in support.focus_areas) for support in supports]),
            focus_rarity=np.log((len(supports) + 1) / (focus.sum(axis=0) + 1)) / math.log(len(supports) + 2),
            main_audience=_multi_hot([support.audiences[:1] for support in supports], tuple(Audience)),
            grade_bands=_multi_hot([support.grade_bands for support in supports], tuple(GradeBand)),
            modalities=_multi_hot([spelled_out(support.modality) for support in supports], tuple(Modality)),
            anchors=anchors,
        )

    def each(self, read: Callable[[Support], float]) -> Column:
        """What a function says of each record, shape (n,); a function of a module is asked once a record."""
        if read not in self._read:
            self._read[read] = np.array([read(support) for support in self.index.supports], dtype=np.float64)
        return self._read[read]


def best_statement(index: CatalogIndex, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Similarity with each support's best statement, its document's where it has none; (queries, n)."""
    best = index.statement_segments.max(index.statements.similarities(vectors)).astype(np.float32)
    if np.isnan(best).any():
        best = np.where(np.isnan(best), index.documents.similarities(vectors), best)
    return best


def spelled_out(modality: Sequence[str]) -> tuple[str, ...]:
    """Ways of giving a support, hybrid followed by the two ways that it meets."""
    extra = (Modality.FACILITATED_VIRTUAL, Modality.FACILITATED_IN_PERSON) if Modality.HYBRID in modality else ()
    return (*modality, *extra)


def _service_counts(support: Support) -> list[int]:
    return [sum(domain in service.domains for service in support.offers) for domain in DOMAINS]


def _multi_hot(values: Sequence[Sequence[object]], options: Sequence[object]) -> Column:
    place = {option: column for column, option in enumerate(options)}
    table = np.zeros((len(values), len(options)))
    for row, words in enumerate(values):
        for word in words:
            if word in place:
                table[row, place[word]] = 1
    return table
