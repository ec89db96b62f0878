"""Share of a team's priority needs that a list serves."""

import math
from dataclasses import dataclass
from typing import ClassVar

from eval.metrics.base import Metric, Ranking, Topic

__all__ = ["NeedCoverage"]


@dataclass(frozen=True)
class NeedCoverage(Metric):
    """Share of the priority needs that some document among the first k names and serves well, in 0 to 1.

    A document serves a need when the need is among its aspects and its grade is `rel` or more (unjudged: it does
    not). NaN when the query has no priority need.

    Source: subtopic recall, Zhai, Cohen and Lafferty, SIGIR 2003, doi:10.1145/860435.860440, with needs as subtopics.
    """

    name: ClassVar[str] = "need_coverage"
    k: int = 10
    rel: int = 2

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        good = [doc_id for doc_id in ranking[: self.k] if topic.grades.get(doc_id, -1) >= self.rel]
        covered = [need for need in topic.needs if any(need in topic.aspects.get(doc_id, ()) for doc_id in good)]
        return len(covered) / len(topic.needs) if topic.needs else math.nan
