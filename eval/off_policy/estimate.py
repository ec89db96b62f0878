"""A target's value with its doubts: estimates, intervals over teams, and a refusal where the log cannot tell."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from eval.off_policy.data import PolicyData
from eval.off_policy.estimators import SLATE, TOP, Terms
from eval.off_policy.reward_model import cross_fit
from eval.results.findings import IntervalRecord
from models.base import Value

__all__ = ["EstimateRecord", "Floors", "OffPolicyReport", "WeightRecord", "effective_sample_size", "evaluate_policy"]

Floats = NDArray[np.float64]


class Floors(Value):
    """What a log must have before anything is estimated from it."""

    n_decisions: int = Field(default=50, ge=1)
    n_teams: int = Field(default=10, ge=2)
    effective_sample_size: float = Field(default=30.0, gt=0)
    """Of the weights that an estimator uses."""
    unsupported: float = Field(default=0.05, ge=0, le=1)
    """Largest mean probability of the target for what the logging ranking never shows first."""
    largest_share: float = Field(default=0.2, gt=0, le=1)
    """Largest share of all weight that one decision may have."""


class WeightRecord(Value):
    """How much of a log speaks for the target."""

    effective_sample_size: float
    mean: float
    """Near 1 when the logged probabilities are right and the target is supported."""
    largest: float
    largest_share: float | None
    """Of the largest weight in the sum of all; None when all are 0."""


class EstimateRecord(Value):
    """One estimator's word on the target."""

    estimator: str
    of: str
    """What is estimated: the first place's reward, or a whole list's mean reward a place."""
    value: float | None
    interval: IntervalRecord
    """Percentile bootstrap over teams; none for DM, whose error is that of its model and does not show in resamples."""
    difference: float | None
    """Value minus what the logging ranking earned."""
    difference_interval: IntervalRecord
    weights: WeightRecord | None
    """None for DM, which has none."""
    not_estimable: str | None = None
    """Why there are no numbers; None where there are."""


class OffPolicyReport(Value):
    """What a target ranking would have earned."""

    n_decisions: int
    """With a reward at the first place."""
    n_teams: int
    n_undecided: int
    """Left out: without a reward at the first place."""
    n_partly_decided: int
    """Left out of the estimates of whole lists: a place without a reward."""
    logging_value: float | None
    """Mean reward of the first place as logged."""
    logging_interval: IntervalRecord
    slate_logging_value: float | None
    """Mean reward a place as logged, over the wholly decided lists."""
    unsupported: float
    """Mean probability of the target for what the logging ranking never shows first."""
    clip: float | None
    switch: float
    floors: Floors
    estimates: tuple[EstimateRecord, ...]
    warnings: tuple[str, ...] = ()


class _Drawn(NamedTuple):
    value: float
    draws: Floats


def effective_sample_size(weights: Floats) -> float:
    """How many equally weighted decisions are worth as much: (sum w)^2 / sum w^2; 0 when all weights are 0.

    Source: Kish, Survey Sampling, 1965.
    """
    squares = math.fsum(weights**2)
    return math.fsum(weights) ** 2 / squares if squares else 0.0


def evaluate_policy(
    data: PolicyData,
    *,
    clip: float | None = None,
    switch: float = 10.0,
    floors: Floors | None = None,
    n_resamples: int = 2_000,
    seed: int,
) -> OffPolicyReport:
    """All estimators of one target on one log.

    Args:
        data: The log and the target.
        clip: Largest weight let through in IPS, SNIPS and DR; None lets all through.
        switch: Switch-DR's tau.
        floors: Below them an estimate is refused; None takes the default ones.
        n_resamples: Bootstrap samples of teams.
        seed: Of the folds and the bootstrap.
    """
    floors = floors or Floors()
    decided = data.take(~np.isnan(data.rewards[:, 0]))
    n_rewards = (~np.isnan(decided.rewards)).sum(axis=1)
    whole = decided.take(np.flatnonzero(n_rewards == decided.n_places))
    unsupported = float(decided.unsupported.mean()) if len(decided.teams) else 0.0
    too_few = _too_few(decided, floors)
    estimates: list[EstimateRecord] = []
    logged = _draw(_logged_top(decided), decided.teams, n_resamples=n_resamples, seed=seed)
    if too_few is None:
        predictions = cross_fit(decided, seed=seed)
    for name, top in TOP.items():
        weights = None if name == "DM" else decided.top_weights
        reason = too_few or _unsupported(unsupported, floors) or _weak(weights, floors, clip)
        terms = None if reason else top(decided, predictions, clip, switch)
        record = _record(
            name, "first place", terms, logged, decided, weights, reason, n_resamples=n_resamples, seed=seed
        )
        estimates.append(_without_intervals(record) if name == "DM" and reason is None else record)
    logged_whole = _draw(_logged_slate(whole), whole.teams, n_resamples=n_resamples, seed=seed)
    for name, slate in SLATE.items():
        used = whole.slate_weights
        reason = _too_few(whole, floors) or _unsupported(unsupported, floors)
        if name == "IIPS":
            # The weakest place decides: each is weighted alone.
            by_place = [whole.place_weights[whole.n_places > place, place] for place in range(data.rewards.shape[1])]
            used = min(by_place, key=effective_sample_size)
        reason = reason or _weak(used, floors, None) or _light(used, floors)
        terms = None if reason else slate(whole)
        estimates.append(
            _record(name, "whole list", terms, logged_whole, whole, used, reason, n_resamples=n_resamples, seed=seed)
        )
    return OffPolicyReport(
        n_decisions=len(decided.teams),
        n_teams=len(np.unique(decided.teams)),
        n_undecided=len(data.teams) - len(decided.teams),
        n_partly_decided=len(decided.teams) - len(whole.teams),
        logging_value=_number(logged.value),
        logging_interval=_interval(logged.draws),
        slate_logging_value=_number(logged_whole.value),
        unsupported=unsupported,
        clip=clip,
        switch=switch,
        floors=floors,
        estimates=tuple(estimates),
        warnings=tuple(_warnings(decided)),
    )


