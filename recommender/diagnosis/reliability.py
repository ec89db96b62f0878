"""How far scores can be trusted across raters, items and differences. For programs with many teams, not for one."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from recommender.diagnosis.agreement import sample_variance

__all__ = [
    "OneWay",
    "alpha",
    "difference_reliability",
    "icc_oneway",
    "omega",
    "raters_needed",
    "spearman_brown",
]


class OneWay(NamedTuple):
    """One-way random-effects analysis of variance of rater scores in teams."""

    msb: float
    """Mean square between teams."""
    msw: float
    """Mean square within teams: the pooled variance of raters, the estimate for `rater_sd` squared."""
    k0: float
    """Typical team size; the size itself when all teams are equal."""
    icc1: float
    """Reliability of one rater; negative is reported as it is and read as 0."""
    icc2: float
    """Reliability of the team mean."""
    f: float


def icc_oneway(teams: Sequence[Sequence[float]]) -> OneWay | None:
    """ICC(1) and ICC(2) of teams of any sizes, after McGraw and Wong 1996, k0 after Bliese 2000.

    Args:
        teams: rater scores of each team; teams without raters are left out.

    Returns:
        None with fewer than two teams, with no team of two raters, or when no two raters and no two teams differ.
    """
    filled = [team for team in teams if team]
    groups, total = len(filled), sum(len(team) for team in filled)
    if groups < 2 or total == groups:
        return None
    grand = math.fsum(score for team in filled for score in team) / total
    centers = [math.fsum(team) / len(team) for team in filled]
    between = math.fsum(len(team) * (center - grand) ** 2 for team, center in zip(filled, centers, strict=True))
    within = math.fsum((score - center) ** 2 for team, center in zip(filled, centers, strict=True) for score in team)
    msb, msw = between / (groups - 1), within / (total - groups)
    k0 = (total - sum(len(team) ** 2 for team in filled) / total) / (groups - 1)
    if msb == 0:
        return None
    icc1 = (msb - msw) / (msb + (k0 - 1) * msw)
    return OneWay(msb, msw, k0, icc1=icc1, icc2=(msb - msw) / msb, f=msb / msw if msw > 0 else math.inf)


def spearman_brown(reliability: float, n: float) -> float:
    """Reliability of the mean of n parallel raters from that of one: ICC(2) from ICC(1)."""
    return n * reliability / (1 + (n - 1) * reliability)


def raters_needed(reliability: float, target: float) -> float:
    """Raters for a team mean of reliability `target` when one has `reliability`, both in (0, 1); round up to act."""
    return target * (1 - reliability) / (reliability * (1 - target))


def alpha(rows: Sequence[Sequence[float | None]]) -> float | None:
    """Cronbach's alpha over raters (rows) and items (columns), complete rows only.

    Returns:
        None with fewer than two complete rows or two items, or when the sums do not vary.
    """
    complete = [[value for value in row if value is not None] for row in rows if None not in row]
    k = len(complete[0]) if complete else 0
    if len(complete) < 2 or k < 2:
        return None
    total = sample_variance([math.fsum(row) for row in complete])
    items = math.fsum(sample_variance(list(column)) for column in zip(*complete, strict=True))
    return None if total == 0 else k / (k - 1) * (1 - items / total)


def omega(loadings: Sequence[float]) -> float:
    """McDonald's omega of items with these standardized loadings on one factor, at least one of them not 0."""
    common = math.fsum(loadings) ** 2
    return common / (common + math.fsum(1 - loading**2 for loading in loadings))


def difference_reliability(first: float, second: float, correlation: float) -> float:
    """Reliability of the difference of two ratings from their reliabilities and their correlation (below 1)."""
    return (first + second - 2 * correlation) / (2 - 2 * correlation)
