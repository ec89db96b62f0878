"""The way into a check and out of it: the invitation, a link of one's own, leaving a device, taking answers back."""

import secrets
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request, Response

from api.access.limits import Limits
from api.assessments.answers import Invitation, invitation_of, own_place, used_up, withdraw
from api.assessments.respondents import open_in_browser
from api.errors import Conflict, Unauthenticated
from api.http.browsers import SettingsDep, drop_cookie, set_cookie
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading
from api.web.check.way import CheckFrame, frame_of, landing_of
from api.web.kit.forms import SentForm, see
from api.web.kit.rendering import render
from api.web.kit.visitors import CHECK_COOKIE, DEVICE_COOKIE, InvitedHere, check_path
from models.vocab import AnswerMode

__all__ = ["router"]

router = APIRouter()
_COOKIE_SECONDS = 90 * 24 * 3600


class UsedPage(NamedTuple):
    """What a link says that was opened before."""

    home: str
    opened_at: datetime | None


class OwnLinkPage(NamedTuple):
    """The link that opens a person's own answers on any device."""

    frame: CheckFrame
    address: str


class LeftPage(NamedTuple):
    """What a browser shows that holds the check no more."""

    respondent_id: str


def _opened(request: Request, database: DatabaseDep, invitation: str) -> Invitation | UsedPage | None:
    """Whom the link in the path is for; None if it is unknown, or was replaced."""
    limits: Limits = request.app.state.limits
    try:
        return invitation_of(database, invitation)
    except Unauthenticated:
        if respondent := used_up(database, invitation):
            return UsedPage(check_path(respondent.id), respondent.bound_at)
        limits.count_failure(request.client.host if request.client else "unknown")
        return None


OpenedPlace = Annotated[Invitation | UsedPage | None, Depends(_opened)]


@router.get("/join/{invitation}")
def get_join(request: Request, opened: OpenedPlace, session: Reading, engine: EngineDep, now: Now) -> Response:
    """What the check is, and who sees what; looking at it uses nothing up."""
    if not isinstance(opened, Invitation):
        return _no_way_in(request, opened)
    landing = landing_of(own_place(session, opened), engine.instrument, now=now)
    return render(request, "check/join.html", landing)


@router.post("/join/{invitation}")
def post_join(
    request: Request, opened: OpenedPlace, database: DatabaseDep, now: Now, invitation: str, form: SentForm
) -> Response:
    """Let this browser answer, and lead it to the person's own pages. From then on, only a link of its own does."""
    if not isinstance(opened, Invitation):
        return _no_way_in(request, opened)
    with database.writing() as session:
        place = own_place(session, opened, lock=True)
        token = open_in_browser(session, place, invitation, now=now)
    home = check_path(opened.respondent_id)
    if token is None:
        return _no_way_in(request, UsedPage(home, now))
    answer = see(home if token == invitation else f"{home}?done=joined")
    seconds = _COOKIE_SECONDS if form.get("device") == "own" else None
    set_cookie(answer, request, CHECK_COOKIE, token, seconds=seconds, path=home)
    set_cookie(answer, request, DEVICE_COOKIE, secrets.token_urlsafe(12), seconds=seconds, path=home)
    return answer


@router.get("/check/{respondent_id}/link")
def get_link(
    request: Request, invitation: InvitedHere, session: Reading, engine: EngineDep, settings: SettingsDep, now: Now
) -> Response:
    """The link with which the person comes back, on any device."""
    frame = frame_of(own_place(session, invitation), engine.instrument, now=now)
    address = f"{settings.base_url}/join/{request.cookies[CHECK_COOKIE]}"
    return render(request, "check/link.html", OwnLinkPage(frame, address))


@router.post("/check/{respondent_id}/leave")
def post_leave(request: Request, respondent_id: str) -> Response:
    """Take the check back from this browser, with what it has not sent; answers itself, for the page clears that."""
    answer = render(request, "check/left.html", LeftPage(respondent_id))
    for name in (CHECK_COOKIE, DEVICE_COOKIE):
        drop_cookie(answer, name, path=check_path(respondent_id))
    return answer


@router.post("/check/{respondent_id}/withdraw")
def post_withdraw(invitation: InvitedHere, database: DatabaseDep, engine: EngineDep, now: Now) -> Response:
    """Delete all that the person has answered; once more does no harm."""
    home = check_path(invitation.respondent_id)
    try:
        with database.writing() as session:
            place = own_place(session, invitation, lock=True)
            if place.respondent.mode == AnswerMode.CONSENSUS:
                return see(home)
            withdraw(session, engine, place, now=now)
    except Conflict:  # closed meanwhile, as the page says
        return see(home)
    database.forget_log()
    return see(f"{home}?done=withdrawn")


def _no_way_in(request: Request, opened: UsedPage | None) -> Response:
    if opened is None:
        return render(request, "check/unknown.html", status=404)
    return render(request, "check/used.html", opened, status=410)
