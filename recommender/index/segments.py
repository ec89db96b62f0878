"""From scores of statements to scores of the supports that own them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Segments"]


class Segments:
    """Consecutive runs of rows, one run for each owner; a run may be empty."""

    def __init__(self, lengths: Sequence[int]) -> None:
        """Take the length of each run, at least 0."""
        self._lengths = np.array(lengths, dtype=np.intp)
        self._offsets = np.concatenate([np.zeros(1, dtype=np.intp), np.cumsum(self._lengths)])
        self._has_rows = self._lengths > 0
        self._starts = self._offsets[:-1][self._has_rows]

    @property
    def offsets(self) -> NDArray[np.intp]:
        """Owner i has the rows offsets[i] to offsets[i + 1] - 1; shape (owners + 1,)."""
        return self._offsets

    def max(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Largest value of each run, shape (…, rows) to (…, owners); NaN (unknown, not 0) where a run is empty."""
        result = self._unknown(values)
        if len(self._starts):
            result[..., self._has_rows] = np.maximum.reduceat(values, self._starts, axis=-1)
        return result

    def mean(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Mean value of each run, shape (…, rows) to (…, owners); NaN where a run is empty."""
        result = self._unknown(values)
        if len(self._starts):
            sums = np.add.reduceat(values.astype(np.float64), self._starts, axis=-1)
            result[..., self._has_rows] = sums / self._lengths[self._has_rows]
        return result

    def argmax(self, values: NDArray[np.floating]) -> NDArray[np.intp]:
        """Row of the largest value of each run, the first of equal ones; -1 where a run is empty."""
        result = np.full((*values.shape[:-1], len(self._lengths)), -1, dtype=np.intp)
        if len(self._starts):
            largest = np.maximum.reduceat(values, self._starts, axis=-1)
            is_largest = values == np.repeat(largest, self._lengths[self._has_rows], axis=-1)
            rows = np.where(is_largest, np.arange(values.shape[-1]), values.shape[-1])
            result[..., self._has_rows] = np.minimum.reduceat(rows, self._starts, axis=-1)
        return result

    def _unknown(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.full((*values.shape[:-1], len(self._lengths)), np.nan)
