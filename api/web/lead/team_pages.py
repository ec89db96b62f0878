"""The teams of a lead's organization: the list, one team, what it says about itself, and deleting it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access.principals import Permission, Principal
from api.access.reach import own_team
from api.assessments.closing import settle
from api.assessments.opening import is_due
from api.assessments.rows import latest_assessments
from api.errors import InvalidBody, NotFound
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading
from api.http.paging import Paging, page_of
from api.teams.cohorts import grant_team, revoke_team
from api.teams.rows import teams
from api.teams.teams import NewTeam, ReviewPolicy, TeamChange, change_team, create_team, delete_team
from api.text.language import _
from api.web.kit.forms import SentForm, see
from api.web.kit.once import once_at, one_time
from api.web.kit.rendering import render
from api.web.kit.visitors import Asks
from api.web.lead.about import about_page, context_in, typed_in
from api.web.lead.teams import DeletePage, form_words, new_team_page, team_page, teams_page
from models.vocab import Form as TeamForm
from recommender.reading.fold import clean, fold

__all__ = ["Lead", "router"]

router = APIRouter()

Lead = Annotated[Principal, Depends(Asks(Permission.WRITE_TEAMS))]
"""Somebody who looks after teams of their organization. Officers see teams at their desk."""
Done = Annotated[str, Query(max_length=50)]

_MOST = 200


@router.get("/teams")
def get_teams(
    request: Request,
    lead: Lead,
    database: DatabaseDep,
    engine: EngineDep,
    now: Now,
    paging: Paging,
    name: Annotated[str, Query(max_length=200)] = "",
    done: Done = "",
) -> Response:
    """Show the organization's teams, oldest first."""
    with database.reading() as session:
        limit = paging.limit + 1
        rows = teams(session, lead.organization_id, name=name.strip(), after=paging.after, limit=limit)
        due = [one.id for one in latest_assessments(session, [t.id for t in rows]).values() if is_due(one, now)]
    for assessment_id in due:
        settle(database, engine, assessment_id, now=now)
    with database.reading() as session:
        cursor = page_of(rows, paging, lambda team: team.id, key=lambda team: team.id).next_cursor
        page = teams_page(
            session,
            rows[: paging.limit],
            next_cursor=cursor,
            is_first=not paging.after,
            name=name.strip(),
            done=done,
            now=now,
        )
    return render(request, "lead/teams.html", page)


@router.get("/teams/new")
def get_new_team(request: Request, _: Lead) -> Response:
    """Ask for the name and the kind of a new team."""
    return render(request, "lead/team_new.html", new_team_page(one_time()))


@router.post("/teams/new")
def post_new_team(
    request: Request, lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, form: SentForm
) -> Response:
    """Create a team, once, and go on to what it says about itself."""
    name, kind = clean(str(form.get("name", ""))), str(form.get("form", ""))
    faults = {}
    if not 1 <= len(name) <= _MOST:
        faults["name"] = _("Give the team a name of 1 to 200 characters.")
    if kind not in list(form_words()):
        faults["form"] = _("Choose one of the two.")
    if faults:
        page = new_team_page(str(form.get("once", "")), name=name, form=kind, faults=faults)
        return render(request, "lead/team_new.html", page, status=422)

    with database.writing() as session:

        def make() -> tuple[str, str]:
            team = create_team(session, lead, NewTeam(name=name, form=TeamForm(kind)), engine.instrument, now=now)
            return f"/teams/{team.id}/about?done=created", team.id

        address = once_at(session, form, make, owner=lead.actor, now=now)[0]
    return see(address)


@router.get("/teams/{team_id}")
def get_team(
    request: Request, lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, team_id: str, done: Done = ""
) -> Response:
    """Show one team with its checks."""
    with database.reading() as session:
        own_team(session, lead, team_id)
        last = latest_assessments(session, [team_id]).get(team_id)
    if last is not None and is_due(last, now):
        settle(database, engine, last.id, now=now)
    with database.reading() as session:
        team = own_team(session, lead, team_id)
        page = team_page(session, lead, team, engine.instrument, now=now, done=done)
    return render(request, "lead/team.html", page)


