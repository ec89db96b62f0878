"""Hit at k."""

from dataclasses import dataclass
from typing import ClassVar

from eval.metrics.base import Metric, Ranking, Topic, is_relevant

__all__ = ["Hit"]


@dataclass(frozen=True)
class Hit(Metric):
    """1 when a document with grade `rel` or more is among the first k, else 0 (trec_eval's `success`)."""

    name: ClassVar[str] = "hit"
    k: int = 5
    rel: int = 2

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        return float(is_relevant(ranking[: self.k], topic, rel=self.rel).any())
