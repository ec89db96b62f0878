"""Order supports so that the list covers the team's needs in proportion and never repeats itself.

Each step takes the support with the largest relevance plus coverage gain. Coverage is concave in what each need
has already received, so a need that is well served yields to the next one, and the gain of any fixed support only
falls as the list grows. Two things follow and are relied upon: the adjusted score is a plain sum (relevance plus one
part), and it never rises from one rank to the next.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Diversified", "diversify"]

SHARE_STEP = 1e-12
"""Shares below this are rounding noise of a need that has none."""

SCORE_STEP = 1e-9
"""Least difference between neighbors: readers of a run sort by score, so equal scores must not remain."""


@dataclass(frozen=True)
class Diversified:
    """A list in order, with the diversification part of each place."""

    order: NDArray[np.intp]
    """Row numbers of the chosen supports, best first."""
    part: NDArray[np.float64]
    """What diversification adds to each chosen support's relevance; relevance + part strictly decreases."""
    dropped: Mapping[int, int]
    """Rows left out as near-duplicates, each with the listed row it repeats."""
    held_back: Mapping[int, int] = field(default_factory=dict)
    """Barred rows that would be listed if each alone were allowed, with the place (from 0) it would take; by place."""


def diversify(
    relevance: NDArray[np.float64],
    coverage: NDArray[np.float64],
    shares: NDArray[np.float64],
    *,
    k: int,
    weight: float,
    near_duplicates: Mapping[int, Sequence[int]] | None = None,
    first: Sequence[int] = (),
    barred: Collection[int] = (),
) -> Diversified:
    """Choose up to `k` supports by relevance and need coverage.

    The coverage of a list is the sum over needs d of s_d log(1 + m_d / s_d), where s_d is the need's share and m_d the
    sum of `coverage[:, d]` over the list; its maximum for a fixed total spreads m in proportion to s (proportional
    fairness). The gain is scaled by the largest first gain, so the part lies in [0, weight] before tie steps.

    Args:
        relevance: n scores, larger is better; rows in id order, because equal sums go to the lower row.
        coverage: n x D, how much each support serves each need, in [0, 1].
        shares: D need shares, at least 0; needs without a share are ignored.
        k: how many to choose; fewer come back when the candidates run out.
        weight: what full coverage gain is worth, at least 0; 0 keeps the order of relevance.
        near_duplicates: row -> rows that repeat it; once one is listed the others are left out.
        first: rows that count as already listed (their needs are covered) but are not returned.
        barred: rows that are never listed. They leave no trace in the list: nothing is left out for repeating them.

    Returns:
        The chosen rows in order, their part of the score, the near-duplicates left out, and the barred rows that would
        have been chosen.
    """
    live = shares > SHARE_STEP
    share = shares[live]
    serves = coverage[:, live]
    available = np.ones(len(relevance), dtype=bool)
    received = serves[list(first)].sum(axis=0) if len(first) else np.zeros(len(share))
    available[list(first)] = False
    waiting = sorted(set(barred))
    available[waiting] = False
    scale = _gain(serves, np.zeros(len(share)), share).max(initial=0.0)
    order: list[int] = []
    parts: list[float] = []
    dropped: dict[int, int] = {}
    held_back: dict[int, int] = {}
    ceiling = np.inf
    while len(order) < k and (waiting or available.any()):
        # Divide first: a gain near the smallest float times the weight would round up.
        part = weight * (_gain(serves, received, share) / scale) if scale > 0 else np.zeros(len(relevance))
        adjusted = relevance + part
        total = np.where(available, adjusted, -np.inf)
        best = int(np.argmax(total))
        if waiting:  # until its turn a barred row changes nothing, so this list tells where it would have stood
            ahead = sorted((-adjusted[row], row) for row in waiting if (-adjusted[row], row) < (-total[best], best))
            held_back |= {row: len(order) for _, row in ahead}
            waiting = [row for row in waiting if row not in held_back]
            if not available[best]:
                break
        # Concavity keeps totals from rising; exact ties still need a step so that every reader sorts alike.
        value = min(float(total[best]), ceiling - SCORE_STEP)
        order.append(best)
        parts.append(value - float(relevance[best]))
        ceiling = value
        received = received + serves[best]
        available[best] = False
        for other in (near_duplicates or {}).get(best, ()):
            if available[other]:
                available[other] = False
                dropped[other] = best
            elif other in waiting:
                waiting.remove(other)
    return Diversified(np.array(order, dtype=np.intp), np.array(parts), dropped, held_back)


def _gain(
    serves: NDArray[np.float64], received: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rise in coverage if each support were added next; shape (n,)."""
    if not len(share):
        return np.zeros(len(serves))
    # A plain sum, not a matrix product: its last digits do not depend on how many threads a BLAS uses.
    gain: NDArray[np.float64] = (np.log1p(serves / (share + received)) * share).sum(axis=1)
    return gain
