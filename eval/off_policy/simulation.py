"""Logs made up from a known truth, to see how far each estimator errs and how often its interval holds the truth.

Six candidates of four features, lists of three. Both rankings draw lists place by place, each time one of those left
with probability proportional to exp(score) (Plackett-Luce); all 120 lists are enumerated, so that every probability is
exact. A place's reward is 1 or 0. Decisions come in teams of four, which share how easily they approve.
"""

import itertools
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.off_policy.data import PolicyData
from eval.off_policy.estimate import Floors, evaluate_policy
from eval.off_policy.log import TargetDecision
from models.base import Value
from models.decision_log import Decision, DisplayedSupport, LoggedCandidate
from recommender.ports import OnProgress

__all__ = ["Scenario", "SimulationRecord", "example_log", "simulate", "simulate_log", "true_values"]

Floats = NDArray[np.float64]

N_CANDIDATES, N_PLACES, N_FEATURES, TEAM_SIZE = 6, 3, 4, 4
_LISTS = np.array(list(itertools.permutations(range(N_CANDIDATES), N_PLACES)))
"""Every list, shape (120, 3)."""
_TASTE = np.array([1.0, -0.7, 0.5, 0.0])
"""What reviewers want, by feature."""
_LOGGING = np.array([0.5, 0.0, 0.3, 0.3])
_TARGET = np.array([0.8, -0.5, 0.4, 0.0])
_EASE = -0.3
_TEAM_SPREAD = 0.5
_PLACE = np.array([1.0, 0.9, 0.8])
"""How much of the first place's chance the others have."""


class Scenario(StrEnum):
    """What is easy or hard about a log."""

    PLAIN = "plain"
    """The reward model has the right form, places do not interact, overlap is good."""
    WRONG_MODEL = "wrong-model"
    """The last feature counts and the target goes by it, but the log leaves it out."""
    INTERACTION = "interaction"
    """A place earns less beneath one that looks alike."""
    LITTLE_OVERLAP = "little-overlap"
    """The target wants what is rarely shown."""
    NO_SUPPORT = "no-support"
    """The logging ranking never shows some candidates first."""


class SimulatedLog(NamedTuple):
    """A log, and what is needed to write it down."""

    data: PolicyData
    lists: NDArray[np.intp]
    """Candidates shown, shape (n, 3)."""
    place_propensities: Floats
    """Shape (n, 3)."""
    slate_propensities: Floats
    """Shape (n,)."""
    target_places: Floats
    """The target's probability of each candidate at each place, shape (n, 3, 6)."""
    target_slates: Floats
    """The target's probability of the list shown, shape (n,)."""


class SimulationRecord(Value):
    """One estimator on many simulated logs."""

    scenario: str
    estimator: str
    truth: float
    n_logs: int
    n_refused: int
    """Logs on which it was refused; they count in nothing below."""
    bias: float | None
    """Mean estimate minus truth; None when all logs were refused."""
    bias_error: float | None
    """Standard error of the bias over the logs; None below two."""
    rmse: float | None
    coverage: float | None
    """Share of 95% intervals that hold the truth; None where there are none."""
    width: float | None
    """Mean width of the intervals."""


@dataclass(frozen=True)
class _World:
    """Decisions before anything was shown."""

    features: Floats
    """Shape (n, 6, 4)."""
    chance: Floats
    """Of approval at the first place, shape (n, 6)."""
    logging: Floats
    """Of every list, shape (n, 120)."""
    target: Floats
    """Of every list, shape (n, 120)."""


