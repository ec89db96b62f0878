"""Vectors of teams' own words, for a while: trying one thing after another must not encode the same words each time."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.recommendation import Versions
from recommender.pipeline import Recommender, Source

__all__ = ["RecentWords"]

_MOST = 32
_KEPT_S = 600.0


class RecentWords:
    """What was encoded for the last few results, in the memory of this process, for ten minutes at most.

    Found by the id of the results, never by the words or anything made from them, so that nobody can ask whether
    something was written.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin empty; `clock` gives seconds."""
        self._clock = clock
        self._kept: OrderedDict[tuple[str, Versions], tuple[float, NDArray[np.float32]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, results_id: str, recommender: Recommender, source: Source) -> NDArray[np.float32]:
        """Vectors of the own words that go with frozen results, shape (pieces, dimension)."""
        key = (results_id, recommender.versions)
        with self._lock:
            self._forget()
            if key in self._kept:
                return self._kept[key][1]
        vectors = recommender.word_vectors(source)  # without the lock: it takes a tenth of a second
        with self._lock:
            self._kept[key] = (self._clock() + _KEPT_S, vectors)
            self._kept.move_to_end(key)
        return vectors

    def _forget(self) -> None:
        """Drop what is too old, and the oldest of too many."""
        while self._kept:
            key, (until, _) = next(iter(self._kept.items()))
            if until > self._clock() and len(self._kept) < _MOST:
                return
            del self._kept[key]
