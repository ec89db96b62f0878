"""Normalized discounted cumulative gain."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from eval.metrics.base import Metric, Ranking, Topic, gains

__all__ = ["NDCG", "dcg"]

Gain = Literal["linear", "exponential"]


@dataclass(frozen=True)
class NDCG(Metric):
    """DCG of the first k over the DCG of the best list that all judged documents allow, in 0 to 1.

    The ideal comes from all judged documents, ranked or not; NaN when none of them has a grade above 0. The discount
    is 1 / log2(rank + 1). An unjudged document gains 0.

    Sources: Järvelin and Kekäläinen, TOIS 2002, doi:10.1145/582415.582418 (linear gain, as in trec_eval's ndcg_cut);
    Burges et al., ICML 2005, doi:10.1145/1102351.1102363 (exponential gain, 2^grade - 1).
    """

    name: ClassVar[str] = "ndcg"
    k: int | None = 10
    gain: Gain = "linear"

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        ideal = dcg(_shape(np.sort(np.array(list(topic.grades.values()), np.float64))[::-1][: self.k], self.gain))
        return dcg(_shape(gains(ranking[: self.k], topic), self.gain)) / ideal if ideal > 0 else math.nan


def dcg(gain: NDArray[np.float64]) -> float:
    """Sum of gains in rank order, each divided by log2(rank + 1); 0 for an empty list."""
    return math.fsum(gain / np.log2(np.arange(2, len(gain) + 2)))


def _shape(grades: NDArray[np.float64], gain: Gain) -> NDArray[np.float64]:
    return np.exp2(grades) - 1 if gain == "exponential" else grades
