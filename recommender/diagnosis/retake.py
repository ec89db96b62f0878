"""Change since the last time, judged against its error: reliable, possible, or no clear change.

Sources: Jacobson and Truax 1991 (reliable change index); Benjamini and Hochberg 1995.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from scipy.special import ndtri, stdtr
from scipy.stats import false_discovery_control

from models.growth import ChangeVerdict

__all__ = [
    "PairedChange",
    "ScoreChange",
    "benjamini_hochberg",
    "paired_change",
    "reliable_change",
    "verdict",
    "verdict_at",
]

_RELIABLE = 1.96
_POSSIBLE = 1.28


class ScoreChange(NamedTuple):
    """Change of a score in units of its standard error."""

    rc: float
    p: float
    """Two-sided, normal."""
    verdict: ChangeVerdict


class PairedChange(NamedTuple):
    """Change of the same raters."""

    mean: float
    sd: float
    t: float
    """Infinite when all raters changed by the same amount, 0 when none changed."""
    p: float
    """Two-sided, n - 1 degrees of freedom."""


def verdict(rc: float) -> ChangeVerdict:
    """Words for a change in units of its standard error: from 1.96 reliable, from 1.28 possible."""
    if abs(rc) >= _RELIABLE:
        return "reliable"
    return "possible" if abs(rc) >= _POSSIBLE else "no clear change"


def verdict_at(p: float) -> ChangeVerdict:
    """The same words for a two-sided p (0 to 1) of any test: 1.96 and 1.28 stand for p of .05 and .20.

    A t of 1.96 from five people is far likelier by chance than a normal 1.96, so a t is judged by its p.
    """
    return verdict(float(ndtri(p / 2)))


def reliable_change(mean_1: float, se_1: float, mean_2: float, se_2: float) -> ScoreChange:
    """Change between two team scores with their standard errors (not both 0), for groups that are not matched."""
    rc = (mean_2 - mean_1) / math.hypot(se_1, se_2)
    return ScoreChange(rc=rc, p=math.erfc(abs(rc) / math.sqrt(2)), verdict=verdict(rc))


def paired_change(differences: Sequence[float]) -> PairedChange | None:
    """Paired t test of the changes of matched raters; None below two. Advised from five matched raters upward."""
    n = len(differences)
    if n < 2:
        return None
    mean = math.fsum(differences) / n
    sd = math.sqrt(math.fsum((change - mean) ** 2 for change in differences) / (n - 1))
    unmoved = math.copysign(math.inf, mean) if mean else 0.0
    t = mean / (sd / math.sqrt(n)) if sd > 0 else unmoved
    return PairedChange(mean, sd, t, p=2 * float(stdtr(n - 1, -abs(t))))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values in the order given; those at or below the rate (.10) hold across domains. Empty stays empty."""
    return [float(p) for p in false_discovery_control(list(p_values), method="bh")] if p_values else []
