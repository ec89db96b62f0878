"""The graded response model: probabilities, information, EAP scores and the choice of the next item.

Source: Samejima 1969. With discrimination a and thresholds b, P*(k) = 1 / (1 + exp(-a (theta - b_k))) is the
probability of answering above category k, and P(x) = P*(x - 1) - P*(x). Theta has a standard normal prior.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "GRID",
    "PLACEHOLDER",
    "DomainState",
    "GradedItem",
    "Posterior",
    "category_probabilities",
    "eap",
    "expected_score",
    "item_information",
    "most_informative",
    "next_item",
]

FloatArray = NDArray[np.float64]

GRID: FloatArray = np.linspace(-4.0, 4.0, 81)
"""Ability grid for numerical integration, step 0.1."""
_PRIOR: FloatArray = np.exp(-0.5 * GRID**2)


class GradedItem(NamedTuple):
    """Parameters of one item: discrimination, and thresholds in rising order (one fewer than categories)."""

    a: float
    b: tuple[float, ...]


PLACEHOLDER = GradedItem(1.5, (-1.2, 0.0, 1.2))
"""Stands for every item until an instrument is calibrated; fit for tests and trials only."""


class Posterior(NamedTuple):
    """What the answers say of one rater's ability."""

    mean: float
    """EAP estimate of theta."""
    sd: float
    weights: FloatArray
    """Posterior on `GRID`, shape (81,), sums to 1."""


class DomainState(NamedTuple):
    """One domain in the course of an adaptive session."""

    items: Sequence[GradedItem]
    answers: Sequence[int | None]
    """Category from 1 for each item; None for one that was answered without a level."""
    asked: Sequence[bool]
    wanted: bool
    """Marked important or top three."""


def category_probabilities(item: GradedItem, theta: ArrayLike) -> FloatArray:
    """P(x) for each category, shape (*theta.shape, categories); sums to 1 along the last axis."""
    above = _above(item, theta)
    return above[..., :-1] - above[..., 1:]


def expected_score(item: GradedItem, theta: ArrayLike) -> FloatArray:
    """Expected category, from 1 to the number of categories, shape of theta."""
    # The sum of x P(x) telescopes to 1 plus the probabilities of exceeding each category.
    score: FloatArray = 1.0 + _above(item, theta)[..., 1:-1].sum(axis=-1)
    return score


def item_information(item: GradedItem, theta: ArrayLike) -> FloatArray:
    """Fisher information at theta, sum over categories of P'(x)^2 / P(x), shape of theta."""
    above = _above(item, theta)
    slopes = item.a * above * (1 - above)
    probabilities = above[..., :-1] - above[..., 1:]
    change = slopes[..., :-1] - slopes[..., 1:]
    # Far out a category has probability 0 and slope 0: it carries nothing.
    parts = np.divide(change**2, probabilities, out=np.zeros_like(change), where=probabilities > 0)
    information: FloatArray = parts.sum(axis=-1)
    return information


def eap(items: Sequence[GradedItem], answers: Sequence[int | None]) -> Posterior:
    """Posterior of theta given answers; None answers drop out, no answers give back the prior.

    Args:
        items: parameters, one an answer.
        answers: category from 1, or None for not sure, skipped and not applicable.
    """
    weights = _PRIOR
    for item, answer in zip(items, answers, strict=True):
        if answer is not None:
            weights = weights * category_probabilities(item, GRID)[:, answer - 1]
    weights = weights / weights.sum()
    mean = float(weights @ GRID)
    return Posterior(mean=mean, sd=float(np.sqrt(weights @ (GRID - mean) ** 2)), weights=weights)


def most_informative(items: Sequence[GradedItem], theta: float) -> int:
    """Index of the item with most information at theta; the first of equals. Needs at least one item."""
    return int(np.argmax([float(item_information(item, theta)) for item in items]))


def next_item(domains: Sequence[DomainState], *, stop_sd: float = 0.50, max_items: int = 34) -> tuple[int, int] | None:
    """Which item an adaptive session asks next, as (domain index, item index); None when it is done.

    Wanted domains come first, then the domain with the largest posterior SD, then the earlier one; in it the unasked
    item with most information at the EAP. A domain is done at `stop_sd` or without items; the session at `max_items`.
    """
    if sum(sum(domain.asked) for domain in domains) >= max_items:
        return None
    best: tuple[tuple[bool, float, int], int, float] | None = None
    for place, domain in enumerate(domains):
        posterior = eap(
            domain.items, [a if seen else None for a, seen in zip(domain.answers, domain.asked, strict=True)]
        )
        if posterior.sd <= stop_sd or all(domain.asked):
            continue
        key = (not domain.wanted, -posterior.sd, place)
        if best is None or key < best[0]:
            best = (key, place, posterior.mean)
    if best is None:
        return None
    _, place, theta = best
    open_items = [index for index, seen in enumerate(domains[place].asked) if not seen]
    return place, open_items[most_informative([domains[place].items[index] for index in open_items], theta)]


def _above(item: GradedItem, theta: ArrayLike) -> FloatArray:
    """P*(0..categories): 1, the logistic curves, 0; shape (*theta.shape, categories + 1)."""
    distance = np.asarray(theta, dtype=np.float64)[..., None] - np.asarray(item.b)
    curves = 1 / (1 + np.exp(-item.a * distance))
    ones = np.ones((*curves.shape[:-1], 1))
    return np.concatenate([ones, curves, np.zeros_like(ones)], axis=-1)
