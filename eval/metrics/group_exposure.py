"""Attention that groups of documents get, against what their grades earn."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from eval.metrics.base import Ranking, Topic

__all__ = ["GroupExposure", "group_exposure"]


class GroupExposure(NamedTuple):
    """One group's part of the first k places of all lists."""

    exposure: float
    """Share of the attention that the lists give, 0 to 1."""
    merit: float
    """Share that lists in the order of the grades would give it, 0 to 1."""
    n_documents: int
    """Documents of the group in the catalog."""

    @property
    def ratio(self) -> float:
        """Exposure over merit: 1 is fair, above 1 favored; NaN without merit."""
        return self.exposure / self.merit if self.merit > 0 else math.nan


def group_exposure(
    rankings: Mapping[str, Ranking], topics: Mapping[str, Topic], groups: Mapping[str, str], *, k: int = 10
) -> dict[str, GroupExposure]:
    """Exposure and merit of each group, both as shares that sum to 1 over the groups; by group name.

    A place at rank r is worth 1 / log2(r + 1). Merit is the exposure that lists in the order of the grades would give,
    documents of one grade sharing their places evenly; what is unjudged or has grade 0 earns nothing. All shares are 0
    where nothing is shown or nothing has merit.

    Args:
        rankings: Lists by query id; those without a topic are left out.
        topics: What is judged.
        groups: The group of each document of the catalog; documents without one count nowhere.
        k: Places that count.

    Source: Diaz, Mitra, Ekstrand, Biega and Carterette, CIKM 2020, doi:10.1145/3340531.3411962 (expected exposure).
    """
    names = sorted(set(groups.values()))
    shown: dict[str, list[float]] = {name: [] for name in names}
    earned: dict[str, list[float]] = {name: [] for name in names}
    for query_id, topic in topics.items():
        for rank, doc_id in enumerate(rankings.get(query_id, ())[:k], start=1):
            if doc_id in groups:
                shown[groups[doc_id]].append(_worth(rank))
        for doc_id, worth in _earned(topic.grades, k).items():
            if doc_id in groups:
                earned[groups[doc_id]].append(worth)
    exposure, merit = _shares(shown), _shares(earned)
    members = list(groups.values())
    return {name: GroupExposure(exposure[name], merit[name], members.count(name)) for name in names}


def _earned(grades: Mapping[str, int], k: int) -> dict[str, float]:
    """What each document with a grade above 0 gets from lists in the order of grades, mean over the orders of ties."""
    good = sorted(((grade, doc_id) for doc_id, grade in grades.items() if grade > 0), reverse=True)
    earned: dict[str, float] = {}
    first = 1
    for _, tied in groupby(good, key=lambda pair: pair[0]):
        doc_ids = [doc_id for _, doc_id in tied]
        places = range(first, first + len(doc_ids))
        each = math.fsum(_worth(rank) for rank in places if rank <= k) / len(doc_ids)
        earned |= dict.fromkeys(doc_ids, each)
        first += len(doc_ids)
    return earned


def _worth(rank: int) -> float:
    return 1 / math.log2(rank + 1)


def _shares(parts: Mapping[str, Sequence[float]]) -> dict[str, float]:
    sums = {name: math.fsum(values) for name, values in parts.items()}
    total = math.fsum(sums.values())
    return {name: value / total if total else 0.0 for name, value in sums.items()}
