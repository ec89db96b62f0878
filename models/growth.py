"""What changed between two assessments of one team, as people may see it. An immutable snapshot."""

from typing import Literal

from models.base import AssessmentId, TeamId, Value
from models.message import Message
from models.profile import CodedEnd
from models.vocab import Domain

__all__ = ["ChangeMethod", "ChangeVerdict", "DomainGrowth", "Growth", "NoVerdict", "ShownScore"]

ChangeVerdict = Literal["reliable", "possible", "no clear change"]

ChangeMethod = Literal["paired", "unmatched", "agreed"]
"""The people who answered both times, against their own spread; two groups, each with its standard error; or two
agreed ratings, with the standard error that an agreed rating has."""

NoVerdict = Literal[
    "not_scored",
    "suppressed",
    "other_form",
    "other_answer_mode",
    "other_version",
    "other_scoring",
    "turnover",
]
"""Why a change is not judged: no score one of the times; too few raters to show one of them; or two scores that can
be shown side by side but not compared (`turnover`: half or more of the team changed)."""


class ShownScore(Value):
    """A domain's score at one time, as its profile shows it."""

    mean: float
    """1 to 4, one decimal."""
    coded_end: CodedEnd | None = None
    """Whether `mean` stands for everything beyond it."""
    level_words: str
    """A level's name, or `between X and Y`."""
    levels: tuple[int, ...] = ()
    """The level, or the two, that the words name; empty in a document of schema 1."""


class DomainGrowth(Value):
    """One domain at two times. Exactly one of `verdict` and `no_verdict` is there."""

    domain: Domain
    name: str
    before: ShownScore | None
    """None when there is no score, or when either time has too few raters to be shown."""
    after: ShownScore | None
    verdict: ChangeVerdict | None
    direction: Literal["up", "down"] | None
    """Which way a reliable or possible change goes; None otherwise."""
    no_verdict: NoVerdict | None
    method: ChangeMethod | None
    """How the change was judged; None without a verdict."""
    statistic: float | None
    """The change in units of its standard error, one decimal. None without a verdict, and for `paired`, of which only
    words are released."""
    p: float | None
    """Two-sided, two decimals; None as `statistic` is."""
    n_matched: int | None
    """People who answered both times, for `paired`."""
    holds_across_domains: bool | None
    """Whether the change stands although several domains were judged at once; None without a verdict."""
    then: int | None
    """The level at which the team now places itself back then, 1 to 4: a mark of its own, in no other number."""
    sentence: str
    """All of this for a person."""
    sentence_messages: tuple[Message, ...] | None = None
    """The same, sentence by sentence; None in a document of schema 1."""


class Growth(Value):
    """Two assessments of one team, side by side. Made from two releases alone."""

    schema_version: Literal[1, 2] = 2
    team_id: TeamId
    earlier_id: AssessmentId
    later_id: AssessmentId
    domains: tuple[DomainGrowth, ...]
    """The domains that either form asks, in the order of the instrument."""
    notices: tuple[str, ...] = ()
    """Plain sentences on how to read it."""
    notice_messages: tuple[Message, ...] | None = None