def _too_few(data: PolicyData, floors: Floors) -> str | None:
    n, n_teams = len(data.teams), len(np.unique(data.teams))
    if n < floors.n_decisions:
        return f"{n} decisions, at least {floors.n_decisions} are needed"
    if n_teams < floors.n_teams:
        return f"decisions of {n_teams} teams, at least {floors.n_teams} are needed"
    return None


def _unsupported(share: float, floors: Floors) -> str | None:
    if share > floors.unsupported:
        return (
            f"{share:.0%} of what the target shows first was never shown first by the logging ranking,"
            f" at most {floors.unsupported:.0%} is let pass"
        )
    return None


def _weak(weights: Floats | None, floors: Floors, clip: float | None) -> str | None:
    if weights is None:
        return None
    record = _weights(weights if clip is None else np.minimum(weights, clip))
    if record.effective_sample_size < floors.effective_sample_size:
        return (
            f"the effective sample size is {record.effective_sample_size:.1f},"
            f" at least {floors.effective_sample_size:g} is needed"
        )
    if record.largest_share is not None and record.largest_share > floors.largest_share:
        return f"one decision has {record.largest_share:.0%} of all weight, at most {floors.largest_share:.0%} may be"
    return None


def _light(weights: Floats, floors: Floors) -> str | None:
    """Below the first place the log does not say what was possible; too light a mean weight shows what was not."""
    mean, error = float(weights.mean()), float(weights.std(ddof=1)) / math.sqrt(len(weights))
    if mean + 4 * error < 1 - floors.unsupported:
        return f"weights average {mean:.2f} where 1 is expected: the logging ranking never shows some of these lists"
    return None


def _weights(weights: Floats) -> WeightRecord:
    total = math.fsum(weights)
    largest = float(weights.max(initial=0.0))
    return WeightRecord(
        effective_sample_size=effective_sample_size(weights),
        mean=total / len(weights) if len(weights) else 0.0,
        largest=largest,
        largest_share=largest / total if total else None,
    )


def _warnings(data: PolicyData) -> list[str]:
    """Weights average 1 minus the unsupported share when the logged probabilities are right."""
    weights = data.top_weights
    if len(weights) < 2:
        return []
    expected = 1 - float(data.unsupported.mean())
    error = float(weights.std(ddof=1)) / math.sqrt(len(weights))
    if abs(weights.mean() - expected) > 4 * error + 1e-9:
        return [
            f"Weights average {weights.mean():.3f} where {expected:.3f} is expected: the logged probabilities may not"
            " be those that the lists were drawn with."
        ]
    return []


def _logged_top(data: PolicyData) -> Terms:
    return Terms(data.rewards[:, 0], np.ones(len(data.teams)))


def _logged_slate(data: PolicyData) -> Terms:
    rewards = np.nansum(data.rewards, axis=1) / data.n_places
    return Terms(rewards, np.ones(len(data.teams)))


def _record(
    name: str,
    of: str,
    terms: Terms | None,
    logged: _Drawn,
    data: PolicyData,
    weights: Floats | None,
    reason: str | None,
    *,
    n_resamples: int,
    seed: int,
) -> EstimateRecord:
    drawn = None if terms is None else _draw(terms, data.teams, n_resamples=n_resamples, seed=seed)
    none = IntervalRecord(low=None, high=None, confidence=0.95, not_estimable=reason)
    return EstimateRecord(
        estimator=name,
        of=of,
        value=None if drawn is None else _number(drawn.value),
        interval=none if drawn is None else _interval(drawn.draws),
        difference=None if drawn is None else _number(drawn.value - logged.value),
        difference_interval=none if drawn is None else _interval(drawn.draws - logged.draws),
        weights=None if weights is None else _weights(weights),
        not_estimable=reason,
    )


def _without_intervals(record: EstimateRecord) -> EstimateRecord:
    none = IntervalRecord(low=None, high=None, confidence=0.95, not_estimable="the error is the reward model's own")
    return record.model_copy(update={"interval": none, "difference_interval": none})


def _draw(terms: Terms, teams: NDArray[np.intp], *, n_resamples: int, seed: int) -> _Drawn:
    """The estimate, and the same on resampled teams; the same seed draws the same teams for every estimator."""
    codes, team_of = np.unique(teams, return_inverse=True)
    if len(codes) == 0:
        return _Drawn(math.nan, np.full(n_resamples, math.nan))
    above = np.bincount(team_of, weights=terms.numerator)
    below = np.bincount(team_of, weights=terms.denominator)
    times = np.random.default_rng(seed).multinomial(len(codes), np.full(len(codes), 1 / len(codes)), size=n_resamples)
    totals = times @ below
    draws = np.divide(times @ above, totals, out=np.full(n_resamples, math.nan), where=totals != 0)
    return _Drawn(terms.value, draws)


def _interval(draws: Floats) -> IntervalRecord:
    if np.isnan(draws).any():
        return IntervalRecord(low=None, high=None, confidence=0.95, not_estimable="undefined in some resamples")
    if np.ptp(draws) < 1e-12:
        return IntervalRecord(low=None, high=None, confidence=0.95, not_estimable="all resamples are equal")
    low, high = np.quantile(draws, [0.025, 0.975])
    return IntervalRecord(low=float(low), high=float(high), confidence=0.95)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
