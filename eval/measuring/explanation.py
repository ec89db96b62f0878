"""Whether an explained list keeps its own promises: parts that add up, and scores that fall."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Protocol

__all__ = ["Explained", "explanation_sum_error", "rising_scores"]


class Explained(Protocol):
    """A match with a score and the named parts that it is said to be made of."""

    @property
    def score(self) -> float:
        """What the list is sorted by."""
        ...

    @property
    def components(self) -> Mapping[str, float]:
        """Name of each part and what it adds."""
        ...


def explanation_sum_error(matches: Sequence[Explained]) -> float:
    """The largest distance between a score and the sum of its parts; 0 for an empty list, infinite for a NaN.

    Right is at most 1e-9.
    """
    errors = [abs(math.fsum(match.components.values()) - match.score) for match in matches]
    return max((math.inf if math.isnan(error) else error for error in errors), default=0.0)


def rising_scores(matches: Sequence[Explained]) -> int:
    """How many matches do not score strictly below the one above; readers that sort by score would reorder them."""
    return sum(not below.score < above.score for above, below in pairwise(matches))
