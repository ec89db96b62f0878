"""The first page: where a person begins."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.access.sessions import signed_in
from api.errors import Unauthenticated
from api.routes.browsers import PresentToken
from api.routes.dependencies import DatabaseDep, Now
from api.web.visitors import HOMES

__all__ = ["router"]

router = APIRouter()


@router.get("/")
def get_home(request: Request, database: DatabaseDep, now: Now, token: PresentToken) -> Response:
    """Lead people to the page of their role, or to the sign-in."""
    try:
        who = signed_in(database, token, now=now)
    except Unauthenticated:
        return RedirectResponse("/sign-in", status_code=303)
    return RedirectResponse(HOMES[who.principal.scope], status_code=303)
