"""The arithmetic of need: priority, its uncertainty, and the chance of being among the first three.

N = G x I, the discrepancy weighted by importance (Borich 1980). Readiness is no factor: a product with it would wipe
out a need just because a team lacks time.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Priority",
    "draw_seed",
    "need_priority",
    "p_top_three",
]

_PLACES = 3


class Priority(NamedTuple):
    """One domain's need."""

    gap: float
    """G = (4 - M) / 3, 0 to 1."""
    priority: float
    """N = G x I, 0 to 1."""
    se: float
    """SE of N, with the importance taken as fixed."""


def need_priority(mean: float, se: float, importance: float) -> Priority:
    """The need of a domain with mean level `mean` (1 to 4), its standard error, and mean importance (0 to 1)."""
    gap = (4 - mean) / 3
    return Priority(gap=gap, priority=gap * importance, se=importance * se / 3)


def draw_seed(seed: int, *ids: str) -> int:
    """A seed for one team's draws, from the configured seed and the ids, so that arrival order never matters."""
    digest = hashlib.sha256("\n".join((str(seed), *ids)).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def p_top_three(priorities: Sequence[Priority], *, draws: int, seed: int) -> NDArray[np.float64]:
    """Probability of each need to be among the three greatest, by seeded normal draws; shape (needs,).

    All are 1 for up to three needs. A draw that ties at the third place counts for each of the tied.
    """
    if len(priorities) <= _PLACES:
        return np.ones(len(priorities))
    centers = np.array([need.priority for need in priorities])
    spreads = np.array([need.se for need in priorities])
    drawn = _normals(seed, len(priorities), draws) * spreads[:, None]
    drawn += centers[:, None]
    # A running best three is several times faster than sorting each of the draws.
    first = np.full(draws, -np.inf)
    second, third = first.copy(), first.copy()
    for row in drawn:
        np.maximum(third, np.minimum(second, row), out=third)
        np.maximum(second, np.minimum(first, row), out=second)
        np.maximum(first, row, out=first)
    counts: NDArray[np.float64] = np.count_nonzero(drawn >= third, axis=1) / draws
    return counts


@lru_cache(maxsize=8)
def _normals(seed: int, n: int, draws: int) -> NDArray[np.float64]:
    """Standard normal draws, shape (n, draws), kept for the next question about the same team: a what-if, a why-not."""
    drawn = np.random.default_rng(seed).standard_normal((n, draws))
    drawn.flags.writeable = False
    return drawn
