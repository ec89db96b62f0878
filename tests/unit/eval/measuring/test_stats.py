"""Statistics against hand numbers and against scipy, statsmodels and pingouin."""

import math
from typing import Any, Literal

import numpy as np
import pytest
from scipy import stats as scipy_stats

from eval.measuring.stats import (
    Interval,
    WinTieLoss,
    bootstrap_interval,
    compare,
    effect_size,
    hedges_correction,
    holm,
    mean,
    minimum_detectable_difference,
    paired_permutation,
    win_tie_loss,
)

DIFFERENCES = np.array([0.11, -0.02, 0.05, 0.20, 0.0, 0.07, -0.04, 0.09, 0.13, 0.02])


def test_three_equal_gains_have_p_one_quarter() -> None:
    # Of the 8 sign assignments, +++ and --- reach the observed sum.
    test = paired_permutation(np.array([0.1, 0.1, 0.1]), seed=1)
    assert (test.p, test.n_permutations, test.exact) == (0.25, 8, True)


def test_exact_permutation_equals_scipy() -> None:
    theirs = scipy_stats.permutation_test(
        (DIFFERENCES,), np.mean, permutation_type="samples", vectorized=True, n_resamples=np.inf
    )
    assert paired_permutation(DIFFERENCES, seed=1).p == pytest.approx(theirs.pvalue)


def test_drawn_permutation_is_near_the_exact_one_and_repeats_with_its_seed() -> None:
    exact = paired_permutation(DIFFERENCES, seed=1).p
    drawn = paired_permutation(DIFFERENCES, n_permutations=999, seed=7)
    assert not drawn.exact
    assert drawn.p == pytest.approx(exact, abs=0.03)
    assert drawn == paired_permutation(DIFFERENCES, n_permutations=999, seed=7)


def test_a_drawn_p_value_is_never_zero() -> None:
    test = paired_permutation(np.full(40, 0.3) + np.arange(40) / 1000, n_permutations=999, seed=3)
    assert test.p == 1 / 1000


def test_no_difference_gives_p_one() -> None:
    assert paired_permutation(np.zeros(5), seed=1).p == 1
    assert paired_permutation(np.array([]), seed=1).p == 1


@pytest.mark.parametrize("method", ["BCa", "percentile"])
def test_bootstrap_interval_is_near_the_t_interval_and_repeats_with_its_seed(
    method: Literal["BCa", "percentile"],
) -> None:
    values = np.random.default_rng(5).normal(0.5, 0.1, size=200)
    interval = bootstrap_interval(values, method=method, seed=1)
    theirs = scipy_stats.t.interval(0.95, 199, loc=values.mean(), scale=scipy_stats.sem(values))
    assert (interval.low, interval.high) == pytest.approx(theirs, abs=0.002)
    assert interval == bootstrap_interval(values, method=method, seed=1)


def test_an_interval_that_cannot_be_estimated_says_why() -> None:
    assert bootstrap_interval(np.array([0.1, 0.9, math.nan]), seed=1) == Interval(None, None, 0.95, "only 2 values")
    assert bootstrap_interval(np.ones(9), seed=1) == Interval(None, None, 0.95, "all values are equal")


def test_holm_by_hand() -> None:
    # Sorted .01 x 3, .03 x 2 = .06, .04 x 1 = .04, which may not be below the one before it.
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_holm_equals_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest", reason="NOT CHECKED: install the 'oracles' extra")
    p_values = [0.001, 0.2, 0.012, 0.012, 0.04, 0.6]
    assert holm(p_values) == pytest.approx(list(multitest.multipletests(p_values, method="holm")[1]))


def test_hedges_correction_is_close_to_its_well_known_approximation() -> None:
    assert hedges_correction(23) == pytest.approx(1 - 3 / (4 * 23 - 1), abs=1e-4)


def test_effect_size_by_hand() -> None:
    # Mean 2, standard deviation 1, df 2: the exact correction is gamma(1) / (gamma(1/2) * sqrt(1)) = 1 / sqrt(pi).
    assert effect_size(np.array([1.0, 2.0, 3.0])) == pytest.approx(2 / math.sqrt(math.pi))


def test_minimum_detectable_difference_equals_statsmodels() -> None:
    power = pytest.importorskip("statsmodels.stats.power", reason="NOT CHECKED: install the 'oracles' extra")
    standardized = power.TTestPower().solve_power(nobs=len(DIFFERENCES), alpha=0.05, power=0.8)
    expected = standardized * DIFFERENCES.std(ddof=1)
    assert minimum_detectable_difference(DIFFERENCES) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("statistic", [effect_size, minimum_detectable_difference])
def test_without_spread_there_is_no_effect_size_and_no_detectable_difference(statistic: Any) -> None:
    assert statistic(np.array([0.1, 0.1, 0.1])) is None
    assert statistic(np.array([0.1, 0.2])) is None


def test_rounding_is_a_tie_not_a_win() -> None:
    assert win_tie_loss(np.array([0.1, 0.1 + 0.2 - 0.3, -0.2, 0.0])) == WinTieLoss(wins=1, ties=2, losses=1)


def test_the_mean_leaves_out_what_cannot_be_scored() -> None:
    assert mean(np.array([0.2, math.nan, 0.4])) == pytest.approx(0.3)
    assert math.isnan(mean(np.array([math.nan])))


def test_a_comparison_is_paired_over_queries_that_both_could_be_scored_on() -> None:
    system = np.array([0.5, math.nan, 0.7, 0.9, 0.6])
    baseline = np.array([0.4, 0.1, 0.7, 0.5, math.nan])
    comparison = compare(system, baseline, seed=1)
    assert comparison.n == 3
    assert comparison.difference == pytest.approx((0.1 + 0 + 0.4) / 3)
    assert comparison.record == WinTieLoss(wins=2, ties=1, losses=0)
    assert comparison.test.p == 0.5
