"""Merging rankings and scores of different kinds."""

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.base import SupportId

__all__ = ["DENSE_SHARE", "Scored", "fuse_convex", "fuse_reciprocal_ranks", "min_max"]

DENSE_SHARE = 0.7
"""Weight of the dense side; the best weight was flat between 0.5 and 0.8 over public collections."""


class Scored(NamedTuple):
    """An id with its fused score."""

    id: SupportId
    score: float


def min_max(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Scores stretched to [0, 1] within each row of the last axis; a row of equal scores says nothing and becomes 0.

    Args:
        scores: shape (…, n), finite; n may be 0.
    """
    values = scores.astype(np.float64)
    if values.shape[-1] == 0:
        return values
    least = values.min(axis=-1, keepdims=True)
    spread = values.max(axis=-1, keepdims=True) - least
    stretched: NDArray[np.float64] = np.divide(values - least, spread, out=np.zeros_like(values), where=spread > 0)
    return stretched


def fuse_convex(
    dense: NDArray[np.floating], lexical: NDArray[np.floating], *, dense_share: float = DENSE_SHARE
) -> NDArray[np.float64]:
    """Weighted mean of dense and lexical scores, each first stretched to [0, 1] within its row.

    Args:
        dense: shape (…, n), finite.
        lexical: the same shape.
        dense_share: weight of the dense side in [0, 1]; the lexical side has the rest.

    Returns:
        float64 in [0, 1], the same shape; comparable within a row only.

    Raises:
        ValueError: shapes differ, or the share is outside [0, 1].

    Source: Bruch, Gai, Ingber, TOIS 2023, doi:10.1145/3596512 (convex combination with min-max).
    """
    if dense.shape != lexical.shape:
        raise ValueError(f"Dense scores of shape {dense.shape} and lexical scores of shape {lexical.shape} differ.")
    if not 0 <= dense_share <= 1:
        raise ValueError(f"dense_share is {dense_share}, expected a number from 0 to 1.")
    return dense_share * min_max(dense) + (1 - dense_share) * min_max(lexical)


def fuse_reciprocal_ranks(runs: Sequence[Sequence[SupportId]], *, rank_offset: int = 60) -> list[Scored]:
    """Merge several rankings into one by reciprocal rank fusion.

    Args:
        runs: R rankings, best first, ids unique within each; lengths may differ, empty is allowed.
        rank_offset: the paper's k, at least 1; larger flattens the lead of the first places.

    Returns:
        Every id seen, best first, score in (0, R / (rank_offset + 1)]. Equal scores order by id, so the result does not
        depend on the order of `runs`.

    Raises:
        ValueError: `rank_offset` below 1, or an id occurs twice in one ranking.

    Source: Cormack, Clarke, Büttcher, SIGIR 2009, doi:10.1145/1571941.1572114 (ranks from 1).
    """
    if rank_offset < 1:
        raise ValueError(f"rank_offset is {rank_offset}, expected at least 1.")
    parts: dict[SupportId, list[float]] = {}
    for run in runs:
        if len(set(run)) < len(run):
            raise ValueError("An id occurs twice in one ranking.")
        for rank, support_id in enumerate(run, start=1):
            parts.setdefault(support_id, []).append(1 / (rank_offset + rank))
    fused = [Scored(support_id, fsum(values)) for support_id, values in parts.items()]
    return sorted(fused, key=lambda scored: (-scored.score, scored.id))
