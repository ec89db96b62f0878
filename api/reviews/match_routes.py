"""The life of a team's matches, from the offer to what came of it."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Response

from api.access.principals import Permission, Principal, Scope
from api.access.reach import team_with_results
from api.http.dependencies import EngineDep, Now, Reading, Require, Writing, problem_responses
from api.http.once import Created, Once
from api.http.paging import Page, Paging, page_of
from api.http.sent import Sent
from api.reviews.fold import fold
from api.reviews.match_rows import newest_run_id
from api.reviews.matches import MatchView, NewStatus, matches_of_team, set_status, status_faults
from api.reviews.review import read_review

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["matches"])

Reader = Annotated[Principal, Depends(Require(Permission.READ_TEAMS))]
SupportIdPath = Annotated[str, Path(pattern=r"^[!-~]+$", max_length=200)]


@router.get(
    "/teams/{team_id}/matches",
    operation_id="listMatches",
    summary="A team's matches and where each stands",
    responses=problem_responses(_404="No such team within the caller's reach."),
)
def list_matches(caller: Reader, session: Reading, engine: EngineDep, team_id: str, paging: Paging) -> Page[MatchView]:
    """Answer matches by support id, each with its history; officers also see those that wait for their release."""
    team = team_with_results(session, caller, team_id)
    newest = None
    if caller.scope is Scope.OFFICER and (run_id := newest_run_id(session, team.id)):
        opened = read_review(session, caller, run_id)
        newest = (run_id, fold(opened.lists, opened.events))
    views = matches_of_team(session, engine, caller, team, newest=newest)
    after = [view for view in views if view.support_id > paging.after]
    return page_of(after[: paging.limit + 1], paging, lambda view: view, key=lambda view: view.support_id)


@router.post(
    "/teams/{team_id}/matches/{support_id}/status",
    status_code=201,
    operation_id="setMatchStatus",
    summary="Take a match one step further",
    response_model=MatchView,
    responses=problem_responses(
        _403="The step is not the caller's.",
        _404="No such match within the caller's reach.",
        _409="The step does not follow from where the match stands.",
        _422="The body has faults.",
    ),
)
def post_status(
    caller: Reader,
    session: Writing,
    engine: EngineDep,
    once: Once,
    now: Now,
    team_id: str,
    support_id: SupportIdPath,
    body: Annotated[Sent[NewStatus], Body()],
) -> Response:
    """Teams accept, decline, engage and close with an outcome; officers offer again and close."""
    team = team_with_results(session, caller, team_id)  # a kept answer, too, is only for those who may see it now

    def make() -> Created:
        new = body.value(lambda: status_faults(body.readable()))
        view = set_status(session, engine, caller, team, support_id, new, now=now)
        return Created(view, f"/v1/teams/{team.id}/matches", team_id=team.id)

    return once(session, make, owner=caller.actor, now=now)
