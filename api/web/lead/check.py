"""What the pages of one check show to the team's lead."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.assessments.rows import Answered, Assessment, Respondent, answered_in, last_snapshot, respondents
from api.assessments.windows import Mode, WindowPhase
from api.teams.rows import Team
from api.text.language import _
from api.web.kit.checks import Standing, ends, manner, standing
from api.web.kit.once import one_time
from api.web.lead.check_form import CheckForm, TypedCheck, check_form
from api.web.lead.invitees import name_of, role_names
from models.vocab import AnswerMode, Form
from recommender.instruments import LoadedInstrument

__all__ = ["CheckPage", "ClosePage", "Invitations", "InviteForm", "NewCheckPage", "check_page", "close_page"]

PEOPLE_ON_A_PAGE = 100


class NewCheckPage(NamedTuple):
    """The form for a new check."""

    team_id: str
    team_name: str
    once: str
    form: CheckForm


class AskedPerson(NamedTuple):
    """A place in a check."""

    id: str
    name: str
    words: str
    chip: str
    is_done: bool
    has_answered: bool


class InviteForm(NamedTuple):
    """The form for inviting people."""

    once: str
    people: str = ""
    unnamed: str = ""
    faults: Mapping[str, str] = {}


class CheckPage(NamedTuple):
    """One check."""

    id: str
    team_id: str
    team_name: str
    wave: int
    standing: Standing
    phase: str
    version: int
    how: str
    ends: str
    focus: Sequence[str]
    answered: Answered
    asked: int
    """People on the team, or everybody who was invited when those are more."""
    min_team: int
    """Fewest people for a result of the team."""
    people: Sequence[AskedPerson]
    next_cursor: str | None
    is_first: bool
    together: AskedPerson | None
    """The team's one place for agreed answers."""
    was_alone: bool
    """Whether people answered alone before, and those results are kept."""
    has_results: bool
    has_growth: bool
    may_reopen: bool
    invite: InviteForm
    roles: Sequence[str]
    settings: CheckForm
    stale: bool
    """Whether somebody else changed the check since the form was shown."""
    done: str


class ClosePage(NamedTuple):
    """The question before a phase is closed."""

    id: str
    team_id: str
    team_name: str
    wave: int
    phase: str
    answered: Answered
    asked: int
    min_team: int
    goes_on: bool
    """Whether the team goes on to agree."""
    problem: str


class ShownInvitation(NamedTuple):
    """A link, shown once."""

    name: str
    role: str
    address: str


class Invitations(NamedTuple):
    """Links, shown once."""

    id: str
    team_id: str
    team_name: str
    wave: int
    ends: str
    together: bool
    """Whether the link is the team's own, for agreeing."""
    items: Sequence[ShownInvitation]


