"""Rank-biased precision and its residual."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from eval.metrics.base import Metric, Ranking, Topic, is_relevant

__all__ = ["RBP", "RBPResidual"]


@dataclass(frozen=True)
class RBP(Metric):
    """Expected utility per document looked at by a reader who goes on to the next with probability `p`, in 0 to 1.

    (1 - p) times the sum of p^(rank - 1) over documents with grade `rel` or more. A lower bound: what is unjudged or
    lies beyond the list counts as irrelevant; `RBPResidual` says how much that could add.

    Source: Moffat and Zobel, TOIS 2008, doi:10.1145/1416950.1416952.
    """

    name: ClassVar[str] = "rbp"
    p: float = 0.8
    rel: int = 2

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        return float(_weights(len(ranking), self.p) @ is_relevant(ranking, topic, rel=self.rel))


@dataclass(frozen=True)
class RBPResidual(Metric):
    """What RBP would gain if every unjudged document, and all beyond the list, were relevant, in 0 to 1."""

    name: ClassVar[str] = "rbp_residual"
    missing: ClassVar[float] = 1.0
    higher_is_better: ClassVar[bool] = False
    p: float = 0.8

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        unjudged = np.array([doc_id not in topic.grades for doc_id in ranking], dtype=np.bool_)
        return float(_weights(len(ranking), self.p) @ unjudged + self.p ** len(ranking))


def _weights(length: int, p: float) -> NDArray[np.float64]:
    return (1 - p) * p ** np.arange(length, dtype=np.float64)
