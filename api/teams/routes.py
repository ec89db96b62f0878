"""Teams of an organization."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Body, Depends, Response

from api.access.principals import Permission, Principal, Scope
from api.access.reach import own_team, shares_results, visible_team
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading, Require, Writing, problem_responses
from api.http.etags import IfMatch, IfNoneMatch, etag_of, unchanged
from api.http.once import Created, Once
from api.http.paging import Page, Paging, page_of
from api.http.sent import Sent
from api.teams.rows import granted_teams, teams
from api.teams.teams import (
    NewTeam,
    TeamChange,
    TeamView,
    change_faults,
    change_team,
    create_team,
    delete_team,
    team_faults,
    team_view,
)

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["teams"])

Reader = Annotated[Principal, Depends(Require(Permission.READ_TEAMS))]
Writer = Annotated[Principal, Depends(Require(Permission.WRITE_TEAMS))]
NewTeamBody = Annotated[Sent[NewTeam], Body()]


@router.post(
    "/teams",
    status_code=201,
    response_model=TeamView,
    operation_id="createTeam",
    summary="Create a team",
    responses=problem_responses(_409="The external id is taken.", _422="The body has faults; each is listed."),
)
def post_team(caller: Writer, session: Writing, engine: EngineDep, once: Once, now: Now, body: NewTeamBody) -> Response:
    """Create a team of the caller's organization."""

    def make() -> Created:
        new = body.value(partial(team_faults, body.fields, engine.instrument))
        team = create_team(session, caller, new, engine.instrument, now=now)
        return Created(team_view(team), f"/v1/teams/{team.id}", etag=etag_of(team.version), team_id=team.id)

    return once(session, make, owner=caller.actor, now=now)


@router.get(
    "/teams",
    operation_id="listTeams",
    summary="Teams that the caller may know of",
    responses=problem_responses(_422="A parameter is not valid."),
)
def list_teams(caller: Reader, session: Reading, paging: Paging) -> Page[TeamView]:
    """Answer one page, oldest first: the organization's own teams, or an officer's granted ones."""
    find = granted_teams if caller.scope is Scope.OFFICER else teams
    rows = find(session, caller.organization_id, after=paging.after, limit=paging.limit + 1)
    return page_of(
        rows, paging, lambda team: team_view(team, shared=shares_results(team, caller)), key=lambda team: team.id
    )


@router.get(
    "/teams/{team_id}",
    operation_id="getTeam",
    summary="One team",
    response_model=TeamView,
    responses=problem_responses(_404="No such team within the caller's reach."),
)
def get_team(
    caller: Reader, session: Reading, team_id: str, response: Response, known: IfNoneMatch = None
) -> TeamView | Response:
    """Answer the team, with an ETag for changing it."""
    team = visible_team(session, caller, team_id)
    etag = etag_of(team.version)
    response.headers["ETag"] = etag
    return unchanged(etag, known) or team_view(team, shared=shares_results(team, caller))


@router.patch(
    "/teams/{team_id}",
    operation_id="changeTeam",
    summary="Change a team's name, external id, context or review policy",
    responses=problem_responses(
        _404="No such team of the caller's.",
        _409="The external id is taken.",
        _412="Somebody else changed it.",
        _422="The body has faults.",
        _428="If-Match is missing.",
    ),
)
def patch_team(
    caller: Writer,
    session: Writing,
    engine: EngineDep,
    now: Now,
    team_id: str,
    body: Annotated[Sent[TeamChange], Body()],
    if_match: IfMatch,
    response: Response,
) -> TeamView:
    """Change what the body names."""
    team = own_team(session, caller, team_id, lock=True)
    if_match.check(etag_of(team.version))
    change = body.value(partial(change_faults, body.fields, team, engine.instrument))
    change_team(session, caller, team, change, engine.instrument, now=now)
    response.headers["ETag"] = etag_of(team.version)
    return team_view(team)


@router.delete(
    "/teams/{team_id}",
    status_code=204,
    operation_id="deleteTeam",
    summary="Delete a team and everything that belongs to it",
    responses=problem_responses(_404="No such team of the caller's."),
)
def remove_team(
    caller: Writer, session: Writing, database: DatabaseDep, now: Now, team_id: str, afterwards: BackgroundTasks
) -> None:
    """Delete answers, profiles, runs, reviews and feedback too; an audit line without content stays."""
    delete_team(session, caller, team_id, now=now)
    afterwards.add_task(database.forget_log)
