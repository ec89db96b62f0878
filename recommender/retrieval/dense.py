"""Search by meaning: exact inner products of unit vectors, by faiss."""

from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from recommender.retrieval.candidates import Candidates, top_candidates

__all__ = ["DenseIndex"]


class DenseIndex:
    """Vectors that can be compared with query vectors, exactly and on one thread.

    Each pair is one call of faiss's inner product. A blocked matrix product is faster for many queries at once, but its
    last digits change with the number of queries, rows and threads; here a similarity depends on its two vectors alone.
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Take unit vectors, shape (rows, dimension); rows may be 0. They are kept, not copied, where contiguous."""
        self._vectors = np.ascontiguousarray(vectors, dtype=np.float32)

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The vectors, float32, shape (rows, dimension); not to be written to."""
        return self._vectors

    def similarities(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine similarity of each query with each row, float32 in about [-1, 1], shape (queries, rows).

        Args:
            queries: unit vectors, shape (queries, dimension).

        Raises:
            ValueError: the queries have another dimension.
        """
        n_rows, dimension = self._vectors.shape
        if queries.ndim != 2 or queries.shape[1] != dimension:
            raise ValueError(f"Queries of shape {queries.shape} do not fit vectors of length {dimension}.")
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        result = np.empty((len(queries), n_rows), dtype=np.float32)
        if n_rows:
            compare = faiss.fvec_inner_products_ny  # type: ignore[attr-defined]  # made at import, unknown to hints
            rows = faiss.swig_ptr(self._vectors)
            for query, out in zip(queries, result, strict=True):
                compare(faiss.swig_ptr(out), faiss.swig_ptr(query), rows, dimension, n_rows)
        return result

    def search(self, queries: NDArray[np.float32], n: int) -> Sequence[Candidates]:
        """The `n` most similar rows of each query, best first; equal similarities order by row."""
        # Query by query, so that memory holds one row of similarities and not all of them.
        return [top_candidates(self.similarities(query[np.newaxis])[0], n) for query in queries]
