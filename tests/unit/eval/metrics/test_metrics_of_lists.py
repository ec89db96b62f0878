"""Metrics of explained lists, repeated runs and groups, on numbers that can be checked by hand."""

import math
from typing import NamedTuple

import pytest

from eval.measuring.explanation import explanation_sum_error, rising_scores
from eval.measuring.replay import replay_mismatches
from eval.metrics import Topic, group_exposure


class Match(NamedTuple):
    score: float
    components: dict[str, float]


def test_the_sum_error_is_the_worst_of_the_list() -> None:
    matches = [Match(0.5, {"a": 0.2, "b": 0.3}), Match(0.4, {"a": 0.3, "b": 0.2}), Match(0.1, {"a": 0.1})]
    assert explanation_sum_error(matches) == pytest.approx(0.1)
    assert explanation_sum_error(matches[:1]) == 0
    assert explanation_sum_error([]) == 0


def test_a_score_that_is_no_number_is_infinitely_wrong() -> None:
    assert explanation_sum_error([Match(math.nan, {"a": 0.1})]) == math.inf


def test_equal_and_rising_scores_are_counted_and_falling_ones_are_not() -> None:
    scores = [0.9, 0.8, 0.8, 0.85, 0.1]
    assert rising_scores([Match(score, {}) for score in scores]) == 2
    assert rising_scores([Match(0.9, {}), Match(math.nan, {})]) == 1


def test_runs_that_differ_are_named_with_the_place_where_they_part() -> None:
    first = {"a": b"same", "b": b"first", "c": b"longer", "d": b"gone"}
    again = {"a": b"same", "b": b"fight", "c": b"long", "e": b"new"}
    assert replay_mismatches(first, again) == {"b": 2, "c": 4, "d": 0, "e": 0}
    assert replay_mismatches(first, dict(reversed(first.items()))) == {}


GROUPS = {"a": "large", "b": "small", "c": "small", "d": "large"}


def test_a_list_in_the_order_of_the_grades_gives_each_group_what_it_earns() -> None:
    topics = {"q": Topic(grades={"a": 3, "b": 2, "c": 1, "d": 0})}
    found = group_exposure({"q": ["a", "b", "c"]}, topics, GROUPS)
    total = 1 + 1 / math.log2(3) + 1 / 2
    assert found["large"].exposure == pytest.approx(1 / total)
    assert found["large"].ratio == found["small"].ratio == pytest.approx(1)
    assert (found["large"].n_documents, found["small"].n_documents) == (2, 2)


def test_documents_of_one_grade_share_their_places() -> None:
    topics = {"q": Topic(grades={"a": 2, "b": 2})}
    found = group_exposure({"q": ["a"]}, topics, GROUPS, k=1)
    assert found["large"].merit == found["small"].merit == pytest.approx(0.5)
    assert found["large"].ratio == pytest.approx(2)
    assert found["small"].ratio == 0


def test_without_lists_or_merit_the_shares_are_zero_and_the_ratio_is_no_number() -> None:
    found = group_exposure({}, {"q": Topic(grades={"a": 0})}, GROUPS)
    assert found["large"][:2] == (0, 0)
    assert math.isnan(found["large"].ratio)


def test_lists_for_queries_that_nobody_judged_count_nothing() -> None:
    topics = {"q": Topic(grades={"a": 1})}
    assert group_exposure({"q": ["a"], "other": ["b"]}, topics, GROUPS)["small"].exposure == 0
