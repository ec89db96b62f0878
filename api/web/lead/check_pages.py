"""Checks of a lead's teams: opening one, inviting people, and closing it."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access.reach import own_team
from api.assessments.answers import open_place
from api.assessments.closing import Reopening, close_assessment, reopen_assessment, settle
from api.assessments.opening import change_assessment, create_assessment, own_assessment
from api.assessments.respondents import (
    NewRespondent,
    invite,
    invited_as,
    person_key,
    renew_invitation,
    take_out,
)
from api.assessments.rows import Assessment, last_closed
from api.assessments.windows import WindowPhase
from api.errors import Conflict, InvalidBody, NoResults, NotFound, WindowClosed
from api.http.browsers import SettingsDep
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading
from api.teams.rows import Team
from api.text.language import _
from api.web.kit.checks import end_of_day, ends
from api.web.kit.forms import SentForm, see
from api.web.kit.once import once_at, one_time
from api.web.kit.rendering import render
from api.web.lead.check import Invitations, InviteForm, NewCheckPage, ShownInvitation, check_page, close_page
from api.web.lead.check_form import TypedCheck, change_in, check_form, faults_by_field, first_typed, new_in
from api.web.lead.invitees import invitees_in, name_of, role_names
from api.web.lead.team_pages import Done, Lead
from models.base import Fault
from models.vocab import AnswerMode
from models.vocab import Form as TeamForm

__all__ = ["router"]

router = APIRouter()


@router.get("/teams/{team_id}/checks/new")
def get_new_check(
    request: Request, lead: Lead, session: Reading, engine: EngineDep, now: Now, team_id: str
) -> Response:
    """Ask how the check is to be."""
    team = own_team(session, lead, team_id)
    is_retake = last_closed(session, team.id) is not None
    form = check_form(first_typed(now), engine.instrument, TeamForm(team.form), is_retake=is_retake, now=now)
    return render(request, "lead/check_new.html", NewCheckPage(team.id, team.name, one_time(), form))


@router.post("/teams/{team_id}/checks/new")
def post_new_check(
    request: Request, lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, team_id: str, form: SentForm
) -> Response:
    """Open the check, once."""
    typed = TypedCheck.in_form(form)
    with database.reading() as session:
        team = own_team(session, lead, team_id)
        is_retake = last_closed(session, team.id) is not None
    try:
        new = new_in(typed, is_retake=is_retake)
        with database.writing() as session:

            def make() -> tuple[str, str]:
                mine = own_team(session, lead, team_id, lock=True)  # so that its checks are counted one by one
                made = create_assessment(session, lead, mine, new, engine.instrument, now=now)
                return f"/assessments/{made.id}?done=opened", team_id

            address, _ = once_at(session, form, make, owner=lead.actor, now=now)
        return see(address)
    except InvalidBody as error:
        faults = faults_by_field(error)
    asked = check_form(typed, engine.instrument, TeamForm(team.form), is_retake=is_retake, now=now, faults=faults)
    page = NewCheckPage(team.id, team.name, str(form.get("once", "")), asked)
    return render(request, "lead/check_new.html", page, status=422)


@router.get("/assessments/{assessment_id}")
def get_check(
    request: Request,
    lead: Lead,
    database: DatabaseDep,
    engine: EngineDep,
    now: Now,
    assessment_id: str,
    after: Annotated[str, Query(max_length=200)] = "",
    done: Done = "",
) -> Response:
    """Show how far the check is, and what can be done with it."""
    _settle(lead, database, engine, now, assessment_id)
    with database.reading() as session:
        assessment, team = own_assessment(session, lead, assessment_id)
        page = check_page(session, assessment, team, engine.instrument, now=now, after=after, done=done)
    return render(request, "lead/check.html", page)


@router.post("/assessments/{assessment_id}/settings")
def post_settings(
    request: Request, lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, assessment_id: str, form: SentForm
) -> Response:
    """Change an open check, unless somebody else did meanwhile; then the form comes back as it was typed."""
    _settle(lead, database, engine, now, assessment_id)
    typed, faults, stale = TypedCheck.in_form(form), {}, False
    try:
        with database.writing() as session:
            assessment, team = own_assessment(session, lead, assessment_id, lock=True)
            if assessment.phase == WindowPhase.CLOSED:
                return see(f"/assessments/{assessment_id}?done=moved")
            stale = form.get("version") != str(assessment.version)
            if not stale:
                change = change_in(typed, assessment)
                change_assessment(session, lead, assessment, team, change, engine.instrument, now=now)
                return see(f"/assessments/{assessment_id}?done=saved")
    except InvalidBody as error:
        faults = faults_by_field(error)
    with database.reading() as session:
        assessment, team = own_assessment(session, lead, assessment_id)
        page = check_page(
            session, assessment, team, engine.instrument, now=now, typed=typed, faults=faults, stale=stale
        )
    return render(request, "lead/check.html", page, status=409 if stale else 422)


@router.post("/assessments/{assessment_id}/people")
def post_people(
    request: Request,
    lead: Lead,
    database: DatabaseDep,
    engine: EngineDep,
    settings: SettingsDep,
    now: Now,
    assessment_id: str,
    form: SentForm,
) -> Response:
    """Invite people, all or none.

    This one answers itself, without a redirect: the links are kept nowhere, so no other page could show them.
    """
    _settle(lead, database, engine, now, assessment_id)
    people, unnamed = str(form.get("people", "")), str(form.get("unnamed", ""))
    made: list[ShownInvitation] = []
    try:
        invitees = invitees_in(people, unnamed, engine.instrument)
        with database.writing() as session:
            assessment, team = own_assessment(session, lead, assessment_id, lock=True)

            def make() -> tuple[str, str]:
                known = invited_as(session, assessment, AnswerMode.INDIVIDUAL)
                taken = [one.who for one in invitees if one.external_id and person_key(one.external_id) in known]
                if taken:
                    detail = _(
                        "Invited already: {people}. Take them out here; below you can make a new link.",
                        people=", ".join(taken),
                    )
                    raise InvalidBody([Fault(pointer="/people", detail=detail)])
                for one in invitees:
                    new = NewRespondent(external_id=one.external_id, role=one.role)
                    place = invite(session, lead, assessment, team, new, engine.instrument, now=now)
                    role = role_names(engine.instrument).get(one.role or "", "")
                    made.append(ShownInvitation(one.who, role, f"{settings.base_url}/join/{place.invitation}"))
                return f"/assessments/{assessment_id}?done=invited-before", team.id

            address, is_first = once_at(session, form, make, owner=lead.actor, now=now)
    except WindowClosed:
        return see(f"/assessments/{assessment_id}?done=moved")
    except (Conflict, InvalidBody) as error:
        faults = faults_by_field(error) if isinstance(error, InvalidBody) else {"people": str(error)}
        typed = InviteForm(str(form.get("once", "")), people, unnamed, faults)
        with database.reading() as session:
            assessment, team = own_assessment(session, lead, assessment_id)
            page = check_page(session, assessment, team, engine.instrument, now=now, invite=typed)
        return render(request, "lead/check.html", page, status=422)
    return _shown_once(request, assessment, team, made) if is_first else see(address)


@router.post("/assessments/{assessment_id}/together")
def post_together(
    request: Request,
    lead: Lead,
    database: DatabaseDep,
    engine: EngineDep,
    settings: SettingsDep,
    now: Now,
    assessment_id: str,
) -> Response:
    """Open the one place for the answers that the team agrees on."""
    _settle(lead, database, engine, now, assessment_id)
    try:
        with database.writing() as session:
            assessment, team = own_assessment(session, lead, assessment_id, lock=True)
            if assessment.phase != WindowPhase.CONSENSUS:
                raise Conflict(_("The check is not there yet, or over."))
            place = invite(session, lead, assessment, team, NewRespondent(), engine.instrument, now=now)
    except Conflict:  # closed meanwhile, or the place is there
        return see(f"/assessments/{assessment_id}?done=moved")
    link = ShownInvitation("", "", f"{settings.base_url}/join/{place.invitation}")
    return _shown_once(request, assessment, team, [link], together=True)


@router.post("/assessments/{assessment_id}/people/{respondent_id}/renew")
def post_renew(
    request: Request,
    lead: Lead,
    database: DatabaseDep,
    settings: SettingsDep,
    now: Now,
    assessment_id: str,
    respondent_id: str,
) -> Response:
    """Make a new link for somebody; the old one ends. Answers itself, as `post_people` does."""
    with database.writing() as session:
        place = open_place(session, lead, assessment_id, respondent_id, lock=True)
        made = renew_invitation(session, lead, place.respondent, place.team, now=now)
    link = ShownInvitation(name_of(made.external_id), "", f"{settings.base_url}/join/{made.invitation}")
    together = made.mode is AnswerMode.CONSENSUS
    return _shown_once(request, place.assessment, place.team, [link], together=together)


@router.post("/assessments/{assessment_id}/people/{respondent_id}/remove")
def post_remove(lead: Lead, database: DatabaseDep, now: Now, assessment_id: str, respondent_id: str) -> Response:
    """Take a person out, with all answers; once more does no harm."""
    with database.writing() as session:
        own_assessment(session, lead, assessment_id)
        with suppress(NotFound):
            take_out(session, lead, open_place(session, lead, assessment_id, respondent_id, lock=True), now=now)
    database.forget_log()
    return see(f"/assessments/{assessment_id}?done=removed")


@router.get("/assessments/{assessment_id}/close")
def get_close(
    request: Request, lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, assessment_id: str
) -> Response:
    """Ask before the present phase is closed."""
    _settle(lead, database, engine, now, assessment_id)
    with database.reading() as session:
        assessment, team = own_assessment(session, lead, assessment_id)
        if assessment.phase == WindowPhase.CLOSED:
            return see(f"/assessments/{assessment_id}?done=moved")
        page = close_page(session, assessment, team, engine.instrument)
    return render(request, "lead/check_close.html", page)


@router.post("/assessments/{assessment_id}/close")
def post_close(
    request: Request, lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, assessment_id: str, form: SentForm
) -> Response:
    """Close the phase that the lead has seen; a second sending closes nothing more."""
    _settle(lead, database, engine, now, assessment_id)
    try:
        with database.writing() as session:
            assessment, team = own_assessment(session, lead, assessment_id, lock=True)
            if assessment.phase == WindowPhase.CLOSED or form.get("phase") != assessment.phase:
                return see(f"/assessments/{assessment_id}?done=moved")
            closed = close_assessment(session, engine, assessment, team, actor=lead.actor, now=now)
    except NoResults:
        problem = _("Nobody has answered yet, so there is nothing to close. Wait for the first answers.")
        with database.reading() as session:
            assessment, team = own_assessment(session, lead, assessment_id)
            page = close_page(session, assessment, team, engine.instrument, problem=problem)
        return render(request, "lead/check_close.html", page, status=409)
    goes_on = closed.assessment.phase is not WindowPhase.CLOSED
    done = "alone" if goes_on else "closed" if closed.new_results else "closed-same"
    return see(f"/assessments/{assessment_id}?done={done}")


@router.post("/assessments/{assessment_id}/reopen")
def post_reopen(
    request: Request, lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, assessment_id: str, form: SentForm
) -> Response:
    """Go back one phase from the one that the lead has seen."""
    _settle(lead, database, engine, now, assessment_id)
    typed = str(form.get("closes_at", "")).strip()
    try:
        with database.writing() as session:
            assessment, team = own_assessment(session, lead, assessment_id, lock=True)
            if form.get("phase") != assessment.phase:
                return see(f"/assessments/{assessment_id}?done=moved")
            how = Reopening(closes_at=end_of_day(typed))
            reopen_assessment(session, assessment, team, how, actor=lead.actor, now=now)
        return see(f"/assessments/{assessment_id}?done=reopened")
    except Conflict:
        return see(f"/assessments/{assessment_id}?done=moved")
    except InvalidBody as error:
        faults = {"reopen_closes_at": next(iter(faults_by_field(error).values()))}
    with database.reading() as session:
        assessment, team = own_assessment(session, lead, assessment_id)
        page = check_page(session, assessment, team, engine.instrument, now=now, faults=faults)
    return render(request, "lead/check.html", page, status=422)


def _settle(lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, assessment_id: str) -> None:
    """End a phase whose time has passed, if the check is within reach; else the page says that it is not there."""
    with database.reading() as session:
        try:
            own_assessment(session, lead, assessment_id)
        except NotFound:
            return
    settle(database, engine, assessment_id, now=now)


def _shown_once(
    request: Request, assessment: Assessment, team: Team, links: list[ShownInvitation], *, together: bool = False
) -> Response:
    page = Invitations(
        id=assessment.id,
        team_id=team.id,
        team_name=team.name,
        wave=assessment.wave,
        ends=ends(assessment.closes_at),
        together=together,
        items=links,
    )
    return render(request, "lead/invitations.html", page)
