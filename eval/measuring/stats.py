"""How sure a difference between two rankers is: intervals, paired tests, effect sizes. Everything random is seeded."""

import itertools
import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

__all__ = [
    "Comparison",
    "Interval",
    "PermutationTest",
    "WinTieLoss",
    "bootstrap_interval",
    "compare",
    "effect_size",
    "hedges_correction",
    "holm",
    "mean",
    "minimum_detectable_difference",
    "paired_permutation",
    "win_tie_loss",
]

Values = NDArray[np.float64]
BootstrapMethod = Literal["BCa", "percentile"]
_TOLERANCE = 1e-12
"""Differences below this are rounding, not wins; metric values lie in 0 to 1."""


class Interval(NamedTuple):
    """A confidence interval, or the reason why there is none (both ends are then None)."""

    low: float | None
    high: float | None
    confidence: float
    not_estimable: str | None = None


class PermutationTest(NamedTuple):
    """Two-sided p-value of a paired permutation test."""

    p: float
    n_permutations: int
    exact: bool
    """All sign assignments were enumerated, none drawn."""


class WinTieLoss(NamedTuple):
    """On how many queries the first is above, level with, below the second."""

    wins: int
    ties: int
    losses: int


class Comparison(NamedTuple):
    """One system against a baseline on one metric, paired by query."""

    n: int
    """Queries that both could be scored on."""
    difference: float
    """Mean of system minus baseline; NaN without queries."""
    interval: Interval
    test: PermutationTest
    effect: float | None
    """Paired standardized difference d_z with Hedges' correction; None when not estimable."""
    detectable: float | None
    """Smallest true mean difference that a test at this n and spread finds with the stated power."""
    record: WinTieLoss


def mean(values: Values) -> float:
    """The mean of the values that are not NaN, summed exactly; NaN when there are none."""
    present = values[~np.isnan(values)]
    return math.fsum(present) / len(present) if len(present) else math.nan


def bootstrap_interval(
    values: Values, *, confidence: float = 0.95, n_resamples: int = 9_999, method: BootstrapMethod = "BCa", seed: int
) -> Interval:
    """Bootstrap confidence interval of the mean over queries; NaN values are left out.

    Not estimable below three values or when all are equal: resampling then shows no spread although there is some.

    Args:
        values: One value a query.
        confidence: Two-sided level, in 0 to 1.
        n_resamples: Bootstrap samples drawn.
        method: `BCa` (bias-corrected and accelerated) or `percentile`.
        seed: Same seed, same interval.

    Source: Efron, JASA 1987, doi:10.1080/01621459.1987.10478410; computed by `scipy.stats.bootstrap`.
    """
    present = values[~np.isnan(values)]
    if len(present) < 3:
        return Interval(None, None, confidence, f"only {len(present)} values")
    if np.ptp(present) < _TOLERANCE:
        return Interval(None, None, confidence, "all values are equal")
    found = stats.bootstrap(
        (present,),
        np.mean,
        confidence_level=confidence,
        n_resamples=n_resamples,
        method=method,
        vectorized=True,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(float(found.low), float(found.high), confidence)


def paired_permutation(differences: Values, *, n_permutations: int = 99_999, seed: int) -> PermutationTest:
    """Whether the mean of paired differences could be chance: each difference's sign is as likely plus as minus.

    Enumerates all 2^n sign assignments when they are no more than `n_permutations`; else draws, with
    p = (b + 1) / (m + 1), so p is never 0. p is 1 for no differences.

    Source: Fisher's randomization test; Phipson and Smyth, SAGMB 2010, doi:10.2202/1544-6115.1585, for the + 1.
    """
    n = len(differences)
    observed = abs(differences.sum()) - _TOLERANCE
    if n == 0:
        return PermutationTest(p=1.0, n_permutations=1, exact=True)
    if 2**n <= n_permutations:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=n)))
        return PermutationTest(float((abs(signs @ differences) >= observed).mean()), 2**n, exact=True)
    rng = np.random.default_rng(seed)
    n_extreme = 0
    for start in range(0, n_permutations, 10_000):
        n_drawn = min(10_000, n_permutations - start)
        signs = rng.integers(0, 2, size=(n_drawn, n)) * 2.0 - 1.0
        n_extreme += int((abs(signs @ differences) >= observed).sum())
    return PermutationTest((n_extreme + 1) / (n_permutations + 1), n_permutations, exact=False)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for being one of a family (controls the chance of any false claim), in the given order.

    Source: Holm, Scandinavian Journal of Statistics 1979.
    """
    order = sorted(range(len(p_values)), key=lambda i: (p_values[i], i))
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for place, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[i]))
        adjusted[i] = highest
    return adjusted


def hedges_correction(df: int) -> float:
    """Factor that takes the small-sample bias out of a standardized difference with `df` degrees of freedom (exact).

    Source: Hedges, Journal of Educational Statistics 1981, doi:10.3102/10769986006002107.
    """
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)


def effect_size(differences: Values) -> float | None:
    """Mean over standard deviation of paired differences (d_z), times Hedges' correction.

    None below three differences, or when all are equal.
    """
    n = len(differences)
    if n < 3 or np.ptp(differences) < _TOLERANCE:
        return None
    return hedges_correction(n - 1) * mean(differences) / float(differences.std(ddof=1))


def minimum_detectable_difference(differences: Values, *, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """The smallest true mean difference that a two-sided paired t-test at this n and spread finds with this power.

    A difference observed below it may still be real; its absence is no proof of equality. None below three
    differences, or when all are equal.

    Source: Cohen 1988, power of the t-test from the noncentral t distribution.
    """
    n = len(differences)
    if n < 3 or np.ptp(differences) < _TOLERANCE:
        return None
    critical = stats.t.ppf(1 - alpha / 2, n - 1)

    def missing_power(shift: float) -> float:
        # The tail on the wrong side is left out: below 1e-6 here, and scipy gives NaN so far out.
        return float(stats.nct.sf(critical, n - 1, shift)) - power

    shift: float = optimize.brentq(missing_power, 0.0, 10 * critical)
    return shift * float(differences.std(ddof=1)) / math.sqrt(n)


def win_tie_loss(differences: Values) -> WinTieLoss:
    """Counts of positive, zero and negative differences."""
    wins, losses = int((differences > _TOLERANCE).sum()), int((differences < -_TOLERANCE).sum())
    return WinTieLoss(wins, len(differences) - wins - losses, losses)


def compare(system: Values, baseline: Values, *, seed: int) -> Comparison:
    """A system against a baseline, query by query; a query that either cannot be scored on (NaN) is left out.

    Args:
        system: One value a query, shape (n_queries,).
        baseline: The baseline's values on the same queries.
        seed: For the interval and the test.
    """
    differences = system - baseline
    differences = differences[~np.isnan(differences)]
    return Comparison(
        n=len(differences),
        difference=mean(differences),
        interval=bootstrap_interval(differences, seed=seed),
        test=paired_permutation(differences, seed=seed),
        effect=effect_size(differences),
        detectable=minimum_detectable_difference(differences),
        record=win_tie_loss(differences),
    )
