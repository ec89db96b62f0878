"""Rank-biased overlap: how alike two rankings are."""

import math
from collections.abc import Sequence

__all__ = ["rank_biased_overlap"]


def rank_biased_overlap(one: Sequence[str], other: Sequence[str], *, p: float = 0.9) -> float:
    """Extrapolated overlap of two rankings without ties, in 0 (disjoint) to 1 (the same); lengths may differ.

    The agreement at the last depth seen is taken to go on forever (RBO_ext). The first ten places carry 86% of the
    weight at p = 0.9. Two empty rankings are the same; one empty ranking overlaps with nothing.

    Source: Webber, Moffat and Zobel, TOIS 2010, doi:10.1145/1852102.1852106, equation 32.
    """
    short, long = sorted((one, other), key=len)
    s, n = len(short), len(long)
    if not s:
        return 1.0 if not n else 0.0
    seen_short: set[str] = set()
    seen_long: set[str] = set()
    overlap = [0]
    for depth in range(n):
        seen_long.add(long[depth])
        if depth < s:
            seen_short.add(short[depth])
        overlap.append(len(seen_short & seen_long))
    at_short, at_long = overlap[s], overlap[n]
    agreed = math.fsum(overlap[d] / d * p**d for d in range(1, n + 1))
    beyond = math.fsum(at_short * (d - s) / (s * d) * p**d for d in range(s + 1, n + 1))
    return (1 - p) / p * (agreed + beyond) + ((at_long - at_short) / n + at_short / s) * p**n
