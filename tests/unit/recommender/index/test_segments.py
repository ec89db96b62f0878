"""Scores of statements become scores of their supports; a support without statements stays unknown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.index import Segments


def test_max_mean_and_argmax_by_hand() -> None:
    segments = Segments([2, 0, 3, 0])
    values = np.array([[1.0, 4.0, 2.0, 5.0, 5.0], [3.0, 2.0, 0.0, -1.0, -2.0]])
    assert segments.offsets.tolist() == [0, 2, 2, 5, 5]
    np.testing.assert_array_equal(segments.max(values), [[4, np.nan, 5, np.nan], [3, np.nan, 0, np.nan]])
    np.testing.assert_array_equal(segments.mean(values), [[2.5, np.nan, 4, np.nan], [2.5, np.nan, -1, np.nan]])
    assert segments.argmax(values).tolist() == [[1, -1, 3, -1], [0, -1, 2, -1]]  # the first of two equal fives


@pytest.mark.parametrize("lengths", [[], [0], [0, 0]])
def test_no_rows_leave_everything_unknown(lengths: list[int]) -> None:
    segments, values = Segments(lengths), np.empty((3, 0), dtype=np.float32)
    assert segments.max(values).shape == segments.mean(values).shape == (3, len(lengths))
    assert np.isnan(segments.max(values)).all()
    assert (segments.argmax(values) == -1).all()


@given(st.lists(st.lists(st.floats(-1, 1, width=32), max_size=4), min_size=1, max_size=6))
def test_agrees_with_plain_loops(runs: list[list[float]]) -> None:
    segments = Segments([len(run) for run in runs])
    values = np.array([value for run in runs for value in run], dtype=np.float32)
    for run, largest, mean, row, start in zip(
        runs, segments.max(values), segments.mean(values), segments.argmax(values), segments.offsets, strict=False
    ):
        if run:
            assert largest == max(run)
            assert mean == pytest.approx(sum(run) / len(run))
            assert row == start + run.index(max(run))
        else:
            assert np.isnan(largest)
            assert np.isnan(mean)
            assert row == -1
