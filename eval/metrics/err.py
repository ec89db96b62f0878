"""Expected reciprocal rank."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from eval.metrics.base import Metric, Ranking, Topic, gains

__all__ = ["ERR"]


@dataclass(frozen=True)
class ERR(Metric):
    """Expected 1 / rank at which a reader stops, when a document of grade g satisfies with (2^g - 1) / 2^max_grade.

    In 0 to 1, below 1 even for the best list. An unjudged document never satisfies.

    Source: Chapelle et al., CIKM 2009, doi:10.1145/1645953.1646033.

    Raises:
        ValueError: A grade exceeds `max_grade`.
    """

    name: ClassVar[str] = "err"
    k: int | None = 10
    max_grade: int = 3

    def _score(self, ranking: Ranking, topic: Topic) -> float:
        grades = gains(ranking[: self.k], topic)
        if (grades > self.max_grade).any():
            raise ValueError(f"{self}: a document has grade {int(grades.max())}, above max_grade")
        stops = (np.exp2(grades) - 1) / 2**self.max_grade
        reaches = np.concatenate(([1.0], np.cumprod(1 - stops)[:-1]))[: len(stops)]
        return math.fsum(reaches * stops / np.arange(1, len(stops) + 1))
