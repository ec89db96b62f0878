"""What surrounds every request: its id, the body limit, the headers of every answer, and the last safety net."""

import logging
import re
from collections.abc import Mapping
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BODY_TOO_LARGE, INTERNAL_ERROR, ProblemKind, problem_response

__all__ = ["Boundary"]

_log = logging.getLogger("trellis.api")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


class _TooLargeError(Exception):
    pass


class Boundary:
    """ASGI middleware: nothing enters that is too large, nothing leaves without a request id.

    A sane `X-Request-Id` of the caller is kept, any other is replaced. The body is read whole before the application
    sees the request, so that the limit holds for streamed bodies without a length and for every endpoint.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, large: Mapping[str, int] | None = None) -> None:
        """Wrap an application; `large` names the paths that take larger bodies, and how large."""
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._large = large or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other events (lifespan) pass untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.update(_SECURITY_HEADERS)
            await send(message)

        async def answer(kind: ProblemKind, detail: str) -> None:
            response = problem_response(kind, detail=detail, instance=scope["path"], request_id=request_id)
            await response(scope, receive, send_with_headers)

        limit = self._large.get(scope["path"], self._max_body_bytes)
        try:
            body = await _read(scope, receive, limit=limit)
        except _TooLargeError:
            await answer(BODY_TOO_LARGE, f"The body may have at most {limit:,} bytes.")
            return
        if body is None:
            return
        try:
            await self._app(scope, _replay(body, receive), send_with_headers)
        except Exception:
            _log.exception("request %s failed", request_id)
            if started:
                raise
            await answer(INTERNAL_ERROR, "The log of this instance has more under the request id.")


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
