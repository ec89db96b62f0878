"""Documents in a list that may never be there."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from eval.metrics.base import Metric, Ranking, Topic

__all__ = ["GateViolations"]


@dataclass(frozen=True)
class GateViolations(Metric):
    """How many of the first k documents a gate forbids for this query; totals over queries are sums. 0 is right."""

    name: ClassVar[str] = "gate_violations"
    higher_is_better: ClassVar[bool] = False
    aggregate: ClassVar[Literal["mean", "sum"]] = "sum"
    k: int | None = 10

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        return float(sum(doc_id in topic.forbidden for doc_id in ranking[: self.k]))
