"""What surrounds every request: its id, the body limit, the headers of every answer, and the last safety net."""

import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import UnsupportedMediaType
from api.http.logs import log_request
from api.http.metrics import Metrics
from api.http.problems import BODY_TOO_LARGE, INTERNAL_ERROR, AnswerFailure, ProblemKind, kind_of, problem_response

__all__ = ["CLIENT_LEFT", "Boundary"]

_log = logging.getLogger("trellis.api")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Nothing goes to other sites. `no-referrer` would make browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
}


CLIENT_LEFT = 499
"""Stands for the status in logs and metrics where nobody was left to answer."""
_AnswerProblem = Callable[[ProblemKind, str], Awaitable[None]]


class _TooLargeError(Exception):
    pass


class Boundary:
    """ASGI middleware: nothing enters that is too large, nothing leaves without a request id.

    A sane `X-Request-Id` of the caller is kept, any other is replaced. The body is read whole before the application
    sees the request, so that the limit holds for streamed bodies without a length and for every endpoint. HEAD is
    answered as GET, without the body. Each request is counted and leaves one line in the log.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body_bytes: int,
        large: Mapping[str, int] | None = None,
        metrics: Metrics | None = None,
        answer: AnswerFailure = problem_response,
    ) -> None:
        """Wrap an application; `large` names the paths that take larger bodies, and how large."""
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._large = large or {}
        self._metrics = metrics
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other events (lifespan) pass untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        method = scope["method"]
        if method == "HEAD":
            scope["method"] = "GET"
        begun = time.perf_counter()
        status: int | None = None

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.update(_SECURITY_HEADERS)
                headers.update(state.get("headers", {}))
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        async def answer(kind: ProblemKind, detail: str) -> None:
            response = self._answer(Request(scope), kind, detail)
            await response(scope, receive, send_with_headers)

        try:
            await self._serve(scope, receive, send_with_headers, answer)
        except Exception:
            _log.exception("failed", extra={"request_id": request_id})
            if status is not None:
                raise
            await answer(INTERNAL_ERROR, "The log of this instance has more under the request id.")
        finally:
            self._note(scope, method, status, time.perf_counter() - begun)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, answer: _AnswerProblem) -> None:
        encoding = Headers(scope=scope).get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            await answer(kind_of(UnsupportedMediaType()), "The body is compressed; send it as it is.")
            return
        limit = self._large.get(scope["path"], self._max_body_bytes)
        try:
            body = await _read(scope, receive, limit=limit)
        except _TooLargeError:
            await answer(BODY_TOO_LARGE, f"The body may have at most {limit:,} bytes.")
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    def _note(self, scope: Scope, method: str, status: int | None, seconds: float) -> None:
        """Count and log one request; without a status the caller left before there was an answer."""
        state = scope["state"]
        route = getattr(scope.get("route"), "path", None)
        status = status or CLIENT_LEFT
        if self._metrics is not None:
            self._metrics.observe(method=method, route=route, status=status, seconds=seconds)
            for what, count in state.get("done", {}).items() if status < 400 else ():
                self._metrics.done(what, count)
        log_request(
            request_id=state["request_id"],
            method=method,
            route=route,
            status=status,
            duration_ms=1000 * seconds,
            actor=state.get("actor"),
        )


async def _read(scope: Scope, receive: Receive, *, limit: int) -> bytes | None:
    """The whole body, or None when the client left before its end: half a body is never acted upon."""
    declared = Headers(scope=scope).get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _TooLargeError
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
            raise _TooLargeError
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