@router.get("/teams/{team_id}/about")
def get_about(request: Request, lead: Lead, session: Reading, engine: EngineDep, team_id: str) -> Response:
    """Show what a team says about itself, to be changed."""
    return render(request, "lead/team_about.html", about_page(own_team(session, lead, team_id), engine.instrument))


@router.post("/teams/{team_id}/about")
def post_about(
    request: Request, lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, team_id: str, form: SentForm
) -> Response:
    """Save it, unless somebody else did meanwhile; then the form comes back as it was typed."""
    name = clean(str(form.get("name", "")))
    policy = str(form.get("review_policy", ""))
    with database.reading() as session:
        team = own_team(session, lead, team_id)
    typed = typed_in(form, engine.instrument, TeamForm(team.form))
    faults = {} if 1 <= len(name) <= _MOST else {"name": _("Give the team a name of 1 to 200 characters.")}
    stale = False
    try:
        with database.writing() as session:
            team = own_team(session, lead, team_id, lock=True)
            stale = form.get("version") != str(team.version)
            if not stale:
                change = TeamChange(
                    name=team.name if faults else name,
                    context=context_in(typed, engine.instrument),
                    review_policy=ReviewPolicy(policy) if policy in list(ReviewPolicy) else None,
                )
                change_team(session, lead, team, change, engine.instrument, now=now)
                if faults:
                    raise InvalidBody([])  # so that nothing is kept
                return see(f"/teams/{team_id}?done=about")
    except InvalidBody as error:
        for fault in error.faults:
            faults.setdefault(fault.pointer.removeprefix("/context/").partition("/")[0], fault.detail)
        with database.reading() as session:
            team = own_team(session, lead, team_id)
    page = about_page(
        team, engine.instrument, typed=typed, name=name, policy=policy or None, faults=faults, stale=stale
    )
    return render(request, "lead/team_about.html", page, status=409 if stale else 422)


@router.post("/teams/{team_id}/cohorts")
def post_cohort(
    request: Request, lead: Lead, database: DatabaseDep, engine: EngineDep, now: Now, team_id: str, form: SentForm
) -> Response:
    """Put the team into the cohort of a code that its program gave out."""
    code = str(form.get("code", "")).strip()
    with database.reading() as session:
        own_team(session, lead, team_id)
    try:
        with database.writing() as session:
            grant_team(session, lead, code[:_MOST], team_id, now=now)
        return see(f"/teams/{team_id}?done=joined#sharing")
    except NotFound:
        fault = _("There is no cohort of this code. Copy it once more from what your program sent you.")
    with database.reading() as session:
        team = own_team(session, lead, team_id)
        page = team_page(session, lead, team, engine.instrument, now=now, fault=fault, code=code)
    return render(request, "lead/team.html", page, status=422)


@router.post("/teams/{team_id}/cohorts/{cohort_id}/leave")
def post_leave_cohort(lead: Lead, database: DatabaseDep, now: Now, team_id: str, cohort_id: str) -> Response:
    """Take the team out of a cohort."""
    with database.writing() as session:
        own_team(session, lead, team_id)
        revoke_team(session, lead, cohort_id, team_id, now=now)
    return see(f"/teams/{team_id}?done=left#sharing")


@router.get("/teams/{team_id}/delete")
def get_delete(request: Request, lead: Lead, session: Reading, team_id: str) -> Response:
    """Ask for the team's name before it is deleted."""
    team = own_team(session, lead, team_id)
    return render(request, "lead/team_delete.html", DeletePage(team.id, team.name, "", ""))


@router.post("/teams/{team_id}/delete")
def post_delete(
    request: Request, lead: Lead, database: DatabaseDep, now: Now, team_id: str, form: SentForm
) -> Response:
    """Delete the team if its name was typed."""
    typed = clean(str(form.get("name", "")))
    with database.reading() as session:
        team = own_team(session, lead, team_id)
    if fold(typed) != fold(team.name):
        page = DeletePage(team.id, team.name, typed, _("This is not the team's name. Nothing was deleted."))
        return render(request, "lead/team_delete.html", page, status=422)
    with database.writing() as session:
        delete_team(session, lead, team_id, now=now)
    database.forget_log()
    return see("/teams?done=deleted")
