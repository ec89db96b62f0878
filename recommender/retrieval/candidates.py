"""The best rows of a score array: what every retriever hands on."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Candidates", "top_candidates"]


class Candidates(NamedTuple):
    """Rows of an index with their scores, best first; equal scores order by row."""

    rows: NDArray[np.intp]
    scores: NDArray[np.float64]


def top_candidates(scores: NDArray[np.floating], n: int, *, eligible: NDArray[np.bool_] | None = None) -> Candidates:
    """The `n` best rows, exactly: fewer only where fewer rows are eligible.

    Args:
        scores: shape (rows,), finite, higher is better.
        n: how many, at least 0.
        eligible: shape (rows,); None means all.

    Returns:
        Best first. Equal scores order by row, at the cut too, so that the rows do not depend on how the sort works.
    """
    rows = np.arange(len(scores)) if eligible is None else np.flatnonzero(eligible)
    values = scores[rows].astype(np.float64)
    if n < len(rows):
        # Everything that ties with the last place stays until the full sort.
        least = np.partition(values, len(values) - n)[len(values) - n] if n else np.inf
        kept = values >= least
        rows, values = rows[kept], values[kept]
    order = np.lexsort((rows, -values))[:n]
    return Candidates(rows[order], values[order])
