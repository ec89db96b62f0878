"""Binary preference."""

import math
from dataclasses import dataclass
from typing import ClassVar

from eval.metrics.base import Metric, Ranking, Topic

__all__ = ["BPref"]


@dataclass(frozen=True)
class BPref(Metric):
    """How seldom judged irrelevant documents stand above relevant ones; looks at judged documents only, in 0 to 1.

    Mean over the R relevant documents of 1 - min(irrelevant ranked above, R) / min(R, N), N the number judged
    irrelevant; an unranked relevant document adds 0. NaN when no judged document is relevant.

    Source: Buckley and Voorhees, SIGIR 2004, doi:10.1145/1008992.1009000, with trec_eval's divisor min(R, N).
    """

    name: ClassVar[str] = "bpref"
    rel: int = 2

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        n_relevant = sum(grade >= self.rel for grade in topic.grades.values())
        if not n_relevant:
            return math.nan
        bound = min(n_relevant, len(topic.grades) - n_relevant)
        total, n_above = 0.0, 0
        for doc_id in ranking:
            grade = topic.grades.get(doc_id)
            if grade is None:
                continue
            if grade < self.rel:
                n_above += 1
            else:
                total += 1 - min(n_above, bound) / bound if n_above else 1
        return total / n_relevant
