"""Recall at k."""

import math
from dataclasses import dataclass
from typing import ClassVar

from eval.metrics.base import Metric, Ranking, Topic, is_relevant

__all__ = ["Recall"]


@dataclass(frozen=True)
class Recall(Metric):
    """Share of the judged documents with grade `rel` or more that are among the first k, in 0 to 1.

    NaN when no judged document is relevant (trec_eval's `recall` gives 0).
    """

    name: ClassVar[str] = "recall"
    k: int | None = 50
    rel: int = 2

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        n_relevant = sum(grade >= self.rel for grade in topic.grades.values())
        found = float(is_relevant(ranking[: self.k], topic, rel=self.rel).sum())
        return found / n_relevant if n_relevant else math.nan
