"""Connections that may not stay as they are for ever: heads that do not come, answers that nobody reads.

uvicorn closes a connection that is idle after an answer; a first request that never comes, half a head and a reader who
stopped reading it would keep. The body of a request has its time in `api.operating.entrance`.
"""

import asyncio
import logging
import resource
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["allow_many_files", "http_with", "tell_once"]

_log = logging.getLogger("trellis.api")
_READER_S = 60.0
_TELL_EVERY_S = 60.0
_SPARE_FILES = 128
"""Left for the database, the model and files, beside connections."""
_MOST_CONNECTIONS = 4096


class _Patient(H11Protocol):
    """One connection; see `http_with`."""

    head_seconds: float
    most: int
    headless: "dict[_Patient, None]"
    """Connections whose head has not come, the oldest first."""
    _head_timer: asyncio.TimerHandle | None = None
    _reader_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > self.most:
            # Before file descriptors run out, which others need: who came first and said nothing leaves first.
            next(iter(self.headless)).transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing() and self._answered:
            self._await_head()
        elif self.conn.their_state is not h11.IDLE:
            self._head_came()

    @property
    def _answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        if self._reader_timer is not None:
            self._reader_timer.cancel()
            self._reader_timer = None
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reader_timer = self.loop.call_later(_READER_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reader_timer is not None:
            self._reader_timer.cancel()
            self._reader_timer = None

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self.transport.abort)
            self.headless[self] = None

    def _head_came(self) -> None:
        self.headless.pop(self, None)
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def http_with(*, head_seconds: float, most: int = _MOST_CONNECTIONS) -> type[asyncio.Protocol]:
    """How connections are served.

    Args:
        head_seconds: how long the head of a request may take to come, from the connection or from its first byte.
        most: connections at once.
    """
    return type("Patient", (_Patient,), {"head_seconds": head_seconds, "most": most, "headless": {}})


def allow_many_files() -> int:
    """Let this process have as many open files as it needs, or its user may, and give how many connections that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + _SPARE_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(1, wanted - _SPARE_FILES)


_Context = MutableMapping[str, Any]


def tell_once(clock: Callable[[], float] = time.monotonic) -> Callable[[asyncio.AbstractEventLoop, _Context], None]:
    """What an event loop does with its troubles: those of accepting are told once a minute, all others each time.

    A loop that has no file descriptor left tries thousands of times a second, and would tell of each.
    """
    told = -_TELL_EVERY_S

    def handle(loop: asyncio.AbstractEventLoop, context: _Context) -> None:
        nonlocal told
        if not str(context.get("message", "")).startswith("socket.accept()"):
            loop.default_exception_handler(dict(context))
        elif clock() - told >= _TELL_EVERY_S:
            told = clock()
            _log.error("no new connection can be taken: %s; told once a minute", context.get("exception"))

    return handle
