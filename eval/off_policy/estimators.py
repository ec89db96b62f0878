"""What a target ranking would earn, estimated from what the logging ranking earned; one small function each.

Every estimator is a ratio of two sums over decisions, given as the terms of both, so that resampling whole teams needs
only their sums.

    DM         sum of v                       v: what the reward model expects of the target
    IPS        sum of w r                     w: target over logging probability of what was shown
    SNIPS      sum of w r over sum of w
    DR         sum of v + w (r - q)           q: what the reward model expects of what was shown
    Switch-DR  sum of v + [w <= tau] w (r - q)
    SIPS       sum of W R                     W: the same of the whole list; R: the list's mean reward
    IIPS       sum of mean w_k r_k            w_k: the same of what was shown at place k
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.off_policy.data import PolicyData

__all__ = ["SLATE", "TOP", "Predictions", "Terms", "direct_method", "doubly_robust", "iips", "ips", "sips", "snips"]

Floats = NDArray[np.float64]


class Terms(NamedTuple):
    """An estimate in parts: the sum of the first over the sum of the second; shape (n,) each."""

    numerator: Floats
    denominator: Floats

    @property
    def value(self) -> float:
        """The estimate; NaN when the denominators sum to 0."""
        below = math.fsum(self.denominator)
        return math.fsum(self.numerator) / below if below else math.nan


class Predictions(NamedTuple):
    """What a reward model expects, of decisions that it was not fitted on; shape (n,) each."""

    of_shown: Floats
    """Of what was shown first."""
    of_target: Floats
    """Of what the target shows first, over its own chance."""


def direct_method(predictions: Predictions) -> Terms:
    """DM: what the reward model says. As wrong as the model is, whatever the number of decisions."""
    return _mean(predictions.of_target)


def ips(weights: Floats, rewards: Floats, *, clip: float | None = None) -> Terms:
    """IPS: rewards weighted by how much likelier the target is to show what was shown. Without clipping, unbiased.

    Args:
        weights: Target over logging probability, shape (n,).
        rewards: Shape (n,).
        clip: Largest weight let through; lowers variance, and biases towards 0.

    Source: Horvitz and Thompson, JASA 1952; clipping: Ionides, JCGS 2008, doi:10.1198/106186008X320456.
    """
    return _mean(_clipped(weights, clip) * rewards)


def snips(weights: Floats, rewards: Floats, *, clip: float | None = None) -> Terms:
    """SNIPS: IPS over the mean weight, so that it stays within the rewards' range. Consistent, slightly biased.

    Source: Swaminathan and Joachims, NeurIPS 2015.
    """
    kept = _clipped(weights, clip)
    return Terms(kept * rewards, kept)


def doubly_robust(
    weights: Floats,
    rewards: Floats,
    predictions: Predictions,
    *,
    clip: float | None = None,
    switch: float | None = None,
) -> Terms:
    """DR: the model's word, corrected by weighted errors where it can be checked; right if model or weights are.

    Args:
        weights: Target over logging probability, shape (n,).
        rewards: Shape (n,).
        predictions: Of a model not fitted on the same decisions.
        clip: Largest weight let through.
        switch: Switch-DR's tau: decisions with a larger weight are left to the model.

    Sources: Dudik, Langford and Li, ICML 2011; Switch: Wang, Agarwal and Dudik, ICML 2017.
    """
    kept = _clipped(weights, clip)
    if switch is not None:
        kept = np.where(kept <= switch, kept, 0.0)
    return _mean(predictions.of_target + kept * (rewards - predictions.of_shown))


def sips(slate_weights: Floats, rewards: Floats) -> Terms:
    """Standard IPS of whole lists: unbiased however places interact; its weights explode with the list's length.

    Args:
        slate_weights: Target over logging probability of the whole list, shape (n,).
        rewards: Of each place, shape (n, l); NaN beyond the end of shorter lists.

    Source: Precup, Sutton and Singh, ICML 2000, with one step; as SIPS in McInerney et al., KDD 2020,
    doi:10.1145/3394486.3403229.
    """
    return _mean(slate_weights * np.nanmean(rewards, axis=1))


def iips(place_weights: Floats, rewards: Floats) -> Terms:
    """Independent IPS: each place weighted alone; unbiased if a place's reward does not depend on the others.

    Args:
        place_weights: Target over logging probability of each place, shape (n, l).
        rewards: Shape (n, l); NaN beyond the end of shorter lists.

    Source: Li et al., KDD 2018, doi:10.1145/3219819.3220028 (item-position click model).
    """
    return _mean(np.nanmean(place_weights * rewards, axis=1))


def _mean(values: Floats) -> Terms:
    return Terms(values, np.ones_like(values))


def _clipped(weights: Floats, clip: float | None) -> Floats:
    return weights if clip is None else np.minimum(weights, clip)


def _top(data: PolicyData) -> tuple[Floats, Floats]:
    return data.top_weights, data.rewards[:, 0]


TOP: Mapping[str, Callable[[PolicyData, Predictions, float | None, float], Terms]] = {
    "DM": lambda data, model, clip, switch: direct_method(model),
    "IPS": lambda data, model, clip, switch: ips(*_top(data), clip=clip),
    "SNIPS": lambda data, model, clip, switch: snips(*_top(data), clip=clip),
    "DR": lambda data, model, clip, switch: doubly_robust(*_top(data), model, clip=clip),
    "Switch-DR": lambda data, model, clip, switch: doubly_robust(*_top(data), model, clip=clip, switch=switch),
}
"""Estimators of the first place's reward."""

SLATE: Mapping[str, Callable[[PolicyData], Terms]] = {
    "SIPS": lambda data: sips(data.slate_weights, data.rewards),
    "IIPS": lambda data: iips(data.place_weights, data.rewards),
}
"""Estimators of a whole list's mean reward a place."""
