"""Oracles T1, T2 and T4 of the diagnostic's design: agreement within one team."""

from typing import Any

import pytest

from recommender.diagnosis.agreement import (
    ad_mean,
    agreement,
    r_wg_j,
    sample_variance,
    shows_two_pictures,
)
from recommender.diagnosis.profiling import rater_score

T2 = [[2, 3, 2, 2, 3], [3, 3, 2, 3, 3], [2, 2, 2, 3, 3], [3, 3, 3, 3, 4]]
SPLIT = [[1, 1, 2, 1, 1], [4, 3, 4, 4, 4], [1, 2, 1, 1, 2], [4, 4, 3, 4, 4], [2, 1, 1, 1, 2]]


def near(value: Any) -> Any:
    return pytest.approx(value, abs=1e-4)


def columns(rows: Any) -> Any:
    return [list(column) for column in zip(*rows, strict=True)]


def test_t1_one_item_of_five_raters() -> None:
    ratings = [2, 3, 3, 2, 3]
    assert sample_variance(ratings) == near(0.3)
    assert ad_mean(ratings) == near(0.48)
    found = agreement([ratings])
    assert found.rwg_star == near(0.76)


@pytest.mark.parametrize(
    ("ratings", "expected_r_wg", "expected_ad"),
    [([1, 4, 1, 4, 2], -0.84, 1.28), ([3, 3, 3, 3, 3], 1.0, 0.0), ([2, 2, 3, 2, 3, 2], 0.7867, 0.4444)],
)
def test_t1_spread_unanimous_and_mixed_items(ratings: Any, expected_r_wg: float, expected_ad: float) -> None:
    assert agreement([ratings]).rwg_star == near(expected_r_wg)
    assert ad_mean(ratings) == near(expected_ad)


def test_t2_domain_agreement() -> None:
    found = agreement(columns(T2))
    assert [sample_variance(column) for column in columns(T2)] == near([1 / 3, 0.25, 0.25, 0.25, 0.25])
    assert found.rwg == near(0.9486)
    assert found.rwg_skewed == near(0.8881)
    assert found.rwg_star == near(0.7867)
    assert found.ad_mean == near(0.40)
    assert found.word == "close"
    assert [rater_score(row) for row in T2] == near([2.4, 2.8, 2.4, 3.2])


def test_t2_krippendorff_alpha_shows_why_it_is_not_used() -> None:
    krippendorff = pytest.importorskip("krippendorff", reason="independent check: pip install the extra `oracles`")
    assert krippendorff.alpha(reliability_data=T2, level_of_measurement="ordinal") == near(0.1667)


def test_t4_split_team_is_far_apart_and_has_no_r_wg() -> None:
    found = agreement(columns(SPLIT))
    assert found.ad_mean == near(1.1840)
    assert found.word == "far apart"
    assert found.rwg_star == near(-0.6320)
    assert found.rwg is None
    assert found.rwg_skewed is None
    assert found.reason == "more_spread_than_random"
    means = [rater_score(row) for row in SPLIT]
    assert means == near([1.2, 3.8, 1.4, 3.8, 1.4])
    assert shows_two_pictures(means)


def test_t4_raw_formula_would_have_given_more_than_two() -> None:
    u = 2.04 / 1.25
    assert 5 * (1 - u) / (5 * (1 - u) + u) == near(2.0681)
    assert r_wg_j(2.04, 5) is None


def test_one_voice_near_an_end_is_not_two_pictures() -> None:
    assert not shows_two_pictures([1.2, 3.8, 3.8, 2.5, 2.5])


def test_items_with_a_single_level_say_nothing_on_agreement() -> None:
    assert agreement([[3], []]) is None
    assert agreement([[3], [1, 4, 2]]) == agreement([[1, 4, 2]])


@pytest.mark.parametrize(
    ("ratings", "word"), [([2, 3, 2, 3], "close"), ([1, 2, 3, 4], "far apart"), ([1, 3, 2, 3], "mixed")]
)
def test_bands_of_average_deviation_include_their_upper_end(ratings: Any, word: str) -> None:
    assert agreement([ratings]).word == word
