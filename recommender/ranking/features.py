"""Features of every support for one team: named columns in [0, 1], larger is a better fit.

Each is one `Feature` record: what it measures, what people read of it, and the function that works it out.
`SupportTable` holds what depends on the catalog alone, `Fit` adds the team. How much a feature counts is in
`RankingConfig`. Yes-or-no facts that a program may want to change are not here but in the ruleset.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.support import Resource, Support
from models.vocab import Audience, Form, GradeBand, Modality, ResourceType
from recommender.config import Parts
from recommender.diagnosis.evidence import TeamEvidence
from recommender.instruments import LoadedInstrument
from recommender.ranking.fit import Fit, chosen, dot, p_suits, stretch
from recommender.ranking.signals import DOMAINS, OwnWords, TeamSignals
from recommender.ranking.support_table import Column, SupportTable, spelled_out

__all__ = [
    "FEATURES",
    "Family",
    "Feature",
    "FeatureColumns",
    "Sentences",
    "level_fit",
    "team_features",
]

_ALL_PARTS = Parts()
_MANY_FOCUS_AREAS = 5

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


class Family(Enum):
    """What a feature is about; officers read the score as a sum of families."""

    NEEDS = "needs"
    FOCUS = "focus"
    PEOPLE_AND_FORM = "people and form"


class Sentences(NamedTuple):
    """The message for people where a feature lifts a match above others; None where it is then no reason."""

    with_words: str | None
    """For a team that wrote something to search with."""
    without_words: str | None

    @classmethod
    def always(cls, key: str) -> "Sentences":
        """One message for every team."""
        return cls(key, key)

    def of(self, *, has_words: bool) -> str | None:
        """The key for one team, if there is one."""
        return self.with_words if has_words else self.without_words


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One measurement. What has no default must be decided for every feature."""

    name: str
    family: Family
    part: Literal["lexical", "level_fit", "rubric_items", "facets"] | None
    """The part of the ranking (a field of `Parts`) without which it is 0; other parts act inside features."""
    measure: Callable[[Fit], Column]
    """Its value of each of the supports, in [0, 1], shape (rows,)."""
    sentences: Sentences | None = None
    """None: it is never given as a reason by itself."""


def _need_focus(fit: Fit) -> Column:
    general = fit.table.is_general[fit.rows]
    recall = np.maximum(fit.shared_focus / max(fit.asked_focus.sum(), 1), 0.4 * general)
    value: Column = fit.need_part.sum(axis=1) * (recall if fit.parts.facets else np.ones(len(fit.rows)))
    return value


def _need_words(fit: Fit) -> Column:
    value: Column = (fit.need_part * fit.p_suits).sum(axis=1) * fit.own_words
    return value


def _focus_words(fit: Fit) -> Column:
    specific = 0.5 + 0.3 * fit.main_focus + 0.2 * fit.shared_focus / np.maximum(fit.n_focus, 1)
    match = np.where(fit.shared_focus > 0, specific, 0.35 * fit.table.is_general[fit.rows])
    return (match if fit.parts.facets else np.ones(len(fit.rows))) * fit.own_words


def _item_fit(fit: Fit) -> Column:
    """Weighted similarity with the present pictures, over the items of the support's own domains."""
    of_item = np.array([DOMAINS.index(domain) for domain in fit.instrument.domain_of.values()])
    weighted = fit.anchor * fit.signals.item_weight[:, np.newaxis] * (fit.domains > 0).T[of_item]
    similarity = weighted.sum(axis=0) / max(fit.signals.item_weight.sum(), 1e-9)
    return stretch(similarity, 0, 0.25)


def _need_coverage(fit: Fit) -> Column:
    value: Column = dot(fit.table.touches[fit.rows], fit.signals.need) / max(fit.signals.need.sum(), 1e-9)
    return value


def _primary_importance(fit: Fit) -> Column:
    return dot(fit.table.main_domain[fit.rows], np.clip((fit.signals.importance - 0.25) / 0.75, 0, 1) ** 2)


def _service_top(fit: Fit) -> Column:
    return dot(fit.table.services[fit.rows], (fit.signals.importance >= 0.99).astype(float))


def _focus_rarity(fit: Fit) -> Column:
    return np.minimum(dot(fit.focus, fit.asked_focus * fit.table.focus_rarity), 1.5) / 1.5


def _focus_specific(fit: Fit) -> Column:
    return 1 - np.minimum(fit.n_focus, _MANY_FOCUS_AREAS) / _MANY_FOCUS_AREAS


def _stage_level(fit: Fit) -> Column:
    return dot(fit.levels, fit.signals.p_stage)


def _first_audience(fit: Fit) -> Column:
    return dot(fit.table.main_audience[fit.rows], chosen(_people(fit.evidence), tuple(Audience)))


def _hoped_words(fit: Fit) -> Column:
    """How many of the words of the hoped-for help a support's document uses; 0 without any."""
    if not fit.words.hoped_for:
        return np.zeros(len(fit.rows))
    covered = fit.table.index.document_words.coverage(" ".join(fit.words.hoped_for))[fit.rows]
    return np.minimum(covered / 0.2, 1)


