from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.ranking.diversify import diversify

SHARES = np.array([0.6, 0.4])


def test_zero_weight_keeps_the_order_of_relevance_and_ties_go_to_the_lower_row() -> None:
    relevance = np.array([0.2, 0.5, 0.5, 0.9])
    chosen = diversify(relevance, np.zeros((4, 2)), SHARES, k=4, weight=0.0)
    assert chosen.order.tolist() == [3, 1, 2, 0]


def test_a_need_that_is_served_yields_to_one_that_is_not() -> None:
    relevance = np.array([0.50, 0.49, 0.48])
    coverage = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    chosen = diversify(relevance, coverage, SHARES, k=3, weight=0.2)
    assert chosen.order.tolist() == [0, 2, 1]


def test_parts_follow_the_log_formula() -> None:
    coverage = np.array([[1.0, 0.0], [0.0, 1.0]])
    chosen = diversify(np.array([0.5, 0.5]), coverage, SHARES, k=2, weight=0.1)
    first_gain = 0.6 * np.log1p(1 / 0.6)
    second_gain = 0.4 * np.log1p(1 / 0.4)
    assert chosen.part == pytest.approx([0.1, 0.1 * second_gain / first_gain])


def test_places_go_to_needs_in_proportion_to_their_shares() -> None:
    coverage = np.repeat(np.eye(2), 20, axis=0)
    chosen = diversify(np.full(40, 0.5), coverage, np.array([0.75, 0.25]), k=20, weight=1.0)
    first_need = int((chosen.order < 20).sum())
    assert first_need == 15


def test_a_near_duplicate_of_a_listed_support_is_left_out() -> None:
    chosen = diversify(
        np.array([0.9, 0.8, 0.1]), np.zeros((3, 2)), SHARES, k=3, weight=0.1, near_duplicates={0: [1], 1: [0]}
    )
    assert chosen.order.tolist() == [0, 2]
    assert chosen.dropped == {1: 0}


def test_gains_too_small_for_a_float_do_not_swell_a_part() -> None:
    tiny = np.array([[5e-324]])
    chosen = diversify(np.zeros(1), tiny, np.array([1.0]), k=1, weight=0.375)
    assert chosen.part.tolist() == [0.375]


@given(
    arrays(float, 12, elements=st.floats(0, 1)),
    arrays(float, (12, 3), elements=st.floats(0, 1)),
    arrays(float, 3, elements=st.floats(0, 1)),
    st.floats(0, 0.5),
    st.integers(1, 15),
)
def test_adjusted_scores_strictly_decrease(
    relevance: np.ndarray, coverage: np.ndarray, shares: np.ndarray, weight: float, k: int
) -> None:
    chosen = diversify(relevance, coverage, shares, k=k, weight=weight)
    scores = relevance[chosen.order] + chosen.part
    assert len(chosen.order) == min(k, 12)
    assert (np.diff(scores) < 0).all()
    assert (chosen.part <= weight + 1e-12).all()


def test_a_barred_row_leaves_no_trace_but_the_place_it_would_have_taken() -> None:
    relevance, none = np.array([0.9, 0.8, 0.7, 0.6]), np.zeros((4, 2))
    repeats = {0: [1], 1: [0]}
    chosen = diversify(relevance, none, SHARES, k=2, weight=0.1, near_duplicates=repeats, barred=[0])
    assert chosen.order.tolist() == [1, 2], "what repeats a barred row is not left out"
    assert chosen.dropped == {}
    assert chosen.held_back == {0: 0}
    assert diversify(relevance, none, SHARES, k=2, weight=0.1, barred=[3]).held_back == {}
    assert diversify(relevance, none, SHARES, k=2, weight=0.1, barred=[3, 1]).held_back == {1: 1}
    assert diversify(relevance, none, SHARES, k=4, weight=0.1, barred=[3, 1]).held_back == {1: 1, 3: 2}
    assert diversify(relevance, none, SHARES, k=1, weight=0.1, barred=range(4)).held_back == dict.fromkeys(range(4), 0)


@given(
    arrays(float, 8, elements=st.sampled_from([0.1, 0.4, 0.5, 0.52, 0.9])),
    arrays(float, (8, 2), elements=st.floats(0, 1)),
    st.sets(st.integers(0, 7)),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=6),
    st.integers(1, 9),
)
def test_what_is_held_back_is_what_would_be_listed_if_it_alone_were_allowed(
    relevance: np.ndarray, coverage: np.ndarray, barred: set[int], pairs: list[tuple[int, int]], k: int
) -> None:
    repeats: dict[int, list[int]] = {}
    for one, other in pairs:
        if one != other:
            repeats.setdefault(one, []).append(other)
            repeats.setdefault(other, []).append(one)
    given: dict[str, Any] = {"k": k, "weight": 0.2, "near_duplicates": repeats}
    held_back = diversify(relevance, coverage, SHARES, barred=barred, **given).held_back
    expected = {}
    for row in barred:
        order = diversify(relevance, coverage, SHARES, barred=barred - {row}, **given).order.tolist()
        if row in order:
            expected[row] = order.index(row)
    assert held_back == expected
    assert list(held_back.values()) == sorted(held_back.values())
