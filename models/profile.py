"""The capacity profile: scores per domain with their uncertainty and the raters' agreement. An immutable snapshot."""

from typing import Literal

from models.base import AssessmentId, TeamId, Value
from models.instrument import InstrumentVersion
from models.vocab import AnswerMode, Domain, Form, ReadinessAdvice, ScoreStatus, Visibility

__all__ = ["Agreement", "AgreementWord", "CapacityProfile", "DomainScore", "ReadinessSummary", "StyleFlag"]

AgreementWord = Literal["close", "mixed", "far apart"]


class Agreement(Value):
    """How close the raters' pictures are, in level units and (staff view) as within-group agreement."""

    ad_mean: float
    """Mean over items of the mean absolute distance from the item mean, in levels; 0 is perfect agreement."""
    word: AgreementWord
    rwg_star: float
    """r*wg(J): 1 minus mean item variance over the uniform null variance; may be negative."""
    rwg: float | None
    """r_wg(J) under the uniform null, or None when the spread exceeds random answers."""
    rwg_skewed: float | None
    """r_wg(J) under a null that leans high, or None likewise."""
    reason: Literal["more_spread_than_random"] | None = None
    """Why `rwg` is None."""


class DomainScore(Value):
    """One domain of one profile. Numbers are None exactly when `status` is not scored, or when suppressed."""

    domain: Domain
    status: ScoreStatus
    visibility: Visibility
    """What may be shown of this domain; the numbers here are complete until `shown` suppresses them."""
    n_raters: int | None = None
    """Raters with a score in this domain; None for an agreed rating, and once suppressed."""
    mean: float | None = None
    """1 to 4."""
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
    """Mean importance weight, 0 to 1; None when nobody answered."""
    n_importance: int | None = 0
    """Respondents who answered the importance question; None once suppressed."""
    n_top_three: int | None = 0
    """Respondents who put this domain among their top three; None once suppressed."""


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
    """A team's scores at one time."""

    schema_version: Literal[1] = 1
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
