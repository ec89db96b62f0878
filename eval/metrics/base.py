"""What every ranking metric shares: a small value that prints as its own name and scores one query's ranking."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Metric", "Ranking", "Topic", "gains", "is_relevant"]

Ranking = Sequence[str]
"""Document ids, best first, no id twice."""


@dataclass(frozen=True)
class Topic:
    """All that a metric may know of one query. Only `grades` is always there."""

    grades: Mapping[str, int]
    """Judged documents and their grades (0 and up); what is absent is unjudged."""
    needs: tuple[str, ...] = ()
    """The query's priority needs, most urgent first."""
    aspects: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What each document of the catalog names of the things that a need can be."""
    forbidden: frozenset[str] = frozenset()
    """Documents that may never be listed for this query."""


@dataclass(frozen=True)
class Metric(ABC):
    """A measure of one ranking; equal, hashable, and printed as `name@k(parameter=value)`.

    NaN means that the query cannot be scored (for example, nothing relevant was judged): it is left out of the mean
    and counted. A query that the run lacks scores `missing`, and is counted too.
    """

    name: ClassVar[str]
    missing: ClassVar[float] = 0.0
    """Score of a query that the run lacks."""
    higher_is_better: ClassVar[bool] = True
    aggregate: ClassVar[Literal["mean", "sum"]] = "mean"

    def __call__(self, ranking: Ranking, topic: Topic) -> float:
        """The ranking's score for this topic; NaN where it cannot be scored."""
        return self._score(ranking, topic)

    @abstractmethod
    def _score(self, ranking: Ranking, topic: Topic) -> float: ...

    def __str__(self) -> str:
        parameters = {item.name: getattr(self, item.name) for item in fields(self)}
        k = parameters.pop("k", None)
        cutoff = "" if k is None else f"@{k}"
        listed = ",".join(f"{name}={value}" for name, value in parameters.items())
        return f"{self.name}{cutoff}({listed})" if listed else f"{self.name}{cutoff}"

    def __post_init__(self) -> None:
        k = getattr(self, "k", None)
        if k is not None and k < 1:
            raise ValueError(f"{self.name}: the cutoff k is {k}, expected at least 1")


def gains(ranking: Ranking, topic: Topic) -> NDArray[np.float64]:
    """The grade of each ranked document, shape (len(ranking),); 0 where unjudged."""
    return np.array([topic.grades.get(doc_id, 0) for doc_id in ranking], dtype=np.float64)


def is_relevant(ranking: Ranking, topic: Topic, *, rel: int) -> NDArray[np.bool_]:
    """Whether each ranked document has grade `rel` or more, shape (len(ranking),); False where unjudged."""
    return np.array([topic.grades.get(doc_id, -math.inf) >= rel for doc_id in ranking], dtype=np.bool_)
