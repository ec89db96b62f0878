"""Features of every support for one team: named columns in [0, 1], larger is a better fit.

`SupportTable` holds what depends on the catalog alone and is made once; `team_features` adds the team. A feature is a
measurement; how much it counts is in `RankingConfig`. Yes-or-no facts that a program may want to change are not here
but in the ruleset.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assessment import Assessment
from models.support import Provider, Resource, Support
from models.vocab import Audience, FocusArea, Form, GradeBand, Modality, ResourceType
from recommender.config import Parts
from recommender.index import CatalogIndex
from recommender.instruments import LoadedInstrument
from recommender.ranking.signals import DOMAINS, OwnWords, TeamSignals

__all__ = [
    "FEATURES",
    "IMPORTANCE_FEATURES",
    "ITEM_FEATURES",
    "LEVEL_FEATURES",
    "FeatureColumns",
    "SupportTable",
    "level_fit",
    "team_features",
]

Column = NDArray[np.float64]
_ALL_PARTS = Parts()

FEATURES: Mapping[str, str] = {
    "need_focus": "Works on what you need, in the area you work on",
    "need_words": "Works on what you need, at your level, in words close to yours",
    "focus_words": "About the area you work on, in words close to yours",
    "item_fit": "Speaks to the practices where you answered lowest",
    "need_coverage": "Covers several of your needs at once",
    "primary_importance": "Its main topic is one you called important",
    "service_top": "Its services work on your top three",
    "primary_focus": "Its first focus area is yours",
    "focus_rarity": "Shares a focus area that few supports have",
    "focus_specific": "Keeps to few focus areas",
    "stage_level": "Made for work about as far along as yours",
    "first_audience": "Made first of all for people on your team",
    "hoped_words": "Uses the words of the help you hope for",
    "grade_exact": "Made for exactly your grades",
    "modality_share": "Given in the ways that work for you",
    "ready_to_use": "Ready to use in a meeting",
}
"""Every feature and what it says, in a few words for people."""

LEVEL_FEATURES = frozenset({"need_focus", "need_words", "item_fit", "need_coverage", "stage_level"})
"""Features that would tell a domain's level or need to whoever reads them."""

IMPORTANCE_FEATURES = frozenset({"primary_importance", "service_top"})
"""Features that would tell what people called important."""

ITEM_FEATURES = frozenset({"need_words", "item_fit", "stage_level", "focus_words"})
"""Features that would tell P(level) or answers to single items; `focus_words` only of a team without own words.
`stage_level` tells neither: with it the part that stands for them all never stands for `item_fit` alone."""

OF_PART: Mapping[str, tuple[str, ...]] = {
    "lexical": ("hoped_words",),
    "level_fit": ("stage_level",),
    "rubric_items": ("item_fit",),
    "facets": (
        "primary_focus",
        "focus_rarity",
        "focus_specific",
        "first_audience",
        "grade_exact",
        "modality_share",
        "ready_to_use",
    ),
}
"""Features that are 0 while a part of the ranking is switched off; the other parts act inside features."""

POSITION_WEIGHTS = (1.0, 0.6, 0.4)
"""A record names its domains most important first."""

READINESS_TO_USE: Mapping[ResourceType, float] = {
    ResourceType.TOOLKIT: 1.0,
    ResourceType.GUIDE: 1.0,
    ResourceType.TEMPLATE: 1.0,
    ResourceType.PROTOCOL: 1.0,
    ResourceType.TOOL: 0.8,
    ResourceType.PRACTICE_GUIDE: 0.8,
    ResourceType.COURSE: 0.8,
    ResourceType.RUBRIC_OR_ASSESSMENT: 0.7,
    ResourceType.DISCUSSION_GUIDE: 0.7,
    ResourceType.CASE_STUDY: 0.6,
    ResourceType.VIDEO: 0.5,
    ResourceType.BOOK: 0.4,
    ResourceType.WEBINAR: 0.3,
    ResourceType.ARTICLE: 0.2,
    ResourceType.RESEARCH_BRIEF: 0.1,
    ResourceType.DATASET_OR_DASHBOARD: 0.1,
    ResourceType.REPORT: 0.0,
}
"""How directly a team can act with a resource of each type: from materials made to be used to findings to be read."""

