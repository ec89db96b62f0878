"""Doors of the demo. Without sample data they do not exist."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from api.http.browsers import PresentToken, SettingsDep, set_cookie, set_session_cookie
from api.http.dependencies import DatabaseDep, Now
from api.people.people import make_link
from api.people.sign_in import sign_in_by_link
from api.web.kit.forms import SentForm, see
from api.web.kit.visitors import CHECK_COOKIE
from api.web.start.fill import Demo
from api.web.start.rooms import door_of

__all__ = ["router"]

router = APIRouter()

_INVITED_S = 12 * 3600


def _demo(request: Request) -> Demo:
    demo: Demo | None = request.app.state.demo
    if demo is None:
        raise HTTPException(404)
    return demo


@router.post("/demo/enter")
def post_enter(
    request: Request,
    demo: Annotated[Demo, Depends(_demo)],
    database: DatabaseDep,
    settings: SettingsDep,
    now: Now,
    present: PresentToken,
    form: SentForm,
) -> Response:
    """Let the browser in as the sample person of a door, and lead it there."""
    door = door_of(demo, str(form.get("door", "")))
    if door is None:
        raise HTTPException(404)
    response = see(door.address)
    if door.scope is None:
        set_cookie(response, request, CHECK_COOKIE, demo.invitation, seconds=_INVITED_S, path=door.address)
        return response
    person_id = demo.people[door.scope]
    with database.writing() as session:
        link = make_link(session, person_id, minutes=settings.link_minutes, actor="demo", now=now)
    set_session_cookie(response, request, sign_in_by_link(database, link.token, replaces=present, now=now))
    return response
