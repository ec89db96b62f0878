"""The questionnaire for a person with an invitation: answering, own words, being done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.assessments.answers import (
    Choices,
    Invitation,
    OwnAnswers,
    own_answers,
    own_place,
    questions_of,
    save,
    submit,
)
from api.assessments.closing import settle
from api.assessments.profiles import ProfileView, profile_of
from api.assessments.rows import Place
from api.engine.engine import Engine
from api.errors import Conflict, InvalidBody, NoResults
from api.http.dependencies import DatabaseDep, Done, EngineDep, Now, Reading, Writing
from api.text.language import _
from api.web.check.domain import asked_domain, domain_page
from api.web.check.forms import SentAnswers, changed_pieces, fault_words, field_value, saved_pieces, sent_pieces
from api.web.check.way import CheckFrame, frame_of, overview_of
from api.web.check.words import words_page
from api.web.kit.forms import SentForm, see
from api.web.kit.rendering import render
from api.web.kit.visitors import DEVICE_COOKIE, InvitedHere, check_path
from models.vocab import AnswerMode

__all__ = ["router"]

router = APIRouter()


def _settled(database: DatabaseDep, engine: EngineDep, now: Now, invitation: InvitedHere) -> Invitation:
    """The person, once a window whose time has passed was closed."""
    with database.reading() as session:
        assessment_id = own_place(session, invitation).assessment.id
    settle(database, engine, assessment_id, now=now)
    return invitation


SettledCheck = Annotated[Invitation, Depends(_settled)]


@router.get("/check/{respondent_id}")
def get_overview(
    request: Request, invitation: SettledCheck, session: Reading, engine: EngineDep, now: Now, done: str | None = None
) -> Response:
    """Where the person stands, and what comes next."""
    return _overview(request, session, engine, own_place(session, invitation), now=now, done=done)


@router.post("/check/{respondent_id}")
def post_role(
    request: Request,
    invitation: InvitedHere,
    session: Writing,
    engine: EngineDep,
    now: Now,
    count: Done,
    form: SentForm,
) -> Response:
    """Save the person's role."""
    saved = _save(session, engine, invitation, sent_pieces(form), now=now, count=count)
    if saved.refused:
        faults = [("role", words) for words in saved.faults.values()]
        return _overview(request, session, engine, saved.place, now=now, faults=faults, status=saved.status)
    return see(f"{check_path(invitation.respondent_id)}?done={saved.done('saved')}")


@router.post("/check/{respondent_id}/submit")
def post_submit(request: Request, invitation: InvitedHere, session: Writing, engine: EngineDep, now: Now) -> Response:
    """Note that the person is done; once more does no harm."""
    place = own_place(session, invitation, lock=True)
    try:
        submit(session, engine, place, now=now)
    except Conflict:
        return _overview(request, session, engine, place, now=now, status=409)
    return see(f"{check_path(invitation.respondent_id)}?done=submitted")


@router.post("/check/{respondent_id}/answers")
def post_answers(
    request: Request,
    invitation: InvitedHere,
    session: Writing,
    engine: EngineDep,
    now: Now,
    count: Done,
    form: SentForm,
) -> Response:
    """Save single fields for a page that sends each change at once, and answer in JSON."""
    device = request.cookies.get(DEVICE_COOKIE)
    saved = _save(session, engine, invitation, sent_pieces(form), now=now, count=count, device=device)
    if saved.closed:
        frame = frame_of(saved.place, engine.instrument, now=now)
        body: dict[str, Any] = {"closed": _("{closed}. What you saved before is kept.", closed=frame.closed)}
    elif saved.faults:
        body = {"faults": dict(saved.faults)}
    else:
        newer = {path: field_value(piece) for path, piece in saved.older.items()}
        body = {"saved_at": now.isoformat(), "reopened": saved.reopened, "newer": newer}
    return JSONResponse(body, status_code=saved.status)


@router.get("/check/{respondent_id}/words")
def get_words(
    request: Request, invitation: InvitedHere, session: Reading, engine: EngineDep, now: Now, done: str | None = None
) -> Response:
    """The questions for own words."""
    place = own_place(session, invitation)
    own = own_answers(session, engine, place)
    frame = frame_of(place, engine.instrument, now=now, done=done)
    return render(request, "check/words.html", words_page(own, engine.instrument.instrument, frame=frame))


@router.post("/check/{respondent_id}/words")
def post_words(
    request: Request,
    invitation: InvitedHere,
    session: Writing,
    engine: EngineDep,
    now: Now,
    count: Done,
    form: SentForm,
) -> Response:
    """Save own words; what cannot be saved stays in its field."""
    sent = sent_pieces(form)
    saved = _save(session, engine, invitation, sent, now=now, count=count)
    home = check_path(invitation.respondent_id)
    if saved.refused:
        frame = frame_of(saved.place, engine.instrument, now=now)
        page = words_page(saved.own, engine.instrument.instrument, frame=frame, sent=sent.pieces, faults=saved.faults)
        return render(request, "check/words.html", page, status=saved.status)
    here = f"{home}/words" if sent.go == "stay" else home
    return see(f"{here}?done={saved.done('saved')}")


