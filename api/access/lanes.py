"""Lanes: how many requests are worked on at once, how many wait for that, and for how long; waiting holds nothing.

Each kind of work has a lane of its own, so that none waits behind another kind. Together the lanes let in fewer
requests than there are threads and connections: whoever is let in finds both, and never waits for one while holding the
other. In a lane no caller takes every place, and waiting callers are served in turn: one with two hundred requests
delays another by one request.
"""

import asyncio
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from api.errors import Overloaded, TooManyRequests

__all__ = ["Lane", "LaneTerms", "SpentTime"]

_MINUTE_S = 60.0
_REMEMBERED = 10_000


@dataclass(frozen=True)
class LaneTerms:
    """What a lane allows."""

    at_once: int
    """Requests in work."""
    each: int
    """Of these, one caller's."""
    waiting: int
    """Requests that wait."""
    waiting_each: int
    """Of these, one caller's."""
    patience: float
    """Seconds that one waits."""


class SpentTime:
    """Seconds of work that each caller has had of late; as much as the budget is forgotten in a minute."""

    def __init__(self, seconds_per_minute: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget = seconds_per_minute
        self._clock = clock
        self._spent: dict[str, tuple[float, float]] = {}
        self._guard = threading.Lock()

    def check(self, caller: str) -> None:
        """Go on while the caller's budget is not used up.

        Raises:
            TooManyRequests: it is; its header says when to come back.
        """
        with self._guard:
            over = self._left_of(caller) - self._budget
        if over >= 0:
            wait = max(1, int(over * _MINUTE_S / self._budget) + 1)
            detail = (
                f"Rankings for one caller may take {self._budget:g} seconds of work in a minute; try again in {wait} s."
            )
            raise TooManyRequests(detail, headers={"Retry-After": str(wait)})

    def add(self, caller: str, seconds: float) -> None:
        """Note what a request took."""
        with self._guard:
            if len(self._spent) >= _REMEMBERED:
                self._spent = {one: spent for one, spent in self._spent.items() if self._left_of(one) > 0}
            self._spent[caller] = (self._left_of(caller) + seconds, self._clock())

    def _left_of(self, caller: str) -> float:
        spent, at = self._spent.get(caller, (0.0, 0.0))
        return max(0.0, spent - (self._clock() - at) * self._budget / _MINUTE_S)


class Lane:
    """Lets requests in within its terms. Works across event loops and threads."""

    def __init__(self, terms: LaneTerms, *, spent: SpentTime | None = None) -> None:
        """`spent` also bounds the time that one caller's requests take."""
        self.terms = terms
        self._spent = spent
        self._guard = threading.Lock()
        self._working: Counter[str] = Counter()
        self._lines: OrderedDict[str, deque[Future[None]]] = OrderedDict()
        self._n_waiting = 0

    def load(self) -> Mapping[str, int]:
        """How many requests are in work, and how many wait."""
        with self._guard:
            return {"working": self._working.total(), "waiting": self._n_waiting}

    async def enter(self, caller: str) -> Callable[[], None]:
        """Wait to be let in, and give what the request calls when its work is done; calling that twice is harmless.

        Raises:
            Overloaded: too many wait already, or nobody was let in within the patience of the lane.
            TooManyRequests: the caller has used up its time.
        """
        if self._spent is not None:
            self._spent.check(caller)
        ticket = self._queue(caller)
        try:
            if not ticket.done():
                async with asyncio.timeout(self.terms.patience):
                    await asyncio.wrap_future(ticket)
        except BaseException as error:
            self._give_up(caller, ticket)
            if isinstance(error, TimeoutError):
                raise Overloaded(retry_after=1) from error
            raise
        begun, done = time.monotonic(), threading.Lock()

        def leave() -> None:
            if not done.acquire(blocking=False):
                return
            if self._spent is not None:
                self._spent.add(caller, time.monotonic() - begun)
            self._leave(caller)

        return leave

    def _queue(self, caller: str) -> Future[None]:
        ticket: Future[None] = Future()
        terms = self.terms
        with self._guard:
            if self._working.total() < terms.at_once and self._working[caller] < terms.each:
                self._working[caller] += 1
                ticket.set_result(None)
                return ticket
            line = self._lines.get(caller, ())
            if self._n_waiting >= terms.waiting or len(line) >= terms.waiting_each:
                raise Overloaded(retry_after=1)
            self._lines.setdefault(caller, deque()).append(ticket)
            self._n_waiting += 1
        return ticket

    def _give_up(self, caller: str, ticket: Future[None]) -> None:
        with self._guard:
            line = self._lines.get(caller)
            if line is not None and ticket in line:
                line.remove(ticket)
                self._n_waiting -= 1
                if not line:
                    del self._lines[caller]
                return
            skipped = ticket.cancel() or ticket.cancelled()
        if not skipped:
            self._leave(caller)  # it was let in while it was giving up

    def _leave(self, caller: str) -> None:
        with self._guard:
            self._working[caller] -= 1
            if not self._working[caller]:
                del self._working[caller]
            while (following := self._following()) is not None:
                self._n_waiting -= 1
                ticket = self._lines[following].popleft()
                if self._lines[following]:
                    self._lines.move_to_end(following)
                else:
                    del self._lines[following]
                self._working[following] += 1
                if ticket.set_running_or_notify_cancel():
                    ticket.set_result(None)
                else:
                    self._working[following] -= 1  # it is giving up

    def _following(self) -> str | None:
        """The caller whose turn it is; None when nobody waits who may be let in."""
        if self._working.total() >= self.terms.at_once:
            return None
        return next((caller for caller in self._lines if self._working[caller] < self.terms.each), None)