def simulate_log(scenario: Scenario, *, n_decisions: int, seed: int) -> SimulatedLog:
    """One log and the target's probabilities."""
    rng = np.random.default_rng(seed)
    world = _world(scenario, n_decisions, rng)
    rows = np.arange(n_decisions)
    # One uniform number a decision picks its list from the cumulative probabilities.
    picked = (world.logging.cumsum(axis=1) < rng.random((n_decisions, 1))).sum(axis=1).clip(max=len(_LISTS) - 1)
    lists = _LISTS[picked]
    chance = _place_chances(scenario, world)[rows, picked]
    rewards = (rng.random(chance.shape) < chance).astype(np.float64)
    logging_places, target_places = _by_place(world.logging), _by_place(world.target)
    here = (rows[:, None], np.arange(N_PLACES)[None, :], lists)
    seen = world.features[:, :, :-1] if scenario is Scenario.WRONG_MODEL else world.features
    data = PolicyData(
        features=seen,
        logging=logging_places[:, 0],
        target=target_places[:, 0],
        unknown=np.zeros(n_decisions),
        shown=lists[:, 0],
        rewards=rewards,
        place_weights=target_places[here] / logging_places[here],
        slate_weights=world.target[rows, picked] / world.logging[rows, picked],
        n_places=np.full(n_decisions, N_PLACES, dtype=np.intp),
        teams=rows // TEAM_SIZE,
    )
    return SimulatedLog(
        data, lists, logging_places[here], world.logging[rows, picked], target_places, world.target[rows, picked]
    )


class TrueValues(NamedTuple):
    """What the target earns."""

    top: float
    slate: float


def true_values(scenario: Scenario, *, n_decisions: int = 40_000, seed: int) -> TrueValues:
    """The target's value on as many fresh decisions, each over all lists; its error is about a tenth of a percent."""
    tops, slates = [], []
    for part in range(0, n_decisions, 4_000):
        world = _world(scenario, min(4_000, n_decisions - part), np.random.default_rng([seed, part]))
        chances = _place_chances(scenario, world)
        tops.append((world.target * chances[:, :, 0]).sum(axis=1))
        slates.append((world.target * chances.mean(axis=2)).sum(axis=1))
    return TrueValues(float(np.concatenate(tops).mean()), float(np.concatenate(slates).mean()))


def simulate(
    scenario: Scenario,
    *,
    n_logs: int,
    n_decisions: int,
    seed: int,
    floors: Floors | None = None,
    n_resamples: int = 1_000,
    progress: OnProgress | None = None,
) -> tuple[SimulationRecord, ...]:
    """Bias and coverage of every estimator over many logs of one scenario."""
    truth = true_values(scenario, seed=seed)
    values: dict[str, list[float]] = {}
    widths: dict[str, list[float]] = {}
    held: dict[str, list[bool]] = {}
    for number in range(n_logs):
        log = simulate_log(scenario, n_decisions=n_decisions, seed=seed + 1 + number)
        report = evaluate_policy(log.data, floors=floors, n_resamples=n_resamples, seed=seed)
        for item in report.estimates:
            for kept in (values, widths, held):
                kept.setdefault(item.estimator, [])
            low, high = item.interval.low, item.interval.high
            if item.value is not None:
                values[item.estimator].append(item.value)
            if low is not None and high is not None:
                widths[item.estimator].append(high - low)
                held[item.estimator].append(low <= _truth_of(item.of, truth) <= high)
        if progress:
            progress(number + 1, n_logs, f"logs simulated: {scenario}")
    places = {item.estimator: item.of for item in report.estimates}
    return tuple(
        _summary(scenario, name, _truth_of(of, truth), values[name], widths[name], held[name], n_logs)
        for name, of in places.items()
    )


def example_log(scenario: Scenario, *, n_decisions: int, seed: int) -> tuple[list[Decision], list[TargetDecision]]:
    """A simulated log and target as the values that their files hold, to show the format."""
    log = simulate_log(scenario, n_decisions=n_decisions, seed=seed)
    data = log.data
    start = datetime(2026, 9, 1, 9, tzinfo=UTC)
    names = [f"support-{number}" for number in range(1, N_CANDIDATES + 1)]
    decisions, targets = [], []
    for row in range(n_decisions):
        decisions.append(
            Decision(
                decision_id=f"decision-{row + 1:05}",
                team_id=f"team-{data.teams[row] + 1:04}",
                decided_at=start + timedelta(hours=row),
                policy_id="simulated",
                candidates=tuple(
                    LoggedCandidate(
                        support_id=name,
                        features=dict(zip("abcd", data.features[row, column].tolist(), strict=False)),
                        propensity=float(data.logging[row, column]),
                    )
                    for column, name in enumerate(names)
                ),
                displayed=tuple(
                    DisplayedSupport(
                        support_id=names[log.lists[row, place]],
                        propensity=float(log.place_propensities[row, place]),
                        reward=float(data.rewards[row, place]),
                    )
                    for place in range(N_PLACES)
                ),
                slate_propensity=float(log.slate_propensities[row]),
            )
        )
        targets.append(
            TargetDecision(
                decision_id=decisions[-1].decision_id,
                positions=tuple(
                    dict(zip(names, log.target_places[row, place].tolist(), strict=True)) for place in range(N_PLACES)
                ),
                slate_probability=float(log.target_slates[row]),
            )
        )
    return decisions, targets


