"""A published evaluation: what was found about a ranking, and whether it passed its gate.

The evaluation writes it, the service shows it; neither needs the other's code.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from models.base import Value
from models.vocab import SupportKind

__all__ = [
    "Band",
    "BehaviorCheck",
    "GateCheck",
    "GateReport",
    "GroupAttention",
    "HeadToHead",
    "PublishedEvaluation",
    "PublishedList",
    "PublishedSystem",
    "Stability",
    "TeamSlice",
]


class Band(Value):
    """A confidence interval; the ends are None where it could not be estimated."""

    low: float | None
    high: float | None
    confidence: float = Field(gt=0, lt=1)


class HeadToHead(Value):
    """Our ranking against another system, paired by team."""

    difference: float
    """Mean of ours minus the other's."""
    band: Band
    wins: int
    """Teams for whom ours is better."""
    ties: int
    losses: int


class PublishedSystem(Value):
    """One way to rank, on one kind of list."""

    name: str
    description: str
    value: float
    """Mean of the main measure over teams, 0 to 1."""
    band: Band
    judged: float | None
    """Share of the shown places that people judged, 0 to 1."""
    need_coverage: float | None
    """Share of the first needs with a fitting support on the list, 0 to 1."""
    forbidden: int
    """Supports that were listed although a rule forbids them, over all teams."""
    ours_against: HeadToHead | None
    """None for ours itself."""


class TeamSlice(Value):
    """Our ranking for one group of teams."""

    slice: str
    group: str
    n_teams: int
    too_small: bool
    """Fewer teams than a claim needs: every value is then None."""
    value: float | None = None
    band: Band | None = None
    difference: float | None = None
    """Mean of ours minus the baseline's, paired by team."""
    difference_band: Band | None = None


class GroupAttention(Value):
    """Attention that a group of supports gets, against what its grades earn."""

    grouping: str
    group: str
    n_supports: int
    exposure: float
    """Share of the attention, 0 to 1."""
    merit: float
    """Share that lists in the order of the grades would give, 0 to 1."""
    ratio: float | None
    """Exposure over merit; None without merit."""


class Stability(Value):
    """How much of a list stays after a small change of the answers."""

    perturbation: str
    n_teams: int
    overlap: float | None
    """Mean rank-biased overlap with the unchanged list, 0 to 1; None without teams."""
    top_kept: float | None
    """Mean share of the first five that stay among the first five."""


class PublishedList(Value):
    """What was found for one kind of support."""

    kind: SupportKind
    n_supports: int
    n_teams: int
    ours: str
    """Name of our system."""
    baseline: str
    """Name of the plain system that slices are compared with."""
    on_unseen_teams: float | None
    """The main measure of ours where its weights were learned on other teams; None if that was not looked at."""
    systems: tuple[PublishedSystem, ...] = Field(min_length=1)
    """Best first; ours is among them."""
    slices: tuple[TeamSlice, ...]
    attention: tuple[GroupAttention, ...]
    stability: tuple[Stability, ...]


class GateCheck(Value):
    """One thing that the gate looked at."""

    passed: bool
    text: str
    """In a sentence, for whoever works on the ranking."""
    kind: SupportKind | None = None
    """The list; None for rules over all lists."""
    slice: str | None = None
    group: str | None = None
    n_teams: int | None = None
    change: float | None = None
    """Mean change of the main measure since the record."""
    at_least: float | None = None
    """One-sided bound of the change; None where none was asked for or could be estimated."""
    margin: float | None = None
    """What it may lose."""


class GateReport(Value):
    """Whether a ranking may replace the recorded one."""

    recorded_on: date
    versions: dict[str, str]
    """Of what was compared with the record."""
    checks: tuple[GateCheck, ...] = Field(min_length=1)

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)


class BehaviorCheck(Value):
    """How often a list changed as it must when one thing changes."""

    says: str
    kind: SupportKind
    n_cases: int
    n_broken: int
    holds: bool


class PublishedEvaluation(Value):
    """A whole evaluation, as people are shown it."""

    schema_version: Literal[1] = 1
    made_on: date
    judged_by: str
    flattered: bool
    """Whether our weights were learned on the very teams that it was evaluated on."""
    measure: str
    k: int = Field(ge=1)
    """Places of each list that count."""
    versions: dict[str, str]
    """Of what was evaluated: catalog, instrument, ruleset, config, model, judgments."""
    lists: tuple[PublishedList, ...] = Field(min_length=1)
    behavior: tuple[BehaviorCheck, ...]
    gate: GateReport

    def to_json(self) -> str:
        """The file's text."""
        return self.model_dump_json(indent=1) + "\n"
