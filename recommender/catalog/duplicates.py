"""Pairs of supports that say nearly the same, for curators to look at and for lists not to show twice."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from urllib.parse import parse_qsl, urlencode, urlsplit

from models.base import SupportId
from models.kinds import KINDS
from models.support import Support

__all__ = ["DuplicatePair", "canonical_url", "near_duplicates"]

COMMON_RUN = 20
"""A run of three words in more records than this says nothing about two of them."""


@dataclass(frozen=True)
class DuplicatePair:
    """Two supports of one kind, `first` before `second` by id."""

    first: SupportId
    second: SupportId
    similarity: float
    """0 to 1."""
    same_page: bool
    """Whether both live at the same address."""


def near_duplicates(supports: Sequence[Support], *, threshold: float = 0.45) -> tuple[DuplicatePair, ...]:
    """Pairs of one kind that are at least as similar as their threshold, most similar first, then by ids.

    The similarity is the cosine s of the summaries' sets of runs of five characters or, where greater, the geometric
    mean of s and the same cosine of the titles: copies keep the summary, new editions keep the title. It depends on
    the two supports alone. Only pairs that share two rare runs of three words are compared, so that large catalogs
    stay cheap; more than twenty copies of one record are therefore not found.

    Args:
        supports: any supports.
        threshold: least similarity of two resources at different addresses. A shared address lowers it by 0.1: one page
            often lists many different supports, so sharing it says little alone. Kinds whose records sound alike
            at different addresses need more, see `KindSpec.duplicate_margin`.
    """
    ordered = sorted(supports, key=lambda support: support.id)

    @cache
    def runs(position: int) -> tuple[frozenset[str], frozenset[str]]:
        return _runs(ordered[position].display_title), _runs(ordered[position].summary)

    pairs = []
    for one, two in _candidates(ordered):
        first, second = ordered[one], ordered[two]
        title, summary = (_cosine(a, b) for a, b in zip(runs(one), runs(two), strict=True))
        similarity = max(summary, math.sqrt(title * summary))
        same_page = canonical_url(first.url) == canonical_url(second.url)
        needed = threshold - 0.1 if same_page else threshold + KINDS[first.kind].duplicate_margin
        if similarity >= needed:
            pairs.append(DuplicatePair(first.id, second.id, similarity, same_page))
    return tuple(sorted(pairs, key=lambda pair: (-pair.similarity, pair.first, pair.second)))


def canonical_url(url: str) -> str:
    """An address without what does not change the page: scheme, `www.`, fragment, last slash, campaign parameters."""
    parts = urlsplit(url)
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if not key.lower().startswith("utm_")])
    page = parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/")
    return f"{page}?{query}" if query else page


def _candidates(supports: Sequence[Support]) -> list[tuple[int, int]]:
    """Positions of pairs of one kind (first < second) whose texts share at least two rare runs of three words."""
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, support in enumerate(supports):
        words = _words(f"{support.display_title} {support.summary}")
        for run in set(zip(words, words[1:], words[2:], strict=False)):
            holders[(support.kind, *run)].append(position)
    rare = (held for held in holders.values() if 1 < len(held) <= COMMON_RUN)
    shared = Counter(pair for held in rare for pair in combinations(held, 2))
    return sorted(pair for pair, n_runs in shared.items() if n_runs > 1)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _runs(text: str) -> frozenset[str]:
    padded = f" {' '.join(_words(text))} "
    return frozenset(padded[start : start + 5] for start in range(len(padded) - 4))


def _cosine(one: frozenset[str], two: frozenset[str]) -> float:
    return len(one & two) / math.sqrt(len(one) * len(two)) if one and two else 0.0
