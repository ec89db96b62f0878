"""Requests of browsers: the cookie that says who is signed in, and which site a form was sent from."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyCookie

from api.access.sessions import SESSION_HOURS, SignedInPerson, signed_in
from api.errors import CrossSite
from api.http.dependencies import DatabaseDep, Now
from api.settings import Settings

__all__ = [
    "SESSION_COOKIE",
    "FromOurPages",
    "OwnSession",
    "PresentToken",
    "SettingsDep",
    "drop_cookie",
    "is_loopback",
    "own_path",
    "refuse_other_sites",
    "set_cookie",
    "set_session_cookie",
]

SESSION_COOKIE = "trellis_session"


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(_settings)]

_cookie = APIKeyCookie(
    name=SESSION_COOKIE, auto_error=False, scheme_name="session", description="A person who signed in."
)


def _present(request: Request) -> str | None:
    return request.cookies.get(SESSION_COOKIE)


PresentToken = Annotated[str | None, Depends(_present)]
"""The token in the cookie, whether it counts or not."""


def _session(
    request: Request, database: DatabaseDep, now: Now, token: Annotated[str | None, Security(_cookie)]
) -> SignedInPerson:
    who = signed_in(database, token, now=now)
    request.state.actor = who.principal.actor
    return who


OwnSession = Annotated[SignedInPerson, Depends(_session)]
"""The person who is signed in; 401 if nobody is."""


def refuse_other_sites(request: Request, settings: SettingsDep) -> None:
    """Refuse what a page of another site makes a browser send with the person's cookie; links to us are welcome.

    Browsers say where a POST comes from, and pages cannot change that: by `Sec-Fetch-Site` over https and on this
    machine, by `Origin` alone over plain http and in older browsers. Where the first is there, it decides, and `Origin`
    may be `null`. What says neither is no browser of today and carries no one's cookie but its own.

    Raises:
        CrossSite: it comes from elsewhere, other hosts of the same domain among them.
    """
    if request.method in ("GET", "HEAD"):
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        ours = site in ("same-origin", "none")
    elif origin is not None:
        ours = origin == settings.public_url or _host(origin) == _host(f"//{request.headers.get('host')}", like=origin)
    else:
        ours = True
    if not ours:
        raise CrossSite("Open this page anew and try again there.")


FromOurPages = Annotated[None, Depends(refuse_other_sites)]
"""For every route that changes something by the cookie: POST, PUT, PATCH, DELETE."""


def _host(address: str, *, like: str = "") -> str:
    """Host and port of an address, without the port that its scheme (or that of `like`) has anyway."""
    there, scheme = urlsplit(address), urlsplit(like or address).scheme
    return there.netloc.lower().removesuffix({"http": ":80", "https": ":443"}.get(scheme, ""))


def is_loopback(host: str | None) -> bool:
    """Whether a host name is this machine itself, where there is no TLS."""
    return host in ("localhost", "127.0.0.1", "::1")


def own_path(address: str) -> str | None:
    """The address if it is a path of this instance, so that a browser may be sent there; None if it leads elsewhere.

    Browsers read a backslash as a slash and drop control characters, and two slashes begin the name of a host.
    """
    inside = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if inside and address.isprintable() else None


def set_cookie(
    response: Response, request: Request, name: str, token: str, *, seconds: int | None, path: str = "/"
) -> None:
    """Give the browser a token that scripts cannot read and other sites' forms do not carry.

    It travels by TLS only, unless people reach this instance without, by the setting of its public address. Where that
    is not set, what a request says of its host decides: only this machine itself is reached without. Without `seconds`
    the browser forgets it when it is closed.
    """
    public: str | None = request.app.state.settings.public_url
    secure = public.startswith("https://") if public else not is_loopback(request.url.hostname)
    response.set_cookie(name, token, max_age=seconds, path=path, httponly=True, samesite="lax", secure=secure)


def set_session_cookie(response: Response, request: Request, token: str) -> None:
    """Sign the browser in."""
    set_cookie(response, request, SESSION_COOKIE, token, seconds=SESSION_HOURS * 3600)


def drop_cookie(response: Response, name: str, *, path: str = "/") -> None:
    """Take a token back from the browser."""
    response.delete_cookie(name, path=path, httponly=True, samesite="lax")