def check_page(
    session: Session,
    assessment: Assessment,
    team: Team,
    instrument: LoadedInstrument,
    *,
    now: datetime,
    after: str = "",
    invite: InviteForm | None = None,
    typed: TypedCheck | None = None,
    faults: Mapping[str, str] | None = None,
    stale: bool = False,
    done: str = "",
) -> CheckPage:
    """One check, with its people.

    Args:
        session: a transaction.
        assessment: the check.
        team: whose it is.
        instrument: what is asked.
        now: the time.
        after: id of the last person of the page before.
        invite: the form for inviting, as it was typed; None for an empty one.
        typed: the form of settings, as it was typed; None for what is kept.
        faults: what is wrong with it.
        stale: see `CheckPage`.
        done: key of what happened just now.
    """
    form = Form(assessment.form)
    answered = answered_in(session, [assessment.id])
    found = respondents(session, assessment.id, mode=AnswerMode.INDIVIDUAL, after=after, limit=PEOPLE_ON_A_PAGE + 1)
    together = respondents(session, assessment.id, mode=AnswerMode.CONSENSUS, limit=1)
    has_results = last_snapshot(session, assessment.id) is not None
    alone = answered.get((assessment.id, WindowPhase.INDIVIDUAL), Answered())
    first = WindowPhase.CONSENSUS if assessment.mode == Mode.CONSENSUS else WindowPhase.INDIVIDUAL
    names = [instrument.domains[domain].name for domain in instrument.domains if domain in assessment.focus_domains]
    return CheckPage(
        id=assessment.id,
        team_id=team.id,
        team_name=team.name,
        wave=assessment.wave,
        standing=standing(assessment, answered, has_results=has_results, now=now),
        phase=assessment.phase,
        version=assessment.version,
        how=manner(assessment),
        ends=ends(assessment.closes_at),
        focus=names,
        answered=alone,
        asked=max(assessment.roster_size or 0, alone.invited),
        min_team=instrument.instrument.privacy.min_team,
        people=[_person(one, is_over=assessment.phase != WindowPhase.INDIVIDUAL) for one in found[:PEOPLE_ON_A_PAGE]],
        next_cursor=found[PEOPLE_ON_A_PAGE - 1].id if len(found) > PEOPLE_ON_A_PAGE else None,
        is_first=not after,
        together=_person(together[0]) if together else None,
        was_alone=assessment.mode == Mode.INDIVIDUAL_THEN_CONSENSUS and assessment.phase == WindowPhase.CONSENSUS,
        has_results=has_results,
        has_growth=has_results and assessment.previous_id is not None,
        may_reopen=assessment.phase != first,
        invite=invite or InviteForm(one_time()),
        roles=list(role_names(instrument).values()),
        settings=check_form(
            typed or TypedCheck.kept(assessment),
            instrument,
            form,
            is_retake=assessment.previous_id is not None,
            now=now,
            faults=faults,
        ),
        stale=stale,
        done=_done().get(done, ""),
    )


def close_page(
    session: Session, assessment: Assessment, team: Team, instrument: LoadedInstrument, *, problem: str = ""
) -> ClosePage:
    """The question before a phase is closed."""
    answered = answered_in(session, [assessment.id]).get((assessment.id, assessment.phase), Answered())
    return ClosePage(
        id=assessment.id,
        team_id=team.id,
        team_name=team.name,
        wave=assessment.wave,
        phase=assessment.phase,
        answered=answered,
        asked=max(assessment.roster_size or 0, answered.invited),
        min_team=instrument.instrument.privacy.min_team,
        goes_on=assessment.mode == Mode.INDIVIDUAL_THEN_CONSENSUS and assessment.phase == WindowPhase.INDIVIDUAL,
        problem=problem,
    )


def _person(respondent: Respondent, *, is_over: bool = False) -> AskedPerson:
    if respondent.submitted_at is not None:
        words, chip = _("Done"), "accent"
    elif respondent.saved_at is not None:
        words, chip = _("In part") if is_over else _("Started"), "info"
    elif respondent.bound_at is not None and not is_over:
        words, chip = _("Link opened"), ""
    else:
        words, chip = _("No answer") if is_over else _("Not yet"), ""
    return AskedPerson(
        id=respondent.id,
        name=name_of(respondent.external_id),
        words=words,
        chip=chip,
        is_done=respondent.submitted_at is not None,
        has_answered=respondent.saved_at is not None,
    )


def _done() -> Mapping[str, str]:
    """What was done, by the word for it in an address."""
    return {
        "opened": _("The check is open. Now invite your people."),
        "saved": _("Your changes are saved."),
        "closed": _("The check is closed, and the results are in."),
        "closed-same": _(
            "The check is closed. Fewer than three people changed their answers since the earlier results, so "
            "those stay: otherwise one person's answers could be told."
        ),
        "alone": _("What people answered on their own is kept. Now look at those results together, and agree."),
        "reopened": _("The check is open again. Earlier results stay until you close it once more."),
        "removed": _("That person is taken out, with all answers. Results that are in already stand as they are."),
        "moved": _("This check has moved on since you opened that page. Here is how it stands now."),
        "invited-before": _(
            "These people were invited already. Links are shown once only; below you can make a new one."
        ),
    }
