"""Measures of a whole run: how much of the catalog is shown, and how evenly."""

import math
from collections.abc import Collection, Iterable

import numpy as np

from eval.metrics.base import Ranking

__all__ = ["catalog_coverage", "exposure_gini"]


def catalog_coverage(rankings: Iterable[Ranking], catalog: Collection[str], *, k: int = 10) -> float:
    """Share of the catalog's documents that reach the first k of at least one ranking, in 0 to 1; NaN if it is empty.

    Source: Ge, Delgado-Battenfeld and Jannach, RecSys 2010, doi:10.1145/1864708.1864761.
    """
    shown = {doc_id for ranking in rankings for doc_id in ranking[:k]}
    return len(shown & set(catalog)) / len(catalog) if catalog else math.nan


def exposure_gini(rankings: Iterable[Ranking], catalog: Collection[str], *, k: int = 10) -> float:
    """Gini coefficient of exposure over all documents of the catalog: 0 even, towards 1 when few take it all.

    A place at rank r is worth 1 / log2(r + 1). NaN when nothing is shown.

    Sources: Singh and Joachims, KDD 2018, doi:10.1145/3219819.3220088 (exposure as the DCG discount); the Gini
    coefficient as sum((2i - n - 1) x_i) / (n sum(x)) over the values x in ascending order.
    """
    exposure = dict.fromkeys(sorted(catalog), 0.0)
    for ranking in rankings:
        for rank, doc_id in enumerate(ranking[:k], start=1):
            if doc_id in exposure:
                exposure[doc_id] += 1 / math.log2(rank + 1)
    values = np.sort(np.array(list(exposure.values())))
    total = math.fsum(values)
    if total == 0:
        return math.nan
    n = len(values)
    return math.fsum((2 * np.arange(1, n + 1) - n - 1) * values) / (n * total)
