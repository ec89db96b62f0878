"""Oracles T17, T18 and T21 of the diagnostic's design: change over retakes, and suppression of groups."""

import math
import warnings
from typing import Any

import pytest

from recommender.config import ScoringConfig
from recommender.diagnosis.profiling import team_se
from recommender.diagnosis.retake import (
    benjamini_hochberg,
    paired_change,
    reliable_change,
    verdict,
)
from recommender.diagnosis.suppression import shown_groups

P_VALUES = [0.003, 0.012, 0.021, 0.040, 0.060, 0.110, 0.200, 0.350, 0.480, 0.700, 0.910]


def near(value: Any) -> Any:
    return pytest.approx(value, abs=1e-4)


def test_t17_change_between_unmatched_waves() -> None:
    wave_1, wave_2 = [2.4, 2.8, 2.4, 3.2], [3.2, 3.4, 3.0, 3.6, 3.2]
    se_1, se_2 = (team_se(wave, config=ScoringConfig()) for wave in (wave_1, wave_2))
    assert 5 * se_2**2 == near(0.206)
    assert se_2 == near(0.2030)
    change = reliable_change(2.7, se_1, 3.28, se_2)
    assert change.rc == near(1.7621)
    assert change.p == near(0.0781)
    assert change.verdict == "possible"


def test_t17_change_of_matched_raters() -> None:
    change = paired_change([0.4, 0.6, 0.2, 0.8, 0.6])
    assert change == near((0.52, 0.228035, 5.0990, 0.0070))


def test_matched_raters_who_all_moved_alike_or_not_at_all() -> None:
    assert paired_change([0.5] * 5).t == math.inf
    assert paired_change([0.5] * 5).p == 0
    assert paired_change([0.0] * 5)[2:] == (0, 1)
    assert paired_change([0.5]) is None


def test_verdict_counts_a_fall_like_a_rise_and_includes_the_cuts() -> None:
    assert [verdict(rc) for rc in (-1.96, 1.95, -1.28, 1.27, 0)] == [
        "reliable",
        "possible",
        "possible",
        "no clear change",
        "no clear change",
    ]


def test_t18_three_changes_hold_across_domains() -> None:
    adjusted = benjamini_hochberg(P_VALUES)
    assert adjusted[:5] == near([0.0330, 0.0660, 0.0770, 0.1100, 0.1320])
    assert [p <= 0.10 for p in adjusted] == [True] * 3 + [False] * 8
    assert benjamini_hochberg([]) == []


def test_t18_agrees_with_statsmodels() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        multitest = pytest.importorskip(
            "statsmodels.stats.multitest", reason="independent check: pip install the extra `oracles`"
        )
        _, adjusted, _, _ = multitest.multipletests(P_VALUES, alpha=0.10, method="fdr_bh")
    assert benjamini_hochberg(P_VALUES) == near(list(adjusted))


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"teacher": 6, "leader": 2}, ()),
        ({"teacher": 7, "leader": 5, "coach": 2}, ("teacher",)),
        ({"teacher": 7, "leader": 5, "coach": 5}, ("coach", "leader", "teacher")),
        ({"teacher": 8}, ("teacher",)),
        ({"teacher": 4}, ()),
        ({"teacher": 7, "leader": 5, "coach": 2, "other": 3}, ("leader", "teacher")),
        ({"teacher": 5, "leader": 5, "coach": 1}, ("teacher",)),
        ({}, ()),
    ],
)
def test_t21_no_group_can_be_found_by_subtraction(counts: Any, shown: Any) -> None:
    assert shown_groups(counts) == shown


def test_t21_hidden_people_can_never_be_counted_down_to_fewer_than_five() -> None:
    for a in range(12):
        for b in range(12):
            for c in range(12):
                counts = {"a": a, "b": b, "c": c}
                hidden = sum(n for name, n in counts.items() if name not in shown_groups(counts))
                assert hidden == 0 or hidden >= 5 or shown_groups(counts) == ()
