"""The cohorts of a program."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.http.dependencies import Now, Reading, Writing
from api.teams.cohorts import create_cohort
from api.web.desk.cohorts_page import cohort_page, cohorts_page, new_cohort
from api.web.desk.queue_pages import Officer
from api.web.kit.forms import SentForm, see
from api.web.kit.once import once_at
from api.web.kit.rendering import render

__all__ = ["router"]

router = APIRouter(prefix="/desk/cohorts")

_NAME = "Give the cohort a name of 1 to 200 characters."


@router.get("")
def get_cohorts(request: Request, officer: Officer, session: Reading) -> Response:
    """Every cohort, and a form for a new one."""
    return render(request, "desk/cohorts.html", cohorts_page(session, officer))


@router.post("")
def post_cohort(request: Request, officer: Officer, session: Writing, now: Now, form: SentForm) -> Response:
    """Create a cohort, once."""
    name = " ".join(str(form.get("name", "")).split())
    new = new_cohort(name)
    if new is None:
        page = cohorts_page(session, officer, once=str(form.get("once", "")), name=name, fault=_NAME)
        return render(request, "desk/cohorts.html", page, status=422)

    def make() -> tuple[str, str | None]:
        cohort = create_cohort(session, officer, new, now=now)
        return f"/desk/cohorts/{cohort.id}?done=created", None

    return see(once_at(session, form, make, owner=officer.actor, now=now)[0])


@router.get("/{cohort_id}")
def get_cohort(
    request: Request,
    officer: Officer,
    session: Reading,
    now: Now,
    cohort_id: str,
    done: Annotated[str, Query(max_length=50)] = "",
) -> Response:
    """One cohort with its teams, and the code to hand out."""
    return render(request, "desk/cohort.html", cohort_page(session, officer, cohort_id, done=done, now=now))
