"""Reciprocal rank; its mean over queries is MRR."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from eval.metrics.base import Metric, Ranking, Topic, is_relevant

__all__ = ["ReciprocalRank"]


@dataclass(frozen=True)
class ReciprocalRank(Metric):
    """1 / rank of the first document with grade `rel` or more within the first k; 0 when there is none.

    Source: Voorhees, TREC-8 1999, "The TREC-8 Question Answering Track Report"; trec_eval's `recip_rank`.
    """

    name: ClassVar[str] = "mrr"
    k: int | None = None
    rel: int = 2

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        ranks = np.flatnonzero(is_relevant(ranking[: self.k], topic, rel=self.rel)) + 1
        return float(1 / ranks[0]) if len(ranks) else 0.0
