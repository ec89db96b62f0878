"""What teams did with supports."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query

from api.access.principals import Permission, Principal
from api.access.reach import team_with_results
from api.errors import InvalidParameter
from api.http.dependencies import EngineDep, Now, Reading, Require, Writing, problem_responses
from api.http.paging import Page
from api.http.sent import Sent
from api.http.time_cursors import read_cursor, write_cursor
from api.reviews.feedback import (
    FeedbackBatch,
    FeedbackTaken,
    FeedbackView,
    feedback_faults,
    feedback_view,
    take_feedback,
)
from api.reviews.feedback_rows import feedback_of_team
from models.base import Fault

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["feedback"])

Reader = Annotated[Principal, Depends(Require(Permission.READ_TEAMS))]
Writer = Annotated[Principal, Depends(Require(Permission.WRITE_TEAMS))]


@router.post(
    "/feedback",
    operation_id="sendFeedback",
    summary="Tell what teams did with supports",
    responses=problem_responses(_422="Events have faults; each is listed, and nothing was taken."),
)
def post_feedback(
    caller: Writer, session: Writing, engine: EngineDep, now: Now, body: Annotated[Sent[FeedbackBatch], Body()]
) -> FeedbackTaken:
    """Take up to 100 events, all or none. An event that was sent before is counted and not taken again."""
    sent = body.fields.get("events")
    batch = body.value(lambda: feedback_faults(session, engine, caller, sent, now=now))
    return take_feedback(session, engine, caller, batch.events, now=now)


@router.get(
    "/teams/{team_id}/feedback",
    operation_id="listFeedback",
    summary="What a team did with supports",
    responses=problem_responses(_404="No such team within the caller's reach.", _422="The cursor is not valid."),
)
def list_feedback(
    caller: Reader,
    session: Reading,
    team_id: str,
    limit: Annotated[int, Query(ge=1, le=100, description="Most items on a page.")] = 20,
    cursor: Annotated[str, Query(max_length=400, description="`next_cursor` of the page before.")] = "",
) -> Page[FeedbackView]:
    """Answer one page, by the time at which things happened."""
    team = team_with_results(session, caller, team_id)
    key = read_cursor(cursor)
    after = None
    if key is not None:
        at, event_id = key
        if at is None:
            detail = "Not a cursor of this list; start again without one."
            raise InvalidParameter([Fault(pointer="cursor", detail=detail)])
        after = (at, event_id)
    rows = feedback_of_team(session, team.id, after=after, limit=limit + 1)
    shown = rows[:limit]
    more = write_cursor(shown[-1].at, shown[-1].event_id) if len(rows) > limit else None
    return Page(items=[feedback_view(row, caller) for row in shown], next_cursor=more)
