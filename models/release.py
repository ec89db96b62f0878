"""The release: the one document of a closed window that tells readers other than the authors what they may know.

Runs, growth and pages are made from it alone, so that nothing they say can tell more than it does.
"""

from typing import Annotated, Literal

from pydantic import Field

from models.assessment import OpenText, Team
from models.base import AssessmentId, TeamId, Value
from models.growth import ChangeMethod, ChangeVerdict
from models.instrument import InstrumentVersion
from models.profile import AgreementWord, GroupMean
from models.vocab import AnswerMode, Domain, Form, ImportanceKey, Length, ReadinessAdvice, ScoreStatus

__all__ = ["ReleasedChange", "ReleasedChanges", "ReleasedDomain", "ReleasedProfile", "ReleasedTeam"]

Picture = Annotated[int, Field(ge=1, le=4)]


class ReleasedDomain(Value):
    """What is released of one domain. Everything but `status` is empty where too few people have a score."""

    domain: Domain
    status: ScoreStatus
    """`too_few_answers` wherever fewer people have a score than a release needs, nobody among them."""
    n_raters: int | None = None
    """People with a score; None for agreed answers."""
    mean: float | None = None
    """One decimal, and coded at the ends: 1.4 is `1.4 or lower`, 3.6 `3.6 or higher`. Agreed answers as they are."""
    agreement: AgreementWord | None = None
    two_pictures: bool = False
    """At least two raters near the bottom and two near the top."""
    many_cannot_see: bool = False
    """At least a third of the answers of the people who said anything here was that they are not sure."""
    importance: ImportanceKey | None = None
    """The word nearest to the mean weight; None where too few people answered."""
    readiness: ReadinessAdvice | None = None
    groups: tuple[GroupMean, ...] = ()
    """Roles that may be shown, by name."""


class ReleasedChange(Value):
    """How one domain changed since the earlier release, in words."""

    domain: Domain
    method: ChangeMethod
    verdict: ChangeVerdict
    direction: Literal["up", "down"] | None
    """Which way a reliable or possible change goes; None otherwise."""
    n_matched: int | None
    """People who answered both times, for `paired`."""
    holds_across_domains: bool


class ReleasedChanges(Value):
    """What changed since one earlier release."""

    since: str
    """Content hash of that release."""
    domains: tuple[ReleasedChange, ...]


class ReleasedProfile(Value):
    """What a closed window tells. Immutable."""

    schema_version: Literal[1] = 1
    assessment_id: AssessmentId
    team_id: TeamId
    form: Form
    answer_mode: AnswerMode
    length: Length
    focus_domains: tuple[Domain, ...] = ()
    instrument: InstrumentVersion
    scoring: Literal["classical", "eap"]
    n_respondents: int
    domains: tuple[ReleasedDomain, ...]
    """Every domain of the instrument, in its order."""
    pictures: dict[str, Picture] = {}
    """The picture nearest to the mean of each item that may be told, by item."""
    areas: tuple[Domain, ...] = ()
    """Up to three areas that the team wants to work on, in the order of the instrument: all that too few people to
    release anything else say."""
    roles: tuple[str, ...] = ()
    """Roles on the team that enough people share, by name."""
    meets_priority_criterion: bool | None = None
    """As in the profile: it follows from what the team's lead says of its students, not from answers."""
    meets_network_definition: bool | None = None
    changes: ReleasedChanges | None = None
    """Since the assessment that this one retakes, where it can be said better than from the two releases."""


class ReleasedTeam(Value):
    """A team as the engine gets it for everybody but the authors: a release, a situation, and shared words."""

    release: ReleasedProfile
    team: Team
    texts: tuple[OpenText, ...] = ()
    """Own words of the authors who share them, in an order that tells nothing."""
