"""What the core needs from outside, as protocols; `recommender.testing` has small working stand-ins."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Embedder", "OnProgress"]

OnProgress = Callable[[int, int, str], None]
"""Called with (done, total, what) while long work runs; must be cheap."""


class Embedder(Protocol):
    """Turns texts into unit vectors. The vector of a text depends on that text alone, never on its neighbors."""

    @property
    def name(self) -> str:
        """Name or path of the model, for people."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides a vector; cached vectors are keyed by it."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension), in the order of `texts`.

        Args:
            texts: may be empty; the empty text has a vector like any other.
            query: True for texts that search, False for texts that are searched; some models tell them apart.

        Raises:
            ModelError: the model is missing or altered (a lazy embedder may only find out now).
        """
        ...
