"""Search by meaning: exact inner products of unit vectors, by faiss."""

import faiss
import numpy as np
from numpy.typing import NDArray

__all__ = ["FaissIndex", "inner_products"]


class FaissIndex:
    """A `DenseIndex` in memory: exact, on one thread, and without anything to open or to close."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Take unit vectors, shape (rows, dimension); rows may be 0. They are kept, not copied, where contiguous."""
        self._vectors = np.ascontiguousarray(vectors, dtype=np.float32)

    def similarities(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine similarity of each query with each row; see `DenseIndex.similarities`."""
        return inner_products(queries, self._vectors)

    def between(self, first: int, last: int) -> NDArray[np.float32]:
        """The vectors of the rows from `first` to `last` - 1, not to be written to."""
        return self._vectors[first:last]


def inner_products(queries: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner product of each query with each vector, float32, shape (queries, vectors).

    Each pair is one call of faiss's inner product. A blocked matrix product is faster for many queries at once, but its
    last digits change with the number of queries, rows and threads; here a number depends on its two vectors alone.

    Args:
        queries: shape (queries, dimension).
        vectors: shape (vectors, dimension), contiguous float32.

    Raises:
        ValueError: the queries have another dimension.
    """
    n_rows, dimension = vectors.shape
    if queries.ndim != 2 or queries.shape[1] != dimension:
        raise ValueError(f"Queries of shape {queries.shape} do not fit vectors of length {dimension}.")
    queries = np.ascontiguousarray(queries, dtype=np.float32)
    result = np.empty((len(queries), n_rows), dtype=np.float32)
    if n_rows:
        compare = faiss.fvec_inner_products_ny  # type: ignore[attr-defined]  # made at import, unknown to hints
        rows = faiss.swig_ptr(vectors)
        for query, out in zip(queries, result, strict=True):
            compare(faiss.swig_ptr(out), faiss.swig_ptr(query), rows, dimension, n_rows)
    return result
