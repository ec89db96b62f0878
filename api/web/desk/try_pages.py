"""Questions about one team's list: why not something else, what if, and what changed."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api.http.dependencies import EngineDep, Now, Reading
from api.reviews.review import read_review
from api.web.desk.changes_page import changes_page
from api.web.desk.queue_pages import Officer
from api.web.desk.what_if_page import what_if_page
from api.web.desk.why_not_page import why_not_page
from api.web.kit.rendering import render

__all__ = ["router"]

router = APIRouter(prefix="/desk/runs/{run_id}")

Word = Annotated[str, Query(max_length=200)]


class Repeated(BaseModel):
    """Questions that take several answers, so that their parameters may be given more than once."""

    focus_areas: list[str] = []
    modality: list[str] = []
    grade_bands: list[str] = []
    languages: list[str] = []


@router.get("/why-not")
def get_why_not(
    request: Request, officer: Officer, session: Reading, engine: EngineDep, run_id: str, q: Word = "", of: Word = ""
) -> Response:
    """Any support of the catalog: why it is not in the list, and how to add it."""
    page = why_not_page(session, engine, officer, read_review(session, officer, run_id), q=q, of=of)
    return render(request, "desk/why_not.html", page)


@router.get("/what-if")
def get_what_if(
    request: Request,
    officer: Officer,
    session: Reading,
    engine: EngineDep,
    now: Now,
    run_id: str,
    _: Annotated[Repeated, Query()],
) -> Response:
    """What the team would be recommended if something changed; stores nothing."""
    page = what_if_page(session, engine, read_review(session, officer, run_id), request.query_params, now=now)
    return render(request, "desk/what_if.html", page, status=422 if page.faults else 200)


@router.get("/changes")
def get_changes(request: Request, officer: Officer, session: Reading, engine: EngineDep, run_id: str) -> Response:
    """Why the list is another one than the time before."""
    return render(request, "desk/changes.html", changes_page(session, engine, officer, run_id))
