"""The review desk's first page: the queue, and the way from one team to the next."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access.principals import Permission, Principal
from api.http.dependencies import Now, Reading
from api.reviews.review import read_review
from api.web.desk.queue import DeskQueueQuery, next_run, queue_page
from api.web.kit.forms import see
from api.web.kit.rendering import render
from api.web.kit.visitors import Asks

__all__ = ["Officer", "router"]

router = APIRouter(prefix="/desk")

Officer = Annotated[Principal, Depends(Asks(Permission.REVIEW))]


@router.get("")
def get_desk(
    request: Request, officer: Officer, session: Reading, now: Now, query: Annotated[DeskQueueQuery, Query()]
) -> Response:
    """The queue."""
    return render(request, "desk/queue.html", queue_page(session, officer, query, now=now))


@router.get("/next")
def get_next(
    officer: Officer, session: Reading, now: Now, after: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Lead to the team after one, or back to the queue when nothing else waits."""
    here = None
    if after:
        opened = read_review(session, officer, after)
        here = (opened.row.due_at, opened.run.id)
    found = next_run(session, officer, here, now=now)
    return see(f"/desk/runs/{found}" if found else "/desk?done=through")
