"""Parts of a score on a bar, and one by one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.desk.match_parts import MERGED_FIT, bar_of, family_of, pieces_of, shares_of
from models.recommendation import RuleTrace
from models.vocab import RuleEffect, RuleOutcome
from recommender.ranking.features import FEATURES
from recommender.ranking.scoring import DIVERSITY, EXPLORATION, START

values = st.lists(st.floats(-1, 1, allow_nan=False), max_size=30)


@given(values, st.sampled_from([0.1, 0.01, 0.001]))
def test_rounded_parts_sum_to_the_rounded_sum_and_each_is_off_by_less_than_one(parts: list[float], unit: float) -> None:
    shares = shares_of(parts, unit=unit)
    assert sum(shares) == round(math.fsum(part / unit for part in parts))
    assert all(abs(share - part / unit) < 1 + 1e-9 for share, part in zip(shares, parts, strict=True))


def test_the_largest_remainder_is_rounded_up_and_the_first_of_equal_ones() -> None:
    assert shares_of([0.125, 0.125, 0.25], unit=0.01) == [13, 12, 25]
    assert shares_of([0.104, 0.108], unit=0.01) == [10, 11]
    assert shares_of([], unit=0.01) == []


def test_a_bar_stacks_what_speaks_for_a_match_and_takes_the_rest_off_its_end() -> None:
    parts = {"need_focus": 0.3, "focus_words": 0.1, "rule:hub-work": -0.05, "starting_point": 0.05}
    bar = bar_of(parts, widest=0.9)
    assert bar.points == 40
    assert [(one.name, one.points, one.x, one.width, one.taken) for one in bar.segments] == [
        ("Needs", 30, 0.0, 33.3, False),
        ("Focus", 10, 33.3, 11.1, False),
        ("Start and mix", 5, 44.4, 5.6, False),
        ("Rules", -5, 44.4, 5.6, True),
    ]


def test_every_feature_has_a_family_and_a_rule_is_told_in_its_own_words() -> None:
    assert {family_of(name) for name in FEATURES} == {1, 2, 3}
    parts = pieces_of(dict.fromkeys((*FEATURES, MERGED_FIT, START, DIVERSITY, EXPLORATION), 0.1), [])
    assert all(" " in piece.words for piece in parts), "the name of a part stands where its words should be"
    trace = RuleTrace(id="free", outcome=RuleOutcome.MET, effect=RuleEffect.PREFER, because="It is free.")
    (piece,) = pieces_of({"rule:free": 0.0124}, [trace])
    assert piece == (4, "It is free.", "+1.2")


@pytest.mark.parametrize("widest", [0.0, 1.0])
def test_a_match_without_parts_has_an_empty_bar(widest: float) -> None:
    assert bar_of({}, widest=widest) == (0, ())
