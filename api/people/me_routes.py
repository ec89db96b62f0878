"""The person who is signed in: who it is, their password, and signing out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from api.access.principals import Scope
from api.access.sessions import SignedInPerson, end_session
from api.http.bodies import body_of, secret_body
from api.http.browsers import SESSION_COOKIE, FromOurPages, OwnSession, PresentToken, drop_cookie
from api.http.dependencies import DatabaseDep, Now, problem_responses
from api.people.sign_in import PasswordChange, change_password

__all__ = ["Me", "me_view", "router"]

router = APIRouter(tags=["sign-in"])


class Me(BaseModel):
    """The person who is signed in."""

    id: str
    name: str
    email: str
    scope: Scope
    organization_id: str | None
    """None for an operator."""
    has_password: bool


def me_view(who: SignedInPerson) -> Me:
    """The person of a session."""
    person = who.person
    return Me(
        id=person.id,
        name=person.name,
        email=person.email,
        scope=Scope(person.scope),
        organization_id=person.organization_id,
        has_password=person.password_hash is not None,
    )


def _me(who: OwnSession) -> Me:
    return me_view(who)


@router.post(
    "/sign-out",
    status_code=204,
    operation_id="signOut",
    summary="Sign out",
    responses=problem_responses(_403="The form came from another site.", _413="The body is too large."),
)
def post_sign_out(_: FromOurPages, database: DatabaseDep, now: Now, present: PresentToken) -> Response:
    """End the session, if there is one, and take the cookie back."""
    if present:
        with database.writing() as session:
            end_session(session, present, now=now)
    response = Response(status_code=204)
    drop_cookie(response, SESSION_COOKIE)
    return response


@router.get(
    "/v1/me",
    operation_id="getMe",
    summary="Who is signed in",
    responses=problem_responses(_401="Nobody is."),
)
def get_me(me: Annotated[Me, Depends(_me)]) -> Me:
    """Answer the person of the session's cookie."""
    return me


@router.put(
    "/v1/me/password",
    status_code=204,
    operation_id="changePassword",
    summary="Set one's password",
    responses=problem_responses(
        _401="Nobody is signed in.",
        _403="The form came from another site.",
        _413="The body is too large.",
        _422="The password is too short, or the current one is not right.",
    ),
    openapi_extra=body_of(PasswordChange, password="a long password"),
)
def put_password(
    _: FromOurPages,
    who: OwnSession,
    database: DatabaseDep,
    now: Now,
    change: Annotated[PasswordChange, Depends(secret_body(PasswordChange))],
) -> None:
    """Set the password and end the person's other sessions."""
    change_password(database, who, change, now=now)
