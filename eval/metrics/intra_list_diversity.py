"""How different the documents of one list are from each other."""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from eval.metrics.base import Metric, Ranking, Topic

__all__ = ["IntraListDiversity"]


@dataclass(frozen=True)
class IntraListDiversity(Metric):
    """Mean Jaccard distance between the aspects of all pairs among the first k, in 0 (all alike) to 1 (disjoint).

    Two documents without aspects are alike. NaN for a list of fewer than two. Says nothing of relevance.

    Source: Ziegler et al., WWW 2005, doi:10.1145/1060745.1060754 (there a similarity, and a sum).
    """

    name: ClassVar[str] = "intra_list_diversity"
    missing: ClassVar[float] = math.nan
    k: int = 10

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        aspects = [topic.aspects.get(doc_id, frozenset()) for doc_id in ranking[: self.k]]
        distances = [_jaccard_distance(one, other) for one, other in combinations(aspects, 2)]
        return math.fsum(distances) / len(distances) if distances else math.nan


def _jaccard_distance(one: frozenset[str], other: frozenset[str]) -> float:
    union = one | other
    return 1 - len(one & other) / len(union) if union else 0.0
