"""The capacity profile: scores per domain with their uncertainty and the raters' agreement. An immutable snapshot."""

from typing import Literal

from models.base import AssessmentId, TeamId, Value
from models.instrument import InstrumentVersion
from models.vocab import AnswerMode, Domain, Form, ReadinessAdvice, ScoreStatus, Visibility

__all__ = [
    "Agreement",
    "AgreementWord",
    "CapacityProfile",
    "CodedEnd",
    "DomainGroups",
    "DomainScore",
    "GroupMean",
    "ReadinessSummary",
    "StyleFlag",
]

AgreementWord = Literal["close", "mixed", "far apart"]

CodedEnd = Literal["or_lower", "or_higher"]
"""A mean at an end of what is released stands for everything beyond it as well: `1.4 or lower`, `3.6 or higher`."""


class Agreement(Value):
    """How close the raters' pictures are: a word; from answers also levels and within-group agreement."""

    word: AgreementWord
    ad_mean: float | None = None
    """Mean over items of the mean absolute distance from the item mean, in levels; 0 is perfect agreement. None in a
    released profile, as the other numbers are."""
    rwg_star: float | None = None
    """r*wg(J): 1 minus mean item variance over the uniform null variance; may be negative."""
    rwg: float | None = None
    """r_wg(J) under the uniform null, or None when the spread exceeds random answers."""
    rwg_skewed: float | None = None
    """r_wg(J) under a null that leans high, or None likewise."""
    reason: Literal["more_spread_than_random"] | None = None
    """Why `rwg` is None."""


class DomainScore(Value):
    """One domain of one profile. Numbers are None where `status` is not scored, or where they are not released."""

    domain: Domain
    status: ScoreStatus
    visibility: Visibility
    """What is released of this domain."""
    n_raters: int | None = None
    """Raters with a score in this domain; None for an agreed rating, and where nothing is released."""
    mean: float | None = None
    """1 to 4; in a released profile to one decimal, from 1.4 to 3.6 unless the team agreed on it."""
    coded_end: CodedEnd | None = None
    """Whether `mean` stands for everything beyond it; None in a profile from answers."""
    se: float | None = None
    """Standard error of the mean, in levels."""
    p_levels: tuple[float, float, float, float] | None = None
    """P(level = 1..4), sums to 1."""
    level_words: str | None = None
    """A level's name, or `between X and Y`."""
    levels: tuple[int, ...] | None = None
    """The level, or the two, that the words name."""
    not_sure_rate: float | None = None
    """0 to 1, over items shown."""
    many_cannot_see: bool = False
    two_pictures: bool = False
    """At least two raters near the bottom and two near the top."""
    agreement: Agreement | None = None
    importance: float | None = None
    """Importance weight, 0 to 1: the mean of the answers, or of the released word; None when nobody answered."""
    n_importance: int | None = None
    """Respondents who answered the importance question; None in a released profile."""
    n_top_three: int | None = None
    """Respondents who put this domain among their top three; None in a released profile."""


class ReadinessSummary(Value):
    """How to start with one domain; parts are means of answers, 1 to 4."""

    domain: Domain
    n: int
    """Respondents who answered any part."""
    parts: dict[str, float]
    advice: ReadinessAdvice


class StyleFlag(Value):
    """A note to staff about one respondent's answering style; never removes anyone."""

    respondent: str
    flag: Literal["long_run", "little_spread", "mostly_not_sure"]
    value: float
    detail: str


class CapacityProfile(Value):
    """A team's scores at one time: complete, from answers, or what a release says."""

    schema_version: Literal[1, 2] = 2
    assessment_id: AssessmentId
    team_id: TeamId
    form: Form
    answer_mode: AnswerMode
    instrument: InstrumentVersion
    scoring: Literal["classical", "eap"]
    n_respondents: int
    visibility: Visibility
    domains: tuple[DomainScore, ...]
    """Every domain of the instrument, in its order."""
    readiness: tuple[ReadinessSummary, ...] = ()
    style_flags: tuple[StyleFlag, ...] = ()
    meets_priority_criterion: bool | None = None
    """More than the threshold of students Black, Latino or low-income; None when unknown. Never enters a score."""
    meets_network_definition: bool | None = None
    """Hubs: at least ten secondary schools that meet the criterion; None when unknown or not a hub."""


class GroupMean(Value):
    """One group's mean in one domain."""

    group: str
    """A role; `not given` for people who named none."""
    n: int
    """People of the group with a score in the domain."""
    mean: float
    """One decimal, from 1.4 to 3.6: the ends stand for everything beyond them."""
    coded_end: CodedEnd | None = None
    """Whether `mean` stands for everything beyond it."""


class DomainGroups(Value):
    """The groups of one domain that may be shown."""

    domain: Domain
    groups: tuple[GroupMean, ...]
    """By name; empty when none may be shown."""
