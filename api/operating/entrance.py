"""The way in: who it is, then the body, then the turn. Nothing that others need is held while a request waits.

1. Whoever sends a body, or asks for a ranking, is looked up first. A body from a stranger is not read, but for the
   short forms that are open to everybody.
2. The body is read whole, within a time and a size; the bytes of one caller, and of all, are bounded.
3. The request waits in its lane, with neither a thread nor a connection in hand. Its place is free again as soon as its
   answer begins: slow readers keep nobody waiting.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.door import FrontDoor, KnownCaller
from api.access.limits import HeldBytes
from api.errors import Unauthenticated, UnsupportedMediaType
from api.http.problems import BODY_TOO_LARGE, BODY_TOO_SLOW, AnswerFailure, answer_error, problem_response
from api.operating.traffic import Traffic
from recommender.errors import TrellisError

__all__ = ["Admission", "Entrance"]

_CLOSE = {"Connection": "close"}
"""What is left of a body that was refused is not read."""
_SLOWEST_BYTES_PER_S = 32_768
_STRANGERS_BYTES = 16_384
"""Enough for every form that is open to strangers."""


class _TooLargeError(Exception):
    pass


class _TooSlowError(Exception):
    pass


@dataclass(frozen=True)
class Admission:
    """How requests are let in."""

    door: FrontDoor
    traffic: Traffic
    bodies: HeldBytes


class Entrance:
    """ASGI middleware; the body is whole before the application sees the request."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body_bytes: int,
        body_seconds: float = 20,
        large: Mapping[str, int] | None = None,
        admission: Admission | None = None,
        answer: AnswerFailure = problem_response,
    ) -> None:
        """Wrap an application.

        Args:
            app: the application.
            max_body_bytes: of a body.
            body_seconds: how long a body may take to come, beside a second for each 32 KB that it may have.
            large: the paths that take larger bodies, and how large.
            admission: None lets everybody in.
            answer: makes the answers of refusals.
        """
        self._app = app
        self._body_seconds = body_seconds
        self._max_body_bytes = max_body_bytes
        self._large = large or {}
        self._admission = admission
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other events (lifespan) pass untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # What a request holds, and gives back when its answer begins or there is none.
        held: list[Callable[[], None]] = []

        def leave() -> None:
            while held:
                held.pop()()

        async def send_and_leave(message: Message) -> None:
            if message["type"] == "http.response.start":
                leave()
            await send(message)

        scope["state"]["leave"] = leave
        try:
            body = await self._let_in(scope, receive, held)
        except _TooLargeError as error:
            response = self._answer(Request(scope), BODY_TOO_LARGE, f"The body may have at most {error} bytes.")
            response.headers.update(_CLOSE)
        except _TooSlowError:
            detail = "The body did not come in time; it was not read to its end."
            response = self._answer(Request(scope), BODY_TOO_SLOW, detail)
            response.headers.update(_CLOSE)
        except TrellisError as error:
            response = answer_error(self._answer, Request(scope), error)
            if _sends_body(scope):
                response.headers.update(_CLOSE)
        except BaseException:
            leave()
            raise
        else:
            try:
                if body is not None:
                    await self._app(scope, _replay(body, receive), send_and_leave)
            finally:
                leave()
            return
        leave()
        await response(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, held: list[Callable[[], None]]) -> bytes | None:
        """The whole body, once it is the request's turn; None when the client left before."""
        headers = Headers(scope=scope)
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise UnsupportedMediaType("The body is compressed; send it as it is.")
        limit = self._large.get(scope["path"], self._max_body_bytes)
        admission = self._admission
        if admission is None:
            async with _in_time(self._body_seconds, limit):
                return await _read(scope, receive, limit=limit)
        name = admission.traffic.name_of(scope["method"], scope["path"])
        if name is None and not _sends_body(scope):
            return b""
        name = name or "reads"
        caller, entry = _shown(scope), None
        if _sends_body(scope) or name == "rankings":
            entry = await self._look_up(admission, scope, caller)
            caller = entry.actor if entry else caller
        if entry is None and _sends_body(scope):
            if scope["path"].startswith("/v1/"):
                raise Unauthenticated("Send a key as `Authorization: Bearer KEY`; `trellis keys create` makes one.")
            limit = min(limit, _STRANGERS_BYTES)
        lane = admission.traffic.lanes[name]
        if name == "imports":
            held.append(await lane.enter(caller))
        async with _in_time(self._body_seconds, limit):
            body = await _read(scope, receive, limit=limit, hold=_holding(admission.bodies, name, caller, held))
        if body is not None and name != "imports":
            held.append(await lane.enter(caller))
        return body

    async def _look_up(self, admission: Admission, scope: Scope, caller: str) -> KnownCaller | None:
        request, state = Request(scope), scope["state"]
        leave = await admission.traffic.lanes["door"].enter(caller)
        try:
            authorization = request.headers.get("authorization", "")
            entry = await to_thread.run_sync(admission.door, authorization, request.cookies, _address(scope))
        finally:
            leave()
        if entry is not None:
            state["entry"] = entry
            state["actor"] = entry.actor
            state["headers"] = dict(entry.headers)
        return entry


@asynccontextmanager
async def _in_time(seconds: float, limit: int) -> AsyncIterator[None]:
    """Up to `seconds`, and as long again as a body of `limit` bytes takes on a slow line."""
    try:
        async with asyncio.timeout(seconds + limit / _SLOWEST_BYTES_PER_S):
            yield
    except TimeoutError as error:
        raise _TooSlowError from error


def _sends_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def _shown(scope: Scope) -> str:
    """Who a request seems to be from, for a fair turn: by what it shows, else by its address."""
    headers = Headers(scope=scope)
    shown = headers.get("authorization") or headers.get("cookie")
    return hashlib.sha256(shown.encode()).hexdigest() if shown else _address(scope)


def _holding(bodies: HeldBytes, name: str, caller: str, held: list[Callable[[], None]]) -> Callable[[int], None] | None:
    """What notes each piece of a body; the lane of imports bounds those by their number."""
    if name == "imports":
        return None

    def hold(n: int) -> None:
        bodies.take(caller, n)
        held.append(lambda: bodies.give_back(caller, n))

    return hold


async def _read(
    scope: Scope, receive: Receive, *, limit: int, hold: Callable[[int], None] | None = None
) -> bytes | None:
    """The whole body, or None when the client left before its end: half a body is never acted upon."""
    declared = Headers(scope=scope).get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _TooLargeError(f"{limit:,}")
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _TooLargeError(f"{limit:,}")
        if hold is not None and chunk:
            hold(len(chunk))
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    pending = [body]

    async def replay() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return replay
