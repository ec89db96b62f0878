"""The arithmetic of need: priority, its uncertainty, and the chance of being among the first three.

The default is N = G x I, the discrepancy weighted by importance (Borich 1980). The rivals it was compared with are
kept beside it: a product with readiness (which wipes out a need just because a team lacks time) and Borich's own mean
weighted discrepancy score.
"""

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Borich",
    "Priority",
    "borich_mwds",
    "draw_seed",
    "need_priority",
    "p_greater",
    "p_top_three",
    "with_readiness",
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


class Borich(NamedTuple):
    """Borich's scores of one competence over its raters."""

    mean_importance: float
    mwds: float
    """Mean weighted discrepancy score, in squared rating units."""


def need_priority(mean: float, se: float, importance: float) -> Priority:
    """The need of a domain with mean level `mean` (1 to 4), its standard error, and mean importance (0 to 1)."""
    gap = (4 - mean) / 3
    return Priority(gap=gap, priority=gap * importance, se=importance * se / 3)


def with_readiness(priority: float, readiness: float) -> float:
    """The rejected rival N x readiness (0 to 1), after the product of R = MC2; for comparison only."""
    return priority * readiness


def borich_mwds(importance: Sequence[float], ability: Sequence[float]) -> Borich:
    """Borich's mean weighted discrepancy score from each rater's importance and ability ratings (equal lengths)."""
    mean_importance = math.fsum(importance) / len(importance)
    gaps = [wanted - able for wanted, able in zip(importance, ability, strict=True)]
    return Borich(mean_importance, math.fsum(gaps) / len(gaps) * mean_importance)


def p_greater(first: Priority, second: Priority) -> float:
    """Probability that the first need is truly greater, both normal and independent; 0.5 for two certain equals."""
    spread = math.hypot(first.se, second.se)
    difference = first.priority - second.priority
    if spread == 0:
        return 0.5 if difference == 0 else float(difference > 0)
    return 0.5 * math.erfc(-difference / (spread * math.sqrt(2)))


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
