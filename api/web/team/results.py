"""The results of a check, for the team's own people."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.assessments.profiles import ProfileView, needs_of, profile_of
from api.engine.engine import Engine
from api.errors import NoResults
from api.reviews.released import PlanStanding, plan_standing
from api.text.language import _, ngettext, speaker
from api.web.kit.checks import until
from api.web.kit.profile import ProfileChart, profile_chart
from api.web.team.conversation import Prompt, Strength, prompts, strengths
from api.web.team.viewpoints import TeamFrame, Viewpoint
from models.vocab import AnswerMode
from recommender.instruments import LoadedInstrument

__all__ = ["NoResultsPage", "ResultsPage", "RoleRow", "nothing_yet", "results_page"]


class RoleRow(NamedTuple):
    """How groups of people see one domain."""

    name: str
    groups: tuple[str, ...]
    """`Teacher 2.8 (6 people)`; never a group that is small, or that gives a small one away."""


class NoResultsPage(NamedTuple):
    """There is nothing to see yet."""

    frame: TeamFrame
    until: str
    """When the check closes, in words that follow "until"; empty when nobody has said."""


def nothing_yet(frame: TeamFrame, closes_at: datetime | None) -> NoResultsPage:
    """The page of a check without results, which closes at that time."""
    return NoResultsPage(frame, until(closes_at) if closes_at else "")


class ResultsPage(NamedTuple):
    """Everything on the page."""

    frame: TeamFrame
    taken_at: datetime
    people: str
    """Whose answers these are."""
    chart: ProfileChart
    numbers: bool
    """Whether any number is shown."""
    bands: bool
    """Whether any band around one is."""
    needs_known: bool
    strengths: tuple[Strength, ...]
    prompts: tuple[Prompt, ...]
    notices: tuple[str, ...]
    by_role: tuple[RoleRow, ...]
    plan: PlanStanding
    may_make: bool


def results_page(
    session: Session, engine: Engine, view: Viewpoint, page: str = "results"
) -> ResultsPage | NoResultsPage:
    """What stands on the page of results, or on the one that says that there are none yet.

    Args:
        session: the transaction.
        engine: instrument and constants of scoring.
        view: who looks.
        page: which of the four pages is marked as the present one.
    """
    assessment, team = view.open(session)
    frame = view.frame(team, page)
    try:
        found = profile_of(session, engine, assessment)
    except NoResults:
        return nothing_yet(frame, assessment.closes_at)
    needs = needs_of(session, engine, assessment)
    profile, instrument = found.profile, engine.instrument
    by_role: tuple[RoleRow, ...] = ()
    # Below twice the minimum no group can be shown beside another one.
    if (
        found.mode is AnswerMode.INDIVIDUAL
        and profile.n_respondents >= 2 * instrument.instrument.privacy.min_detail
        and needs
    ):
        by_role = _by_role(profile_of(session, engine, assessment, by="role"), instrument)
    return ResultsPage(
        frame=frame,
        taken_at=found.taken_at,
        people=_people(found),
        chart=profile_chart(profile, needs, instrument),
        numbers=any(score.mean is not None for score in profile.domains),
        bands=any(score.mean is not None and score.se is not None for score in profile.domains),
        needs_known=bool(needs),
        strengths=strengths(profile, needs, instrument),
        prompts=prompts(profile, instrument),
        notices=tuple(speaker(instrument).say(notice) for notice in found.notice_messages),
        by_role=by_role,
        plan=plan_standing(session, assessment, team),
        may_make=view.may_make,
    )


def _people(found: ProfileView) -> str:
    if found.mode is AnswerMode.CONSENSUS:
        return _("Answers that the team agreed on together")
    answered = found.profile.n_respondents
    asked = found.response.asked if found.response else None
    if asked is None:
        return ngettext("{n} person answered", "{n} people answered", answered)
    return _("{answered} of {asked} people answered", answered=answered, asked=asked)


def _by_role(found: ProfileView, instrument: LoadedInstrument) -> tuple[RoleRow, ...]:
    says = speaker(instrument)
    return tuple(
        RoleRow(
            says.tell(f"domain.{domain.domain}"),
            tuple(
                ngettext(
                    "{role} {mean} ({n} person)",
                    "{role} {mean} ({n} people)",
                    one.n,
                    role=says.find(f"option.role.{one.group}") or one.group,
                    mean=f"{one.mean:.1f}",
                )
                for one in domain.groups
            ),
        )
        for domain in found.by_role or ()
        if domain.groups
    )