_FOCUS = tuple(area for area in FocusArea if area is not FocusArea.GENERAL)
_MANY_FOCUS_AREAS = 5
_LEVELS = (1, 2, 3, 4)


@dataclass(frozen=True)
class SupportTable:
    """What the features read of n supports of one kind, in the order of their index."""

    index: CatalogIndex
    domains: Column
    """Position weight of each domain of a record, each row summing to 1; (n, 11)."""
    main_domain: Column
    """1 at the first domain; (n, 11)."""
    services: Column
    """Share of a provider's services by domain, each row summing to 1, or 0 without services; (n, 11)."""
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
    ready_to_use: Column
    anchors: NDArray[np.float32]
    """Similarity of the best statement with each picture of practice; (items, 4, n)."""

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
        focus = _multi_hot([support.focus_areas for support in supports], _FOCUS)
        weights = np.zeros((len(supports), len(DOMAINS)))
        for row, support in enumerate(supports):
            for domain, weight in zip(support.domains, POSITION_WEIGHTS, strict=False):
                weights[row, DOMAINS.index(domain)] = weight
        services = np.array([_service_counts(support) for support in supports]).reshape(-1, len(DOMAINS))
        levels = _multi_hot([support.levels for support in supports], _LEVELS)
        levels[levels.sum(axis=1) == 0] = 1
        # One item at a time, so that a large catalog never needs every similarity at once.
        anchors = np.empty((len(anchor_vectors) // 4, 4, len(supports)), dtype=np.float32)
        for item in range(len(anchors)):
            pictures = anchor_vectors[4 * item : 4 * item + 4]
            anchors[item] = (
                _best_statement(index, pictures) if parts.statements else index.documents.similarities(pictures)
            )
        return cls(
            index=index,
            domains=weights / weights.sum(axis=1, keepdims=True),
            main_domain=_multi_hot([support.domains[:1] for support in supports], DOMAINS),
            services=services / np.maximum(services.sum(axis=1, keepdims=True), 1),
            touches=(weights > 0) | (services > 0),
            levels=levels,
            focus=focus,
            main_focus=_multi_hot([support.focus_areas[:1] for support in supports], _FOCUS),
            is_general=np.array([float(FocusArea.GENERAL in support.focus_areas) for support in supports]),
            focus_rarity=np.log((len(supports) + 1) / (focus.sum(axis=0) + 1)) / math.log(len(supports) + 2),
            main_audience=_multi_hot([support.audiences[:1] for support in supports], tuple(Audience)),
            grade_bands=_multi_hot([support.grade_bands for support in supports], tuple(GradeBand)),
            modalities=_multi_hot([_spelled_out(support.modality) for support in supports], tuple(Modality)),
            ready_to_use=np.array(
                [READINESS_TO_USE[s.resource_type] if isinstance(s, Resource) else 0.0 for s in supports]
            ),
            anchors=anchors,
        )


@dataclass(frozen=True)
class FeatureColumns:
    """Feature values of the chosen rows of one table."""

    rows: NDArray[np.intp]
    columns: Mapping[str, Column]
    """One value a row for each name in `FEATURES`, in [0, 1]."""
    level_fit: Column
    """How likely the team is at a level the support suits, over the support's domains; [0, 1]."""
    need_share: Column
    """How the support's work splits over the team's needs; rows sum to 1, or to 0 off the needs; (rows, 11)."""


def team_features(
    table: SupportTable,
    rows: NDArray[np.intp],
    *,
    assessment: Assessment,
    instrument: LoadedInstrument,
    signals: TeamSignals,
    words: OwnWords,
    piece_vectors: NDArray[np.float32],
    parts: Parts = _ALL_PARTS,
) -> FeatureColumns:
    """Every feature of the supports at `rows`.

    Args:
        table: supports of one kind.
        rows: which of them, ascending.
        assessment: for the context questions and roles.
        instrument: for the labels of focus areas and the domain of each item.
        signals: the team as arrays.
        words: the team's own words.
        piece_vectors: unit vectors of `words.pieces`, shape (pieces, dimension).
        parts: which parts of the ranking work.
    """
    context = assessment.team.context
    domains, levels, focus = table.domains[rows], table.levels[rows], table.focus[rows]
    need = signals.need / max(signals.need.max(), 1e-9)
    p_suits = _p_suits(levels, signals) if parts.level_fit else np.ones_like(domains)
    need_part = domains * need
    chosen = _chosen(context.get("focus_areas"), _FOCUS)
    hits = _dot(focus, chosen)
    main_focus = _dot(table.main_focus[rows], chosen)
    general = table.is_general[rows]
    n_focus = focus.sum(axis=1)
    focus_recall = np.maximum(hits / max(chosen.sum(), 1), 0.4 * general)
    focus_match = np.where(hits > 0, 0.5 + 0.3 * main_focus + 0.2 * hits / np.maximum(n_focus, 1), 0.35 * general)
    if not parts.facets:
        focus_recall = focus_match = np.ones(len(rows))
    anchor = _present_anchors(table, rows, signals)
    own = _own_words_fit(table, rows, words, piece_vectors, instrument, context.get("focus_areas"), parts)
    if own is None:
        weight = signals.item_weight
        own = _stretch(_dot(anchor.T, weight) / max(weight.sum(), 1e-9), 0.1, 0.3)
    people = _chosen(_people(assessment), tuple(Audience))
    bands = _chosen(context.get("grade_bands"), tuple(GradeBand))
    modes = _chosen(_spelled_out(_words(context.get("modality"))), tuple(Modality))
    modalities = table.modalities[rows]
    top_three = (signals.importance >= 0.99).astype(float)
    columns = {
        "need_focus": need_part.sum(axis=1) * focus_recall,
        "need_words": (need_part * p_suits).sum(axis=1) * own,
        "focus_words": focus_match * own,
        "item_fit": _item_fit(anchor, domains > 0, instrument, signals),
        "need_coverage": _dot(table.touches[rows], signals.need) / max(signals.need.sum(), 1e-9),
        "primary_importance": _dot(table.main_domain[rows], np.clip((signals.importance - 0.25) / 0.75, 0, 1) ** 2),
        "service_top": _dot(table.services[rows], top_three),
        "primary_focus": main_focus,
        "focus_rarity": np.minimum(_dot(focus, chosen * table.focus_rarity), 1.5) / 1.5,
        "focus_specific": 1 - np.minimum(n_focus, _MANY_FOCUS_AREAS) / _MANY_FOCUS_AREAS,
        "stage_level": _dot(levels, signals.p_stage),
        "first_audience": _dot(table.main_audience[rows], people),
        "hoped_words": _hoped_words(table, rows, words),
        "grade_exact": (table.grade_bands[rows] == bands).all(axis=1) * float(bands.any()),
        "modality_share": _dot(modalities, modes) / np.maximum(modalities.sum(axis=1), 1),
        "ready_to_use": table.ready_to_use[rows],
    }
    off = (name for part, names in OF_PART.items() if not getattr(parts, part) for name in names)
    columns |= {name: np.zeros(len(rows)) for name in off}
    of_need = need_part.sum(axis=1, keepdims=True)
    return FeatureColumns(
        rows=rows,
        columns=columns,
        level_fit=(domains * p_suits).sum(axis=1),
        need_share=np.divide(need_part, of_need, out=np.zeros_like(need_part), where=of_need > 0),
    )


def level_fit(table: SupportTable, signals: TeamSignals) -> Column:
    """`FeatureColumns.level_fit` of every support of a table, shape (n,)."""
    fit: Column = (table.domains * _p_suits(table.levels, signals)).sum(axis=1)
    return fit


def _p_suits(levels: Column, signals: TeamSignals) -> Column:
    """How likely the team is, in each domain, at a level the support suits; (supports, 11)."""
    p_suits = np.zeros((len(levels), len(DOMAINS)))
    for level in range(len(_LEVELS)):
        p_suits += levels[:, [level]] * signals.p_levels[:, level]
    return p_suits


def _present_anchors(table: SupportTable, rows: NDArray[np.intp], signals: TeamSignals) -> Column:
    """Similarity of each support's best statement with each item's present picture; (items, rows)."""
    items = np.arange(len(signals.present))
    level = np.maximum(signals.present, 1) - 1  # items without an answer weigh 0, so any picture will do
    chosen: Column = table.anchors[items, level][:, rows].astype(float)
    return chosen


def _item_fit(
    anchor: Column, has_domain: NDArray[np.bool_], instrument: LoadedInstrument, signals: TeamSignals
) -> Column:
    """Weighted similarity with the present pictures, over the items of the support's own domains."""
    of_item = np.array([DOMAINS.index(domain) for domain in instrument.domain_of.values()])
    weighted = anchor * signals.item_weight[:, np.newaxis] * has_domain.T[of_item]
    similarity = weighted.sum(axis=0) / max(signals.item_weight.sum(), 1e-9)
    return _stretch(similarity, 0, 0.25)


def _own_words_fit(
    table: SupportTable,
    rows: NDArray[np.intp],
    words: OwnWords,
    vectors: NDArray[np.float32],
    instrument: LoadedInstrument,
    focus_areas: object,
    parts: Parts,
) -> Column | None:
    """How close a support's texts come to the team's own words, by meaning and by words; None without any words."""
    if not words.pieces:
        return None
    index = table.index
    total = np.zeros(len(rows))
    if parts.statements:
        statement = _best_statement(index, vectors)[:, rows].mean(axis=0, dtype=float)
        total = total + _stretch(statement, 0.1, 0.3)
    if parts.documents:
        document = index.documents.similarities(vectors)[:, rows].mean(axis=0, dtype=float)
        total = total + _stretch(document, 0.05, 0.3)
    if not parts.lexical:
        return total / 3
    labels = {option.key: option.label for option in instrument.context["focus_areas"].options}
    asked = [labels.get(area, area) for area in _words(focus_areas) if area != FocusArea.GENERAL]
    searched = index.all_words if parts.statements else index.document_words
    lexical = searched.coverage(" ".join([*words.pieces, *asked]))[rows]
    return (total + _stretch(lexical, 0, 0.15)) / 3


def _hoped_words(table: SupportTable, rows: NDArray[np.intp], words: OwnWords) -> Column:
    """How many of the words of the hoped-for help a support's document uses; 0 without any."""
    if not words.hoped_for:
        return np.zeros(len(rows))
    return np.minimum(table.index.document_words.coverage(" ".join(words.hoped_for))[rows] / 0.2, 1)


def _best_statement(index: CatalogIndex, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Similarity with each support's best statement, its document's where it has none; (queries, n)."""
    best = index.statement_segments.max(index.statements.similarities(vectors)).astype(np.float32)
    if np.isnan(best).any():
        best = np.where(np.isnan(best), index.documents.similarities(vectors), best)
    return best


def _people(assessment: Assessment) -> tuple[str, ...]:
    """Who is on the team, in the words of the audience vocabulary and `other`."""
    group = Audience.NETWORK_HUB if assessment.form is Form.HUB else Audience.IMPROVEMENT_TEAM
    return (group, *(response.role for response in assessment.responses if response.role))


def _words(answer: object) -> tuple[str, ...]:
    return answer if isinstance(answer, tuple) else ()


def _chosen(answer: object, options: Sequence[str]) -> Column:
    words = _words(answer)
    return np.array([float(option in words) for option in options])


def _spelled_out(modality: Sequence[str]) -> tuple[str, ...]:
    extra = (Modality.FACILITATED_VIRTUAL, Modality.FACILITATED_IN_PERSON) if Modality.HYBRID in modality else ()
    return (*modality, *extra)


def _service_counts(support: Support) -> list[int]:
    services = support.services if isinstance(support, Provider) else ()
    return [sum(domain in service.domains for service in services) for domain in DOMAINS]


def _multi_hot(values: Sequence[Sequence[object]], options: Sequence[object]) -> Column:
    place = {option: column for column, option in enumerate(options)}
    table = np.zeros((len(values), len(options)))
    for row, words in enumerate(values):
        for word in words:
            if word in place:
                table[row, place[word]] = 1
    return table


def _stretch(values: Column, low: float, width: float) -> Column:
    stretched: Column = np.clip((values - low) / width, 0, 1)
    return stretched


def _dot(table: NDArray[np.float64] | NDArray[np.bool_], weights: Column) -> Column:
    """Weighted sums over the last axis. A plain sum: a matrix product's last digits depend on the BLAS's threads."""
    product: Column = (table * weights).sum(axis=-1)
    return product
