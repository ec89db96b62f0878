"""What the core needs from outside, as protocols; `recommender.testing` has small working stand-ins."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["DenseIndex", "Embedder", "MakeDenseIndex", "OnProgress"]

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


class DenseIndex(Protocol):
    """Unit vectors in rows that can be compared with query vectors; never changed, and safe to ask from many threads.

    Keeps what `recommender.testing.DenseIndexConformance` tests. An index that looks at near rows alone does not: all
    rows are ranked, because rules may leave out any of them.
    """

    def similarities(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine similarity of each query with each row, float32 in about [-1, 1], shape (queries, rows).

        A similarity depends on its two vectors alone, to the last digit, never on what stands beside them.

        Args:
            queries: unit vectors, shape (queries, dimension).

        Raises:
            ValueError: the queries have another dimension.
        """
        ...

    def between(self, first: int, last: int) -> NDArray[np.float32]:
        """The vectors of the rows from `first` to `last` - 1, shape (last - first, dimension), as they were given."""
        ...


MakeDenseIndex = Callable[[NDArray[np.float32]], DenseIndex]
"""Takes unit vectors, shape (rows, dimension); rows may be 0."""
