"""Fusion by hand-checked numbers, and what must hold for any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.base import SupportId
from recommender.retrieval import fuse_convex, fuse_reciprocal_ranks, min_max

A, B, C = SupportId("res-a"), SupportId("res-b"), SupportId("res-c")
ROWS = arrays(np.float64, (2, 5), elements=st.floats(-1, 1, width=32))


def test_min_max_stretches_each_row() -> None:
    assert min_max(np.array([[1.0, 3.0, 2.0], [-1.0, 0.0, 1.0]])).tolist() == [[0, 1, 0.5], [0, 0.5, 1]]


def test_equal_scores_say_nothing() -> None:
    assert min_max(np.array([[0.4, 0.4]])).tolist() == [[0, 0]]
    assert min_max(np.empty((2, 0))).shape == (2, 0)


def test_convex_fusion_by_hand() -> None:
    dense, lexical = np.array([[0.2, 0.6, 0.4]]), np.array([[0.0, 5.0, 10.0]])
    assert fuse_convex(dense, lexical)[0] == pytest.approx([0.0, 0.7 + 0.3 * 0.5, 0.7 * 0.5 + 0.3])
    assert fuse_convex(dense, lexical, dense_share=1.0)[0] == pytest.approx([0, 1, 0.5])


@given(ROWS, ROWS, st.floats(0, 1))
def test_fused_scores_stay_in_the_unit_interval(dense: np.ndarray, lexical: np.ndarray, share: float) -> None:
    fused = fuse_convex(dense, lexical, dense_share=share)
    assert fused.min() >= 0
    assert fused.max() <= 1 + 1e-12


def test_convex_fusion_refuses_impossible_settings() -> None:
    with pytest.raises(ValueError, match=r"dense_share is 1\.1"):
        fuse_convex(np.zeros((1, 2)), np.zeros((1, 2)), dense_share=1.1)
    with pytest.raises(ValueError, match="differ"):
        fuse_convex(np.zeros((1, 2)), np.zeros((1, 3)))


def test_reciprocal_ranks_by_hand() -> None:
    fused = fuse_reciprocal_ranks([[A, B], [B, C]], rank_offset=1)
    assert [(scored.id, scored.score) for scored in fused] == [(B, 1 / 3 + 1 / 2), (A, 1 / 2), (C, 1 / 3)]


def test_equal_reciprocal_ranks_order_by_id() -> None:
    assert [scored.id for scored in fuse_reciprocal_ranks([[C, A], [A, C], []])] == [A, C]
    assert fuse_reciprocal_ranks([]) == []


@given(st.lists(st.permutations([A, B, C]), max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_rankings_does_not_matter(runs: list[list[SupportId]], random: object) -> None:
    shuffled = list(runs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fuse_reciprocal_ranks(shuffled) == fuse_reciprocal_ranks(runs)


def test_impossible_rankings_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        fuse_reciprocal_ranks([[A]], rank_offset=0)
    with pytest.raises(ValueError, match="twice"):
        fuse_reciprocal_ranks([[A, A]])
