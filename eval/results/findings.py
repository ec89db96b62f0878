"""Parts of a result beside the metrics: for whom, how stable, how fair, and whether hard rules hold."""

from typing import Literal

from eval.measuring.stats import Interval
from models.base import Value

__all__ = [
    "BehaviorRecord",
    "GroupRecord",
    "HardRules",
    "IntervalRecord",
    "Perturbation",
    "SliceRecord",
    "StabilityRecord",
    "interval_record",
]

Perturbation = Literal["raters resampled", "one answer moved"]


class IntervalRecord(Value):
    """A confidence interval, or why there is none."""

    low: float | None
    high: float | None
    confidence: float
    not_estimable: str | None = None


class SliceRecord(Value):
    """One system on one group of teams, beside the baseline."""

    slice: str
    group: str
    system: str
    metric: str
    n: int
    """Teams of the group that could be scored."""
    too_small: bool
    """Fewer teams than a claim needs: every value is then None."""
    value: float | None = None
    interval: IntervalRecord | None = None
    difference: float | None = None
    """Mean of system minus baseline, paired by team; None for the baseline itself."""
    difference_interval: IntervalRecord | None = None


class StabilityRecord(Value):
    """One kind of list under one kind of change."""

    kind: str
    perturbation: Perturbation
    n_teams: int
    """Teams that could be changed."""
    n_left_out: int
    """Teams that could not: one respondent cannot be resampled."""
    n_draws: int
    """Changes of each team."""
    rbo: float | None
    """Mean rank-biased overlap (p = 0.9) with the unchanged list; None without teams."""
    top_retention: float | None
    """Mean share of the first five that stay among the first five."""
    worst_team: str | None
    """The team with the lowest mean overlap."""
    rbo_by_team: dict[str, float]
    top_retention_by_team: dict[str, float]


class GroupRecord(Value):
    """Attention that one group of supports gets from one system, against what its grades earn."""

    grouping: str
    group: str
    system: str
    n_documents: int
    exposure: float
    """Share of the attention, 0 to 1."""
    merit: float
    """Share that lists in the order of the grades would give, 0 to 1."""
    ratio: float | None
    """Exposure over merit; None without merit."""


class BehaviorRecord(Value):
    """How often one behavioral check held."""

    id: str
    says: str
    kind: str
    n_cases: int
    n_broken: int
    at_most: float
    """Share of cases that may break it."""
    holds: bool
    examples: tuple[str, ...]
    """Up to three broken cases."""


class HardRules(Value):
    """What must be 0, or no larger than rounding."""

    n_lists: int
    gate_violations: int
    """Supports in a list that a gate forbids."""
    explanation_sum_error: float
    """Largest distance between a score and the sum of its parts; at most 1e-9 is right."""
    rising_scores: int
    """Matches that do not score strictly below the one above."""
    replay_mismatches: int
    """Runs that differed when everything was built and ranked again, in another order."""

    @property
    def broken(self) -> tuple[str, ...]:
        """One line for each rule that is broken; empty is right."""
        lines = []
        if self.gate_violations:
            lines.append(f"{self.gate_violations} supports are listed that a gate forbids")
        if self.explanation_sum_error > SUM_TOLERANCE:
            lines.append(f"the parts of a score miss it by {self.explanation_sum_error:.3g}")
        if self.rising_scores:
            lines.append(f"{self.rising_scores} matches do not score below the one above")
        if self.replay_mismatches:
            lines.append(f"{self.replay_mismatches} runs differ when repeated")
        return tuple(lines)


SUM_TOLERANCE = 1e-9


def interval_record(interval: Interval) -> IntervalRecord:
    """A confidence interval as it is written."""
    return IntervalRecord(**interval._asdict())
