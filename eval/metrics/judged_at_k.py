"""Share of a list that was judged."""

import math
from dataclasses import dataclass
from typing import ClassVar

from eval.metrics.base import Metric, Ranking, Topic

__all__ = ["Judged"]


@dataclass(frozen=True)
class Judged(Metric):
    """Share of the first k documents that were judged, in 0 to 1; of the whole list when it is shorter.

    Below 1, every other value is a lower bound on what full judging would show. NaN for an empty list.
    """

    name: ClassVar[str] = "judged"
    missing: ClassVar[float] = math.nan
    k: int = 10

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        top = ranking[: self.k]
        return sum(doc_id in topic.grades for doc_id in top) / len(top) if top else math.nan
