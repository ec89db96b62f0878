"""Who is at the door: told from the head of a request alone, before any of its body is read."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from api.access.keys import authenticate
from api.access.limits import Limits
from api.access.principals import Principal
from api.access.sessions import signed_in
from api.errors import Unauthenticated
from api.storage.database import Database

__all__ = ["FrontDoor", "KnownCaller"]


class KnownCaller(NamedTuple):
    """A caller whom we know."""

    actor: str
    principal: Principal | None = None
    """Of a caller with a key."""
    headers: Mapping[str, str] = {}
    """What the answer says of the key's limit."""


class FrontDoor:
    """Knows callers by a key, by the session of a browser, or by an invitation."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        clock: Callable[[], datetime],
        *,
        session_cookie: str,
        invitation_cookie: str,
        invitation_prefix: str,
        invited: Callable[[str], str],
    ) -> None:
        """`invited` gives the actor of an invitation, or raises Unauthenticated; `invitation_prefix` begins each."""
        self._database = database
        self._limits = limits
        self._clock = clock
        self._session_cookie = session_cookie
        self._invitation_cookie = invitation_cookie
        self._invitation_prefix = invitation_prefix
        self._invited = invited

    def __call__(self, authorization: str, cookies: Mapping[str, str], address: str) -> KnownCaller | None:
        """The caller; None for a stranger, who shows nothing that counts.

        A call by a key is counted against the key's limit, so that whoever asks the key again need not count.

        Raises:
            Unauthenticated: a key or an invitation was shown, and it is none that counts.
            TooManyRequests: the key, or an address without one, has called too often.
        """
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() == "bearer" and secret.strip():
            return self._by_bearer(secret.strip(), address)
        now = self._clock().astimezone(UTC)
        for cookie, knows in (
            (self._session_cookie, lambda token: signed_in(self._database, token, now=now).principal.actor),
            (self._invitation_cookie, self._invited),
        ):
            if token := cookies.get(cookie):
                try:
                    return KnownCaller(knows(token))
                except Unauthenticated:
                    continue
        return None

    def _by_bearer(self, secret: str, address: str) -> KnownCaller:
        try:
            if secret.startswith(self._invitation_prefix):
                return KnownCaller(self._invited(secret))
            principal = authenticate(self._database, secret, now=self._clock().astimezone(UTC))
        except Unauthenticated:
            self._limits.count_failure(address)
            raise
        return KnownCaller(principal.actor, principal, self._limits.count(principal.actor))
