"""nDCG that pays less for each further document on the same need."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from eval.metrics.base import Metric, Ranking, Topic

__all__ = ["AlphaNDCG"]


@dataclass(frozen=True)
class AlphaNDCG(Metric):
    """Novelty-aware nDCG over the priority needs, in 0 to 1.

    A document with grade `rel` or more gains (1 - alpha)^(times the need was served above) for each need among its
    aspects; the discount is 1 / log2(rank + 1). The ideal is built greedily from all judged documents (exact is
    NP-hard), ties by document id, so a list can exceed it by a little: the value is then cut to 1. NaN when no judged
    document serves a need.

    Source: Clarke et al., SIGIR 2008, doi:10.1145/1390334.1390446.
    """

    name: ClassVar[str] = "alpha_ndcg"
    k: int = 10
    alpha: float = 0.5
    rel: int = 2

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        serves = {
            doc_id: [need for need in topic.needs if need in topic.aspects.get(doc_id, ())]
            for doc_id, grade in topic.grades.items()
            if grade >= self.rel
        }
        ideal = self._dcg(self._greedy(serves), serves)
        return min(self._dcg(ranking[: self.k], serves) / ideal, 1.0) if ideal > 0 else math.nan

    def _gain(self, doc_id: str, serves: dict[str, list[str]], seen: dict[str, int]) -> float:
        return math.fsum((1 - self.alpha) ** seen.get(need, 0) for need in serves.get(doc_id, ()))

    def _dcg(self, ranking: Iterable[str], serves: dict[str, list[str]]) -> float:
        seen: dict[str, int] = {}
        parts = []
        for rank, doc_id in enumerate(ranking, start=1):
            parts.append(self._gain(doc_id, serves, seen) / math.log2(rank + 1))
            _count(serves.get(doc_id, ()), seen)
        return math.fsum(parts)

    def _greedy(self, serves: dict[str, list[str]]) -> list[str]:
        seen: dict[str, int] = {}
        left = sorted(serves)
        chosen: list[str] = []
        while left and len(chosen) < self.k:
            best = max(left, key=lambda doc_id: self._gain(doc_id, serves, seen))
            left.remove(best)
            chosen.append(best)
            _count(serves[best], seen)
        return chosen


def _count(needs: Iterable[str], seen: dict[str, int]) -> None:
    for need in needs:
        seen[need] = seen.get(need, 0) + 1
