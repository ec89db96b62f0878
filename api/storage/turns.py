"""A queue before the database: who waits for a lock in it holds a thread, which the lock's holder may need to go on."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager

from api.errors import StorageBusy

__all__ = ["Turns"]


class Turns:
    """Lets a number of holders in at a time, first come, first served; waiting holds no thread.

    Works across event loops and threads.
    """

    def __init__(self, holders: int, *, patience: float) -> None:
        """`holders` at once; the others wait for up to `patience` seconds."""
        self._free = holders
        self._patience = patience
        self._guard = threading.Lock()
        self._waiting: deque[Future[None]] = deque()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold a turn.

        Raises:
            StorageBusy: none came in time.
        """
        ticket = self._queue()
        try:
            if not ticket.done():
                await asyncio.wait_for(asyncio.wrap_future(ticket), self._patience)
        except BaseException as error:
            # The turn may have come while we were giving up.
            if not ticket.cancel() and not ticket.cancelled():
                self._next()
            if isinstance(error, TimeoutError):
                raise StorageBusy("Too many writes wait for their turn; try again.") from error
            raise
        try:
            yield
        finally:
            self._next()

    def _queue(self) -> Future[None]:
        ticket: Future[None] = Future()
        with self._guard:
            if self._free:
                self._free -= 1
                ticket.set_result(None)
            else:
                self._waiting.append(ticket)
        return ticket

    def _next(self) -> None:
        with self._guard:
            while self._waiting:
                ticket = self._waiting.popleft()
                if ticket.set_running_or_notify_cancel():
                    ticket.set_result(None)
                    return
            self._free += 1