@router.get("/check/{respondent_id}/{domain}")
def get_domain(
    request: Request,
    invitation: InvitedHere,
    session: Reading,
    engine: EngineDep,
    now: Now,
    domain: str,
    done: str | None = None,
) -> Response:
    """The questions of one domain."""
    place = own_place(session, invitation)
    own = own_answers(session, engine, place)
    frame = frame_of(place, engine.instrument, now=now, done=done)
    return _domain(request, session, engine, _Shown(place, own, frame), domain)


@router.post("/check/{respondent_id}/{domain}")
def post_domain(
    request: Request,
    invitation: InvitedHere,
    session: Writing,
    engine: EngineDep,
    now: Now,
    count: Done,
    form: SentForm,
    domain: str,
) -> Response:
    """Save the answers of one domain, and lead on as the button says."""
    sent = sent_pieces(form)
    saved = _save(session, engine, invitation, sent, now=now, count=count)
    shown = _Shown(saved.place, saved.own, frame_of(saved.place, engine.instrument, now=now))
    if saved.refused:
        return _domain(request, session, engine, shown, domain, saved=saved, sent=sent)
    return see(_after(sent, domain, shown, engine, saved))


class _Saved(NamedTuple):
    """What saving did."""

    place: Place
    own: OwnAnswers
    """As it was before."""
    faults: Mapping[str, str]
    closed: bool
    reopened: bool
    """The person had been done, and is not any more."""
    older: Mapping[str, Any] = {}
    """Pieces that a later choice on another device outdates: path to that choice."""

    @property
    def refused(self) -> bool:
        return self.closed or bool(self.faults)

    @property
    def status(self) -> int:
        return 409 if self.closed else 422 if self.faults else 200

    def done(self, otherwise: str) -> str:
        return "reopened" if self.reopened else otherwise


def _save(
    session: Session,
    engine: Engine,
    invitation: Invitation,
    sent: SentAnswers,
    *,
    now: datetime,
    count: Done,
    device: str | None = None,
) -> _Saved:
    """Save what differs from what is saved already, all of it or nothing."""
    place = own_place(session, invitation, lock=True)
    own = own_answers(session, engine, place)
    was_done = place.respondent.submitted_at is not None
    try:
        changed = changed_pieces(sent.pieces, saved_pieces(own))
        saved = save(session, engine, place, changed, chosen=Choices(sent.chosen(now), device), now=now)
    except InvalidBody as error:
        faults = fault_words(error.faults, sent.pieces, engine.instrument.instrument, own)
        return _Saved(place, own, faults, closed=False, reopened=False)
    except Conflict:
        return _Saved(place, own, {}, closed=True, reopened=False)
    count("answers_saved", saved.pieces)
    return _Saved(place, own, {}, closed=False, reopened=was_done and saved.pieces > 0, older=saved.older)


def _after(sent: SentAnswers, domain: str, shown: "_Shown", engine: Engine, saved: _Saved) -> str:
    """Where a browser goes after the answers of a domain were saved."""
    questions = questions_of(engine, shown.place, shown.own.answers, shown.own.importance)
    here = asked_domain(domain, questions)
    page = domain_page(here, shown.place, shown.own, questions, engine.instrument, frame=shown.frame, alone=None)
    if sent.cleared:
        anchor = next((q.anchor for q in page.questions if q.path == sent.cleared), "importance")
        return f"{shown.frame.home}/{here}?done={saved.done('cleared')}#{anchor}"
    told = "?done=reopened" if saved.reopened else ""
    if sent.go == "next":
        return page.next.href + told
    if sent.go == "previous" and page.previous:
        return page.previous.href + told
    if sent.go == "overview":
        return shown.frame.home + told
    return f"{shown.frame.home}/{here}?done={saved.done('saved')}"


class _Shown(NamedTuple):
    """Whose page is shown, and how."""

    place: Place
    own: OwnAnswers
    frame: CheckFrame


def _domain(
    request: Request,
    session: Session,
    engine: Engine,
    shown: _Shown,
    domain: str,
    *,
    saved: _Saved | None = None,
    sent: SentAnswers | None = None,
) -> Response:
    questions = questions_of(engine, shown.place, shown.own.answers, shown.own.importance)
    page = domain_page(
        asked_domain(domain, questions),
        shown.place,
        shown.own,
        questions,
        engine.instrument,
        frame=shown.frame,
        alone=_results(session, engine, shown.place, AnswerMode.INDIVIDUAL) if shown.frame.together else None,
        sent=sent.pieces if sent else None,
        faults=saved.faults if saved else None,
    )
    return render(request, "check/domain.html", page, status=saved.status if saved else 200)


def _overview(
    request: Request,
    session: Session,
    engine: Engine,
    place: Place,
    *,
    now: datetime,
    done: str | None = None,
    faults: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    page = overview_of(
        place,
        own_answers(session, engine, place),
        engine.instrument,
        has_results=_results(session, engine, place, None) is not None,
        now=now,
        done=done,
        faults=faults or (),
    )
    return render(request, "check/overview.html", page, status=status)


def _results(session: Session, engine: Engine, place: Place, mode: AnswerMode | None) -> ProfileView | None:
    """Frozen results as they may be shown; None while there are none."""
    try:
        return profile_of(session, engine, place.assessment, mode=mode)
    except NoResults:
        return None