def _world(scenario: Scenario, n: int, rng: np.random.Generator) -> _World:
    features = rng.standard_normal((n, N_CANDIDATES, N_FEATURES))
    team = rng.normal(0, _TEAM_SPREAD, size=math.ceil(n / TEAM_SIZE)).repeat(TEAM_SIZE)[:n]
    appeal = features @ _TASTE + _EASE + team[:, None]
    if scenario is Scenario.WRONG_MODEL:
        appeal = appeal + features[:, :, -1]
    sharpness = 2.0 if scenario is Scenario.LITTLE_OVERLAP else 1.5
    wanted = -_LOGGING if scenario is Scenario.LITTLE_OVERLAP else _LOGGING
    logging = _list_probabilities(features @ wanted)
    if scenario is Scenario.NO_SUPPORT:
        # Whatever the third feature speaks against is never first.
        never = features[:, _LISTS[:, 0], 2] < -0.3
        allowed = np.where(never.all(axis=1, keepdims=True), 1.0, ~never)
        logging = logging * allowed
        logging = logging / logging.sum(axis=1, keepdims=True)
    target = _TARGET.copy()
    if scenario is Scenario.WRONG_MODEL:
        target[-1] = 0.8
    return _World(
        features=features,
        chance=1 / (1 + np.exp(-appeal)),
        logging=logging,
        target=_list_probabilities(sharpness * features @ target),
    )


def _list_probabilities(scores: Floats) -> Floats:
    """Plackett-Luce probability of every list, shape (n, 120)."""
    strength = np.exp(scores - scores.max(axis=1, keepdims=True))
    chosen = strength[:, _LISTS]
    left = strength.sum(axis=1)[:, None, None] - np.cumsum(chosen, axis=2) + chosen
    probabilities: Floats = (chosen / left).prod(axis=2)
    return probabilities


def _by_place(lists: Floats) -> Floats:
    """Probability of each candidate at each place, shape (n, 3, 6)."""
    return np.stack(
        [
            np.stack([lists[:, _LISTS[:, place] == candidate].sum(axis=1) for candidate in range(N_CANDIDATES)], axis=1)
            for place in range(N_PLACES)
        ],
        axis=1,
    )


def _place_chances(scenario: Scenario, world: _World) -> Floats:
    """Chance of approval at each place of every list, shape (n, 120, 3)."""
    chances: Floats = world.chance[:, _LISTS] * _PLACE
    if scenario is Scenario.INTERACTION:
        first = world.features[:, :, 0][:, _LISTS]
        alike = (first[:, :, 1:] > 0) & (first[:, :, :-1] > 0)
        chances[:, :, 1:] *= np.where(alike, 0.2, 1.0)
    return chances


def _truth_of(of: str, truth: TrueValues) -> float:
    return truth.top if of == "first place" else truth.slate


def _summary(
    scenario: Scenario,
    name: str,
    truth: float,
    values: list[float],
    widths: list[float],
    held: list[bool],
    n_logs: int,
) -> SimulationRecord:
    errors = np.array(values) - truth
    n = len(errors)
    return SimulationRecord(
        scenario=scenario.value,
        estimator=name,
        truth=truth,
        n_logs=n_logs,
        n_refused=n_logs - n,
        bias=float(errors.mean()) if n else None,
        bias_error=float(errors.std(ddof=1)) / math.sqrt(n) if n > 1 else None,
        rmse=math.sqrt(float((errors**2).mean())) if n else None,
        coverage=sum(held) / len(held) if held else None,
        width=math.fsum(widths) / len(widths) if widths else None,
    )
