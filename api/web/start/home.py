"""The first page: where a person begins."""

from fastapi import APIRouter, Request, Response

from api.access.sessions import signed_in
from api.errors import Unauthenticated
from api.http.browsers import PresentToken
from api.http.dependencies import DatabaseDep, Now
from api.web.kit.forms import see
from api.web.kit.rendering import Visitor, render
from api.web.kit.visitors import HOMES
from api.web.start.fill import Demo
from api.web.start.rooms import start_page

__all__ = ["router"]

router = APIRouter()


@router.get("/")
def get_home(request: Request, database: DatabaseDep, now: Now, token: PresentToken) -> Response:
    """Lead people to the page of their role, or to the sign-in; the demo shows its doors to everybody."""
    demo: Demo | None = request.app.state.demo
    try:
        who = signed_in(database, token, now=now)
    except Unauthenticated:
        return see("/sign-in") if demo is None else render(request, "start/start.html", start_page(demo))
    if demo is None:
        return see(HOMES[who.principal.scope])
    request.state.visitor = Visitor(who.person.name, who.principal.scope)
    return render(request, "start/start.html", start_page(demo))
