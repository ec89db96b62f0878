"""How many requests one key, and one address without a valid key, may make in a minute of one process.

Counted in memory, so that several processes allow as many times the limit. A window moves with the time: no minute
holds more than the limit, wherever it starts.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Mapping

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.errors import Overloaded, TooManyRequests

__all__ = ["HeldBytes", "Limits"]

_FAILURES_PER_MINUTE = 60
_WINDOW_S = 60


class Limits:
    """The counters of one process."""

    def __init__(self, requests_per_minute: int, *, failures_per_minute: int = _FAILURES_PER_MINUTE) -> None:
        self._requests = RateLimitItemPerMinute(requests_per_minute)
        self._failures = RateLimitItemPerMinute(failures_per_minute)
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def count(self, actor: str) -> Mapping[str, str]:
        """Count one request of a caller and give the headers that say what is left.

        `RateLimit-Policy` and `RateLimit` are those of the IETF draft (draft-ietf-httpapi-ratelimit-headers): `q` the
        requests of a window of `w` seconds, `r` what is left, `t` seconds until more is.

        Raises:
            TooManyRequests: the limit is reached; the request is not counted.
        """
        allowed = self._windows.hit(self._requests, "key", actor)
        reset, left = self._windows.get_window_stats(self._requests, "key", actor)
        wait = max(0, math.ceil(reset - time.time()))
        headers = {
            "RateLimit-Policy": f'"key";q={self._requests.amount};w={_WINDOW_S}',
            "RateLimit": f'"key";r={left};t={wait}',
        }
        if not allowed:
            detail = f"This key may make {self._requests.amount} requests a minute; try again in {max(1, wait)} s."
            raise TooManyRequests(detail, headers=headers | {"Retry-After": str(max(1, wait))})
        return headers

    def count_failure(self, address: str) -> None:
        """Count one call without a valid key; valid keys of the same address are not held up by it.

        Raises:
            TooManyRequests: the address has failed too often in the last minute.
        """
        if not self._windows.hit(self._failures, "address", address):
            reset, _ = self._windows.get_window_stats(self._failures, "address", address)
            wait = max(1, math.ceil(reset - time.time()))
            detail = f"Too many calls without a valid key; try again in {wait} s."
            raise TooManyRequests(detail, headers={"Retry-After": str(wait)})


class HeldBytes:
    """Bytes of bodies that are in memory at once, of all callers and of each."""

    def __init__(self, total: int, each: int) -> None:
        self._total = total
        self._each = each
        self._held: Counter[str] = Counter()
        self._sum = 0
        self._guard = threading.Lock()

    def take(self, caller: str, n: int) -> None:
        """Note `n` more bytes.

        Raises:
            Overloaded: they are too many; none is noted.
        """
        with self._guard:
            if self._sum + n > self._total or self._held[caller] + n > self._each:
                raise Overloaded(retry_after=1)
            self._held[caller] += n
            self._sum += n

    def give_back(self, caller: str, n: int) -> None:
        """Note that `n` bytes are gone."""
        with self._guard:
            self._held[caller] -= n
            self._sum -= n
            if not self._held[caller]:
                del self._held[caller]
