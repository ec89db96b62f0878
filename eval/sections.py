"""The parts of a result beside its tables: what a report shows when it was computed, and calls missing when it was not.

Every field of these types that is a share lies in 0 to 1. On `ListResult`, None means that a section was not computed,
an empty tuple that it was and found nothing.
"""

from typing import Literal

from pydantic import Field

from models.base import Value

__all__ = [
    "AblationRecord",
    "BehaviorRecord",
    "CalibrationBin",
    "ComparisonRecord",
    "ExposureRecord",
    "GroupExposure",
    "IntervalRecord",
    "ListedSupport",
    "RegressionRecord",
    "SliceRecord",
    "StabilityRecord",
]


class IntervalRecord(Value):
    """A confidence interval, or why there is none."""

    low: float | None
    high: float | None
    confidence: float
    not_estimable: str | None = None


class ComparisonRecord(Value):
    """A system against the baseline, paired by query."""

    metric: str
    n: int
    difference: float | None
    interval: IntervalRecord
    p: float
    p_holm: float
    """Adjusted over the systems of this list."""
    permutations: int
    exact: bool
    effect: float | None
    detectable: float | None
    wins: int
    ties: int
    losses: int


class SliceRecord(Value):
    """One system on the queries that share a trait, such as `locale` = `rural`."""

    dimension: str
    value: str
    system: str
    metric: str
    n: int
    """Queries of the slice that could be scored."""
    mean: float | None
    """None where the slice is too small to show."""
    interval: IntervalRecord
    difference: float | None = None
    """Mean of system minus baseline on the same queries; None without a baseline, or where too small."""
    difference_interval: IntervalRecord | None = None
    too_small: str | None = None
    """Why no numbers are shown, in a sentence; None where they are."""


class AblationRecord(Value):
    """Our own ranking with one switch turned."""

    name: str
    switch: str
    """What was turned off or changed, in a sentence."""
    value: float | None
    """Of `comparison.metric` with the switch turned."""
    comparison: ComparisonRecord
    """The ablated system against the whole one: below 0 means that the part helps. Holm over the ablations."""


class StabilityRecord(Value):
    """How much a list keeps when its inputs are shaken."""

    perturbation: str
    """Such as `raters resampled` or `one answer moved by one level`."""
    measure: str
    """Such as `rbo(p=0.9)` or `top-5 retention`; 1 is unchanged."""
    mean: float | None
    interval: IntervalRecord
    """Over queries."""
    n_draws: int
    """Perturbed lists a query."""
    per_query: tuple[float | None, ...] = ()
    """Mean over the draws, in the order of `ListResult.query_ids`; None where nothing could be shaken."""


class GroupExposure(Value):
    """What a group of supports gets of the attention, beside what its grades would earn."""

    dimension: str
    """Such as `provider kind`."""
    group: str
    n_documents: int
    exposure: float
    """Share of all exposure in the first k."""
    merit: float
    """Share of all judged grades."""


class ExposureRecord(Value):
    """How one system spreads attention over the catalog; a place at rank r is worth 1 / log2(r + 1)."""

    system: str
    k: int
    gini: float | None
    lorenz: tuple[float, ...] = ()
    """Share of exposure that the least exposed 0%, 10%, ... 100% of documents get together; 11 values."""
    groups: tuple[GroupExposure, ...] = ()


class CalibrationBin(Value):
    """What judges said of the supports that one system scored alike."""

    system: str
    low: float
    high: float
    mean_score: float
    mean_grade: float
    relevant: float
    """Share with grade 2 or more."""
    n: int
    """Judged pairs in the bin."""


class ListedSupport(Value):
    """One place of a list, for showing two lists side by side."""

    rank: int
    support_id: str
    title: str
    grade: int | None
    """None where nobody judged it."""
    score: float | None = None
    why: tuple[str, ...] = ()
    """The ranking's own sentences and largest parts of its score; empty where it gives none."""


class RegressionRecord(Value):
    """A query on which ours is below the baseline, with both lists."""

    query_id: str
    label: str
    """What a person calls the query, such as the team's name."""
    metric: str
    ours: float
    theirs: float
    ours_list: tuple[ListedSupport, ...]
    theirs_list: tuple[ListedSupport, ...]
    why: tuple[str, ...] = ()
    """What cost the most, in sentences; largest first."""


class BehaviorRecord(Value):
    """A behavioral test over all teams."""

    name: str
    claim: str
    kind: Literal["invariance", "direction", "hard rule"]
    n_cases: int = Field(ge=0)
    n_broken: int = Field(ge=0)
    examples: tuple[str, ...] = ()
    """The first few broken cases, each in a sentence."""
