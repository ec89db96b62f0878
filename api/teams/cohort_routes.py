"""Cohorts of a program, and the teams that their organizations put into them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.access.principals import Permission, Principal
from api.http.dependencies import Now, Reading, Require, Writing, problem_responses
from api.http.once import Created, Once
from api.http.paging import Page, Paging, page_of
from api.teams.cohort_rows import cohorts
from api.teams.cohorts import (
    CohortDetail,
    CohortView,
    GrantHistory,
    GrantView,
    NewCohort,
    cohort_detail,
    cohort_view,
    create_cohort,
    grant_team,
    own_cohort,
    revoke_team,
    team_grants,
)

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["cohorts"])

Program = Annotated[Principal, Depends(Require(Permission.MANAGE_COHORTS))]
TeamReader = Annotated[Principal, Depends(Require(Permission.READ_TEAMS))]
TeamOwner = Annotated[Principal, Depends(Require(Permission.WRITE_TEAMS))]
EitherSide = Annotated[Principal, Depends(Require(Permission.END_GRANTS))]


@router.post(
    "/cohorts",
    status_code=201,
    response_model=CohortView,
    operation_id="createCohort",
    summary="Create a cohort",
    responses=problem_responses(_422="The body has faults; each is listed."),
)
def post_cohort(caller: Program, session: Writing, once: Once, now: Now, body: NewCohort) -> Response:
    """Create a cohort of the caller's organization; give its id to those who shall put their teams into it."""

    def make() -> Created:
        cohort = create_cohort(session, caller, body, now=now)
        return Created(cohort_view(cohort), f"/v1/cohorts/{cohort.id}")

    return once(session, make, owner=caller.actor, now=now)


@router.get(
    "/cohorts",
    operation_id="listCohorts",
    summary="Cohorts of the caller's organization",
    responses=problem_responses(_422="A parameter is not valid."),
)
def list_cohorts(caller: Program, session: Reading, paging: Paging) -> Page[CohortView]:
    """Answer one page, oldest first."""
    rows = cohorts(session, caller.organization_id, after=paging.after, limit=paging.limit + 1)
    return page_of(rows, paging, cohort_view, key=lambda cohort: cohort.id)


@router.get(
    "/cohorts/{cohort_id}",
    operation_id="getCohort",
    summary="One cohort with its teams",
    responses=problem_responses(_404="No such cohort of the caller's."),
)
def get_cohort(caller: Program, session: Reading, cohort_id: str) -> CohortDetail:
    """Answer the teams that are in the cohort now; results are read of each team, where it shares them."""
    return cohort_detail(session, own_cohort(session, caller, cohort_id))


@router.put(
    "/cohorts/{cohort_id}/teams/{team_id}",
    operation_id="grantTeam",
    summary="Put a team of the caller's into a cohort",
    responses=problem_responses(_404="No such team of the caller's, or no such cohort."),
)
def put_team(caller: TeamOwner, session: Writing, now: Now, cohort_id: str, team_id: str) -> GrantView:
    """Let the program's officers know of the team, and see its results if it shares them; may be repeated."""
    return grant_team(session, caller, cohort_id, team_id, now=now)


@router.get(
    "/teams/{team_id}/cohorts",
    operation_id="listGrants",
    summary="The cohorts that a team of the caller's is or was in",
    responses=problem_responses(_404="No such team of the caller's."),
)
def list_grants(caller: TeamReader, session: Reading, team_id: str) -> GrantHistory:
    """Answer every grant of the team, oldest first, ended ones too."""
    return GrantHistory(items=team_grants(session, caller, team_id))


@router.delete(
    "/cohorts/{cohort_id}/teams/{team_id}",
    status_code=204,
    operation_id="revokeTeam",
    summary="Take a team out of a cohort",
    responses=problem_responses(_404="No such team or cohort within the caller's reach."),
)
def remove_team(caller: EitherSide, session: Writing, now: Now, cohort_id: str, team_id: str) -> None:
    """End what the team's organization granted; either side may, at once, and the history stays."""
    revoke_team(session, caller, cohort_id, team_id, now=now)
