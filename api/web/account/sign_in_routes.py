"""Signing in: by password, one-time link or identity provider; forms get pages, programs get JSON."""

from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Cookie, Depends, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from api.access.oidc import IdentityProvider
from api.access.sessions import signed_in
from api.errors import SignInFailed, TooManyRequests
from api.http.bodies import body_of, is_form, secret_body
from api.http.browsers import (
    FromOurPages,
    PresentToken,
    SettingsDep,
    drop_cookie,
    own_path,
    set_cookie,
    set_session_cookie,
)
from api.http.dependencies import DatabaseDep, Now, problem_responses
from api.people.me_routes import Me, me_view
from api.people.sign_in import (
    OIDC_MINUTES,
    Attempts,
    EmailAndPassword,
    depart,
    return_from_provider,
    sign_in_by_link,
    sign_in_by_password,
)
from api.web.account.account import SignInPage
from api.web.kit.rendering import render

__all__ = ["HOME", "router"]

router = APIRouter(tags=["sign-in"])

HOME = "/"
"""Where a browser goes after signing in, unless it came from a page."""
_OIDC_COOKIE = "trellis_oidc"
_NEXT_COOKIE = "trellis_next"
_OIDC_PATH = "/sign-in/oidc"


def _attempts(request: Request) -> Attempts:
    attempts: Attempts = request.app.state.sign_in_attempts
    return attempts


def _provider(request: Request) -> IdentityProvider:
    provider: IdentityProvider | None = request.app.state.identity_provider
    if provider is None:
        raise HTTPException(404, "No identity provider is set up here; sign in by password or link.")
    return provider


def _entered(
    request: Request, database: DatabaseDep, token: str, now: Now, *, browse: bool, back: str = ""
) -> Response:
    me = me_view(signed_in(database, token, now=now))
    where = own_path(back) or HOME
    response: Response = (
        RedirectResponse(where, status_code=303) if browse else JSONResponse(me.model_dump(mode="json"))
    )
    set_session_cookie(response, request, token)
    return response


Back = Annotated[str, Query(alias="next", max_length=2000, description="A path here to send a form's browser on to.")]


def _or_page(responses: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """The same for a form, which comes back as a page."""
    page = {"text/html": {"schema": {"type": "string"}}}
    return {status: {**response, "content": response["content"] | page} for status, response in responses.items()}


_SEE_OTHER: dict[int | str, dict[str, Any]] = {303: {"description": "Signed in; a form is sent on."}}


@router.post(
    "/sign-in",
    operation_id="signIn",
    summary="Sign in by email and password",
    response_model=Me,
    responses=_SEE_OTHER
    | _or_page(problem_responses(_401="They do not belong together.", _429="Too many attempts."))
    | problem_responses(
        _403="The form came from another site.", _413="The body is too large.", _422="The body has faults."
    ),
    openapi_extra=body_of(EmailAndPassword, email="dana@example.org", password="a long password"),
)
def post_sign_in(
    request: Request,
    _: FromOurPages,
    database: DatabaseDep,
    now: Now,
    present: PresentToken,
    attempts: Annotated[Attempts, Depends(_attempts)],
    given: Annotated[EmailAndPassword, Depends(secret_body(EmailAndPassword))],
    back: Back = "",
) -> Response:
    """Set the session's cookie; a session that the browser had before ends."""
    address, browse = request.client.host if request.client else "", is_form(request)
    try:
        token = sign_in_by_password(database, given, attempts, address=address, replaces=present, now=now)
    except (SignInFailed, TooManyRequests) as error:
        if not browse:
            raise
        page = SignInPage.after(error, request.app.state, email=given.email, back=back)
        status, headers = (429, error.headers) if isinstance(error, TooManyRequests) else (401, {})
        response = render(request, "account/sign_in.html", page, status=status)
        response.headers.update(headers)
        return response
    return _entered(request, database, token, now, browse=browse, back=back)


@router.get(
    "/sign-in/link/{token}",
    operation_id="showSignInLink",
    summary="Ask before a link is used",
    response_class=HTMLResponse,
)
def get_link(request: Request, token: str) -> HTMLResponse:
    """Answer a button: programs that look into mails open links, and must not use them up."""
    return render(request, "account/sign_in_link.html")


@router.post(
    "/sign-in/link/{token}",
    operation_id="useSignInLink",
    summary="Sign in by a link",
    response_model=Me,
    responses=_SEE_OTHER
    | problem_responses(
        _401="The link was used or has expired.", _403="The form came from another site.", _413="The body is too large."
    ),
)
def post_link(
    request: Request, _: FromOurPages, database: DatabaseDep, now: Now, present: PresentToken, token: str
) -> Response:
    """Use the link up and set the session's cookie."""
    try:
        own = sign_in_by_link(database, token, replaces=present, now=now)
    except SignInFailed:
        if not is_form(request):
            raise
        return render(request, "account/sign_in_link_over.html", status=401)
    return _entered(request, database, own, now, browse=is_form(request))


@router.get(
    _OIDC_PATH,
    status_code=303,
    operation_id="beginOidc",
    summary="Go to the identity provider",
    response_class=RedirectResponse,
    responses=problem_responses(_404="None is set up.", _503="It cannot be reached."),
)
def get_oidc(
    request: Request,
    database: DatabaseDep,
    now: Now,
    settings: SettingsDep,
    provider: Annotated[IdentityProvider, Depends(_provider)],
    back: Back = "",
) -> Response:
    """Send the browser there, with a cookie by which it is known when it returns."""
    url, browser = depart(database, provider, back_to=_back_to(settings), now=now)
    response = RedirectResponse(url, status_code=303)
    for name, value in ((_OIDC_COOKIE, browser), (_NEXT_COOKIE, quote(own_path(back) or HOME))):
        set_cookie(response, request, name, value, seconds=OIDC_MINUTES * 60, path=_OIDC_PATH)
    return response


@router.get(
    f"{_OIDC_PATH}/callback",
    status_code=303,
    operation_id="finishOidc",
    summary="Come back from the identity provider",
    response_class=RedirectResponse,
    responses=problem_responses(
        _401="The sign-in did not succeed.",
        _404="None is set up.",
        _422="A parameter is not valid.",
        _503="It cannot be reached.",
    ),
)
def get_oidc_callback(
    request: Request,
    database: DatabaseDep,
    now: Now,
    settings: SettingsDep,
    provider: Annotated[IdentityProvider, Depends(_provider)],
    present: PresentToken,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    browser: Annotated[str, Cookie(alias=_OIDC_COOKIE, include_in_schema=False)] = "",
    back: Annotated[str, Cookie(alias=_NEXT_COOKIE, include_in_schema=False)] = "",
) -> Response:
    """Check what the provider says, set the session's cookie and go on."""
    if not (state and code and browser):
        raise SignInFailed("The identity provider sent no answer to a sign-in of this browser; begin again.")
    token = return_from_provider(
        database,
        provider,
        state=state,
        code=code,
        browser=browser,
        back_to=_back_to(settings),
        replaces=present,
        now=now,
    )
    response = _entered(request, database, token, now, browse=True, back=unquote(back))
    for name in (_OIDC_COOKIE, _NEXT_COOKIE):
        drop_cookie(response, name, path=_OIDC_PATH)
    return response


def _back_to(settings: SettingsDep) -> str:
    return f"{settings.base_url}{_OIDC_PATH}/callback"
