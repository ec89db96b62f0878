"""Average precision; its mean over queries is MAP."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from eval.metrics.base import Metric, Ranking, Topic, is_relevant

__all__ = ["AveragePrecision"]


@dataclass(frozen=True)
class AveragePrecision(Metric):
    """Mean, over all relevant judged documents, of the precision at each one's rank (0 if unranked), in 0 to 1.

    Relevant means grade `rel` or more. NaN when no judged document is relevant.

    Source: Buckley and Voorhees, SIGIR 2000, doi:10.1145/345508.345543; trec_eval's `map`.
    """

    name: ClassVar[str] = "map"
    k: int | None = None
    rel: int = 2

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        n_relevant = sum(grade >= self.rel for grade in topic.grades.values())
        if not n_relevant:
            return math.nan
        ranks = np.flatnonzero(is_relevant(ranking[: self.k], topic, rel=self.rel)) + 1
        return math.fsum(np.arange(1, len(ranks) + 1) / ranks) / n_relevant
