"""The way in and out for people, and their own account.

`sign_in_routes.py` answers what is sent to `/sign-in`.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import SecretStr

from api.access.principals import Scope
from api.access.sessions import SignedInPerson, end_session, signed_in
from api.errors import InvalidBody, Unauthenticated
from api.http.browsers import SESSION_COOKIE, PresentToken, drop_cookie, own_path
from api.http.dependencies import DatabaseDep, Now
from api.people.sign_in import PasswordChange, change_password, sign_out_everywhere
from api.text.language import _, word
from api.web.account.account import AccountPage, SignInPage
from api.web.kit.forms import SentForm, see
from api.web.kit.rendering import render
from api.web.kit.visitors import PersonHere

__all__ = ["router"]

router = APIRouter()


@router.get("/sign-in")
def get_sign_in(
    request: Request,
    database: DatabaseDep,
    now: Now,
    token: PresentToken,
    back: Annotated[str, Query(alias="next", max_length=2000)] = "",
    done: Annotated[str, Query(max_length=50)] = "",
) -> Response:
    """Ask who it is; whoever is signed in goes on at once."""
    where = own_path(back) or ""
    try:
        signed_in(database, token, now=now)
    except Unauthenticated:
        return render(request, "account/sign_in.html", SignInPage.fresh(request.app.state, back=where, done=done))
    return see(where or "/")


@router.post("/leave")
def post_leave(database: DatabaseDep, now: Now, present: PresentToken) -> Response:
    """End the session, if there is one, and take the cookie back."""
    if present:
        with database.writing() as session:
            end_session(session, present, now=now)
    return _left("left")


@router.get("/account")
def get_account(request: Request, who: PersonHere, done: Annotated[str, Query(max_length=50)] = "") -> Response:
    """Show a person their own account."""
    words = _("Your password is set. Other browsers that you were signed in with are signed out.")
    return render(request, "account/account.html", _account(who, done=words if done == "password" else ""))


@router.post("/account/password")
def post_password(request: Request, who: PersonHere, database: DatabaseDep, now: Now, form: SentForm) -> Response:
    """Set the password and end the person's other sessions."""
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    current = SecretStr(str(form.get("current_password", "")))
    faults = {} if password == again else {"again": _("This is not the same as the password above.")}
    try:
        if not faults:
            change_password(
                database, who, PasswordChange(password=SecretStr(password), current_password=current), now=now
            )
            return see("/account?done=password")
    except InvalidBody as error:
        faults = {fault.pointer.removeprefix("/"): fault.detail for fault in error.faults}
    return render(request, "account/account.html", _account(who, faults=faults), status=422)


@router.post("/account/leave-everywhere")
def post_leave_everywhere(who: PersonHere, database: DatabaseDep, now: Now) -> Response:
    """End every session of the person, this one too."""
    sign_out_everywhere(database, who, now=now)
    return _left("everywhere")


def _account(who: SignedInPerson, *, done: str = "", faults: dict[str, str] | None = None) -> AccountPage:
    person = who.person
    return AccountPage(
        name=person.name,
        email=person.email,
        role=word(Scope(person.scope)),
        has_password=person.password_hash is not None,
        needs_current=person.password_hash is not None and who.session.method != "link",
        done=done,
        faults=faults or {},
    )


def _left(done: str) -> Response:
    response = see(f"/sign-in?done={done}")
    drop_cookie(response, SESSION_COOKIE)
    return response