def _grade_exact(fit: Fit) -> Column:
    bands = chosen(fit.answered("grade_bands"), tuple(GradeBand))
    value: Column = (fit.table.grade_bands[fit.rows] == bands).all(axis=1) * float(bands.any())
    return value


def _modality_share(fit: Fit) -> Column:
    modes = chosen(spelled_out(fit.answered("modality")), tuple(Modality))
    modalities = fit.table.modalities[fit.rows]
    value: Column = dot(modalities, modes) / np.maximum(modalities.sum(axis=1), 1)
    return value


def _people(evidence: TeamEvidence) -> tuple[str, ...]:
    """Who is on the team, in the words of the audience vocabulary and `other`."""
    group = Audience.NETWORK_HUB if evidence.form is Form.HUB else Audience.IMPROVEMENT_TEAM
    return (group, *evidence.roles)


def _readiness_to_use(support: Support) -> float:
    return READINESS_TO_USE[support.resource_type] if isinstance(support, Resource) else 0.0


FEATURES: Mapping[str, Feature] = {
    feature.name: feature
    for feature in (
        Feature(
            name="need_focus",
            family=Family.NEEDS,
            part=None,
            measure=_need_focus,
        ),
        Feature(
            name="need_words",
            family=Family.NEEDS,
            part=None,
            measure=_need_words,
        ),
        Feature(
            name="focus_words",
            family=Family.FOCUS,
            part=None,
            measure=_focus_words,
            sentences=Sentences(
                "reason.focus_words",
                "reason.focus_practices",
            ),
        ),
        Feature(
            name="item_fit",
            family=Family.NEEDS,
            part="rubric_items",
            measure=_item_fit,
        ),
        Feature(
            name="need_coverage",
            family=Family.NEEDS,
            part=None,
            measure=_need_coverage,
        ),
        Feature(
            name="primary_importance",
            family=Family.NEEDS,
            part=None,
            measure=_primary_importance,
            sentences=Sentences.always("reason.primary_importance"),
        ),
        Feature(
            name="service_top",
            family=Family.NEEDS,
            part=None,
            measure=_service_top,
            sentences=Sentences.always("reason.service_top"),
        ),
        Feature(
            name="primary_focus",
            family=Family.FOCUS,
            part="facets",
            measure=lambda fit: fit.main_focus,
        ),
        Feature(
            name="focus_rarity",
            family=Family.FOCUS,
            part="facets",
            measure=_focus_rarity,
        ),
        Feature(
            name="focus_specific",
            family=Family.FOCUS,
            part="facets",
            measure=_focus_specific,
        ),
        Feature(
            name="stage_level",
            family=Family.NEEDS,
            part="level_fit",
            measure=_stage_level,
            sentences=Sentences.always("reason.stage_level"),
        ),
        Feature(
            name="first_audience",
            family=Family.PEOPLE_AND_FORM,
            part="facets",
            measure=_first_audience,
            sentences=Sentences.always("reason.first_audience"),
        ),
        Feature(
            name="hoped_words",
            family=Family.PEOPLE_AND_FORM,
            part="lexical",
            measure=_hoped_words,
            sentences=Sentences("reason.hoped_words", None),
        ),
        Feature(
            name="grade_exact",
            family=Family.PEOPLE_AND_FORM,
            part="facets",
            measure=_grade_exact,
            sentences=Sentences.always("reason.grade_exact"),
        ),
        Feature(
            name="modality_share",
            family=Family.PEOPLE_AND_FORM,
            part="facets",
            measure=_modality_share,
            sentences=Sentences.always("reason.modality_share"),
        ),
        Feature(
            name="ready_to_use",
            family=Family.PEOPLE_AND_FORM,
            part="facets",
            measure=lambda fit: fit.each(_readiness_to_use),
        ),
    )
}
"""Every feature by name."""


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
    evidence: TeamEvidence,
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
        evidence: for the context questions and roles.
        instrument: for the labels of focus areas and the domain of each item.
        signals: the team as arrays.
        words: the team's own words.
        piece_vectors: unit vectors of `words.pieces`, shape (pieces, dimension).
        parts: which parts of the ranking work.
    """
    fit = Fit(table, rows, evidence, instrument, signals, words, piece_vectors, parts)
    of_need = fit.need_part.sum(axis=1, keepdims=True)
    return FeatureColumns(
        rows=rows,
        columns={
            name: feature.measure(fit) if feature.part is None or getattr(parts, feature.part) else np.zeros(len(rows))
            for name, feature in FEATURES.items()
        },
        level_fit=(fit.domains * fit.p_suits).sum(axis=1),
        need_share=np.divide(fit.need_part, of_need, out=np.zeros_like(fit.need_part), where=of_need > 0),
    )


def level_fit(table: SupportTable, signals: TeamSignals) -> Column:
    """`FeatureColumns.level_fit` of every support of a table, shape (n,)."""
    fit: Column = (table.domains * p_suits(table.levels, signals)).sum(axis=1)
    return fit
