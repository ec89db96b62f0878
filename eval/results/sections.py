"""The parts of a result that only its report reads: exposure, calibration, and lists side by side."""

from eval.results.findings import IntervalRecord
from models.base import Value

__all__ = [
    "CalibrationBin",
    "ComparisonRecord",
    "ExposureRecord",
    "ListedSupport",
    "RegressionRecord",
]


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


class ExposureRecord(Value):
    """How one system spreads attention over the catalog; a place at rank r is worth 1 / log2(r + 1)."""

    system: str
    k: int
    """Places of a list that count."""
    lorenz: tuple[float, ...]
    """Share of the attention that the least shown 0%, 10%, ... 100% of documents get together; 11 values."""


class CalibrationBin(Value):
    """What judges said of the supports that one system scored alike."""

    system: str
    low: float
    high: float
    mean_score: float
    mean_grade: float
    relevant: float
    """Share with grade 2 or more, 0 to 1."""
    n: int
    """Judged pairs in the bin."""


class ListedSupport(Value):
    """One place of a list, for showing two lists side by side."""

    rank: int
    support_id: str
    title: str
    grade: int | None
    """None where nobody judged it."""
    why: tuple[str, ...] = ()
    """The ranking's own sentences; empty where it gives none."""


class RegressionRecord(Value):
    """A query on which ours is below the baseline, with both lists."""

    query_id: str
    metric: str
    ours: float
    theirs: float
    theirs_name: str
    """The system that ours is set against."""
    ours_list: tuple[ListedSupport, ...]
    theirs_list: tuple[ListedSupport, ...]
    why: tuple[str, ...] = ()
    """What cost the most, in sentences; largest first."""
