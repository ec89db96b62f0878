"""Precision at k."""

from dataclasses import dataclass
from typing import ClassVar

from eval.metrics.base import Metric, Ranking, Topic, is_relevant

__all__ = ["Precision"]


@dataclass(frozen=True)
class Precision(Metric):
    """Share of the k places that hold a document with grade `rel` or more, in 0 to 1.

    The divisor is k also for a shorter list: an empty place helps nobody (trec_eval's `P`).
    """

    name: ClassVar[str] = "p"
    k: int = 5
    rel: int = 2

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        return float(is_relevant(ranking[: self.k], topic, rel=self.rel).sum()) / self.k
