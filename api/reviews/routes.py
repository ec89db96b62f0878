"""Reviews of runs by program officers, and what a team sees after the release."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import BaseModel

from api.access.principals import Permission, Principal
from api.http.dependencies import EngineDep, Now, Reading, Require, Writing, problem_responses
from api.http.etags import IfMatch, IfNoneMatch, etag_of, unchanged
from api.http.once import Created, Once
from api.http.sent import Sent
from api.http.time_cursors import read_cursor, write_cursor
from api.reviews.actions import MOST_ACTIONS, Bulk, NewAction
from api.reviews.queue import Filters, QueueItem, Sort, list_queue
from api.reviews.released import ReleasedRun, released_run
from api.reviews.review import OpenReview, ReviewView, act, action_faults, read_review, review_view
from api.runs.stored import seen_run
from models.review import Moment, ReviewState

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["reviews"])

Reviewer = Annotated[Principal, Depends(Require(Permission.REVIEW))]
Reader = Annotated[Principal, Depends(Require(Permission.READ_TEAMS))]
Word = Annotated[str | None, Query(pattern=r"^[!-~]+$", max_length=200)]
_REFUSED = problem_responses(
    _404="No such run within the caller's reach.",
    _409="The review is not in a state that allows this.",
    _412="Somebody else acted since the review was read.",
    _422="The body has faults; each is listed.",
    _428="If-Match is missing.",
)


class QueuePage(BaseModel):
    """One page of the queue."""

    items: list[QueueItem]
    counts: dict[ReviewState, int]
    """Reviews in each state that pass the other filters, on all pages."""
    next_cursor: str | None
    """Give it back as `cursor` for the next page; None on the last one."""


def _filters(
    state: Annotated[list[ReviewState], Query(description="Repeat it to allow several.")] = [],  # noqa: B006
    cohort: Annotated[Word, Query(description="Id of a cohort.")] = None,
    team: Annotated[Word, Query(description="Id of a team.")] = None,
    assignee: Annotated[Word, Query(description="Who reviews: `me`, `key:ID` or `person:ID`.")] = None,
    due_before: Annotated[Moment | None, Query(description="With its zone.")] = None,
    overdue: Annotated[bool, Query(description="Only those whose day has passed, not released yet.")] = False,
    low_confidence: Annotated[bool | None, Query(description="Whether few people or answers stand behind it.")] = None,
    unmet_needs: Annotated[bool | None, Query(description="Whether a priority need found nothing.")] = None,
) -> Filters:
    return Filters(tuple(state), cohort, team, assignee, due_before, overdue, low_confidence, unmet_needs)


@router.get(
    "/reviews",
    operation_id="listReviews",
    summary="The queue of reviews",
    responses=problem_responses(_404="No such cohort of the caller's.", _422="A filter or the cursor is not valid."),
)
def list_reviews(
    caller: Reviewer,
    session: Reading,
    now: Now,
    filters: Annotated[Filters, Depends(_filters)],
    sort: Sort = Sort.DUE,
    limit: Annotated[int, Query(ge=1, le=100, description="Most items on a page.")] = 20,
    cursor: Annotated[str, Query(max_length=400, description="`next_cursor` of the page before.")] = "",
) -> QueuePage:
    """Answer reviews of teams that were granted to a cohort of the caller's program and share their results."""
    found = list_queue(session, caller, filters, sort=sort, after=read_cursor(cursor), limit=limit + 1, now=now)
    shown = found.items[:limit]
    more = len(found.items) > limit
    return QueuePage(
        items=shown, counts=found.counts, next_cursor=write_cursor(shown[-1].due_at, shown[-1].run_id) if more else None
    )


@router.get(
    "/runs/{run_id}/review",
    operation_id="getReview",
    summary="A run's review",
    response_model=ReviewView,
    responses=problem_responses(_404="No such run within the caller's reach."),
)
def get_review(
    caller: Reviewer, session: Reading, run_id: str, response: Response, known: IfNoneMatch = None
) -> ReviewView | Response:
    """Answer where it stands, what was done, and the lists as they are now; with an ETag for acting."""
    opened = read_review(session, caller, run_id)
    etag = etag_of(opened.version)
    response.headers["ETag"] = etag
    return unchanged(etag, known) or review_view(opened)


@router.post(
    "/runs/{run_id}/review/events",
    status_code=201,
    operation_id="actInReview",
    summary="Do one thing in a review",
    response_model=ReviewView,
    responses=_REFUSED,
)
def post_event(
    caller: Reviewer,
    session: Writing,
    engine: EngineDep,
    once: Once,
    now: Now,
    run_id: str,
    body: Annotated[Sent[NewAction], Body()],
    if_match: IfMatch,
) -> Response:
    """Approve, remove, pin, move, add, comment, put off, assign, ask for a second reader, undo, release or recall."""
    seen_run(session, caller, run_id)  # a kept answer, too, is only for those who may see it now

    def make() -> Created:
        opened = read_review(session, caller, run_id, lock=True)
        if_match.check(etag_of(opened.version))
        sent = {0: body.readable()}
        action = body.value(lambda: action_faults(session, engine, caller, opened, sent, now=now))
        return _created(act(session, engine, caller, opened, [action], now=now))

    return once(session, make, owner=caller.actor, now=now)


@router.post(
    "/runs/{run_id}/review/events:batch",
    status_code=201,
    operation_id="actInReviewTogether",
    summary="Do several things in a review, all or none",
    response_model=ReviewView,
    responses=_REFUSED,
)
def post_events(
    caller: Reviewer,
    session: Writing,
    engine: EngineDep,
    once: Once,
    now: Now,
    run_id: str,
    body: Annotated[Sent[Bulk], Body()],
    if_match: IfMatch,
) -> Response:
    """Take the actions one after the other; if one of them is refused, none is taken."""
    seen_run(session, caller, run_id)  # a kept answer, too, is only for those who may see it now

    def make() -> Created:
        opened = read_review(session, caller, run_id, lock=True)
        if_match.check(etag_of(opened.version))
        listed = body.fields.get("actions")
        sent = dict(enumerate(listed[:MOST_ACTIONS] if isinstance(listed, list) else ()))
        bulk = body.value(lambda: action_faults(session, engine, caller, opened, sent, now=now, where=_in_bulk))
        done = act(session, engine, caller, opened, bulk.actions, now=now, where=_in_bulk)
        return _created(done)

    return once(session, make, owner=caller.actor, now=now)


@router.get(
    "/runs/{run_id}/released",
    operation_id="getReleasedRun",
    summary="What a team sees of a run",
    responses=problem_responses(_404="No such run within the caller's reach.", _403="It is not released yet."),
)
def get_released(caller: Reader, session: Reading, run_id: str) -> ReleasedRun:
    """Answer the list as its officer released it: in that order, without what was removed, with what was added."""
    return released_run(read_review(session, caller, run_id))


def _in_bulk(place: int) -> str:
    return f"/actions/{place}"


def _created(opened: OpenReview) -> Created:
    where = f"/v1/runs/{opened.run.id}/review"
    return Created(review_view(opened), where, etag=etag_of(opened.version), team_id=opened.team.id)
