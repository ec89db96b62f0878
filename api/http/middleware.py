"""What surrounds every request: its id, the headers of every answer, and the last safety net."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.logs import log_request
from api.http.metrics import Metrics
from api.http.problems import INTERNAL_ERROR, AnswerFailure, problem_response

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
_PRIVATE = "private, no-store"
"""Whoever signs out leaves nothing behind in the browser, and the back button shows how things are now."""
_PUBLIC = ("/static/", "/static-offline-docs/", "/docs", "/openapi.json", "/problems/", "/healthz")
"""What says the same to everybody."""


class Boundary:
    """ASGI middleware: nothing leaves without a request id.

    A sane `X-Request-Id` of the caller is kept, any other is replaced. HEAD is answered as GET, without the body. What
    is for one caller is kept by no cache. Each request is counted and leaves one line in the log.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics | None = None,
        answer: AnswerFailure = problem_response,
        hsts_seconds: int = 0,
    ) -> None:
        """Wrap an application; for `hsts_seconds` browsers are told to come by https only, never for 0."""
        self._app = app
        self._metrics = metrics
        self._answer = answer
        self._headers = dict(_SECURITY_HEADERS)
        if hsts_seconds:
            self._headers["Strict-Transport-Security"] = f"max-age={hsts_seconds}"

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
                headers.update(self._headers)
                headers.update(state.get("headers", {}))
                if not scope["path"].startswith(_PUBLIC):
                    headers["Cache-Control"] = _PRIVATE
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            _log.exception("failed", extra={"request_id": request_id})
            if status is not None:
                raise
            detail = "The log of this instance has more under the request id."
            response = self._answer(Request(scope), INTERNAL_ERROR, detail)
            await response(scope, receive, send_with_headers)
        finally:
            self._note(scope, method, status, time.perf_counter() - begun)

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
