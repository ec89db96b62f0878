"""One team on the review desk, and what its officer does there."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.errors import Conflict, InvalidBody, NotFound
from api.http.dependencies import EngineDep, Now, Reading, Writing
from api.reviews.actions import NewAction
from api.reviews.fold import fold
from api.reviews.review import OpenReview, act, read_review
from api.web.desk.match_page import match_page
from api.web.desk.queue import names_for
from api.web.desk.queue_pages import Officer
from api.web.desk.review_again import again_page, already_done
from api.web.desk.review_forms import APPROVE_ALL, AskedFor, faults_by_field, read_asked
from api.web.desk.review_page import DoneNotice, Opening, review_page
from api.web.desk.words import Names
from api.web.kit.forms import SentForm, see
from api.web.kit.rendering import render
from models.review import Approve, EntryState, Pin, Remove, Undo

__all__ = ["router"]

router = APIRouter(prefix="/desk/runs/{run_id}")

Word = Annotated[str, Query(max_length=200)]


@router.get("")
def get_run(
    request: Request,
    officer: Officer,
    session: Reading,
    engine: EngineDep,
    now: Now,
    run_id: str,
    done: Word = "",
    at: Word = "",
    form: Word = "",
    of: Word = "",
    history: Word = "",
) -> Response:
    """The team, its matches and everything to do about them."""
    opened = read_review(session, officer, run_id)
    page = review_page(
        session,
        engine,
        officer,
        opened,
        done=DoneNotice(done, at),
        opening=Opening(form, of),
        whole_history=history == "all",
        now=now,
    )
    return render(request, "desk/review.html", page)


@router.get("/matches/{support_id}")
def get_match(
    request: Request, officer: Officer, session: Reading, engine: EngineDep, run_id: str, support_id: str
) -> Response:
    """How one match came about: every part of its score, every rule, and its record."""
    page = match_page(engine, read_review(session, officer, run_id), support_id)
    if page is None:
        raise NotFound("match", support_id)
    return render(request, "desk/match.html", page)


@router.post("/act")
def post_act(
    request: Request, officer: Officer, session: Writing, engine: EngineDep, now: Now, form: SentForm, run_id: str
) -> Response:
    """Do one thing, unless somebody did something else since the page was made; then say what."""
    asked = read_asked(form)
    opened = read_review(session, officer, run_id, lock=True)
    if asked.version != opened.version:
        if already_done(asked, opened, officer.actor):
            return _back(opened, asked, number=asked.version + 1)
        return _again(request, session, officer, opened, asked, status=412)
    actions = _actions(asked, opened)
    if asked.typed.faults:
        return _again(request, session, officer, opened, asked, status=422)
    try:
        after = act(session, engine, officer, opened, actions, now=now)
    except InvalidBody as error:
        return _again(request, session, officer, opened, asked.with_faults(faults_by_field(error.faults)), status=422)
    except Conflict as error:
        return _again(request, session, officer, opened, asked.with_faults({"": str(error)}), status=409)
    return _back(after, asked, number=after.version, before=opened)


def _actions(asked: AskedFor, opened: OpenReview) -> list[NewAction]:
    if asked.verb == APPROVE_ALL:
        review = fold(opened.lists, opened.events)
        kept = [entry for one in review.lists for entry in one.kept]
        return [Approve(support_id=entry.support_id) for entry in kept if entry.state is EntryState.PROPOSED]
    return [asked.action] if asked.action else []


def _back(opened: OpenReview, asked: AskedFor, *, number: int, before: OpenReview | None = None) -> Response:
    """Lead to the page as it is now, to the match to go on with."""
    at = _to_go_on_with(asked, opened, before or opened)
    done = "approved-all" if asked.verb == APPROVE_ALL else str(number)
    fields = {"done": done, **({"at": at} if at else {})}
    place = f"#m-{quote(at)}" if at else ""
    return see(f"/desk/runs/{opened.run.id}?{urlencode(fields)}{place}")


def _to_go_on_with(asked: AskedFor, after: OpenReview, before: OpenReview) -> str:
    did: Any = asked.action
    if isinstance(did, Undo):
        did = before.events[did.number - 1].did
        return getattr(did, "support_id", None) or ""
    if not isinstance(did, Approve | Pin | Remove):
        return getattr(did, "support_id", None) or ""
    order = [str(entry.support_id) for one in fold(before.lists, before.events).lists for entry in one.kept]
    left = {str(entry.support_id): entry for one in fold(after.lists, after.events).lists for entry in one.kept}
    here = order.index(did.support_id) if did.support_id in order else 0
    rest = [support_id for support_id in (*order[here + 1 :], *order[:here]) if support_id in left]
    undecided = [support_id for support_id in rest if left[support_id].state is EntryState.PROPOSED]
    return next(iter([*undecided, *rest]), "")


def _again(
    request: Request, session: Session, officer: Principal, opened: OpenReview, asked: AskedFor, *, status: int
) -> Response:
    names: Names = names_for(session, officer)
    return render(request, "desk/again.html", again_page(opened, asked, names), status=status)
