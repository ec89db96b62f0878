"""Logged decisions and a target, as arrays that estimators read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.off_policy.log import TargetDecision
from models.decision_log import Decision

__all__ = ["PolicyData", "policy_data"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PolicyData:
    """n decisions with up to m candidates of d features, and lists of up to l places.

    Decisions with fewer candidates or places are padded: with probability 0 under both rankings, with reward NaN.
    """

    features: Floats
    """Shape (n, m, d)."""
    logging: Floats
    """Probability of each candidate at the first place under the logging ranking, shape (n, m); rows sum to 1."""
    target: Floats
    """The same under the target, shape (n, m); rows sum to 1 minus `unknown`."""
    unknown: Floats
    """The target's probability of supports that were no candidates, shape (n,)."""
    shown: NDArray[np.intp]
    """Position among the candidates of what was shown first, shape (n,)."""
    rewards: Floats
    """Shape (n, l); NaN where not decided, or where the list was shorter."""
    place_weights: Floats
    """Target over logging probability of what was shown at each place, shape (n, l); 0 where padded."""
    slate_weights: Floats
    """Target over logging probability of the whole list shown, shape (n,)."""
    n_places: NDArray[np.intp]
    """Places displayed, shape (n,)."""
    teams: NDArray[np.intp]
    """Which team each decision is of, 0 to n_teams - 1, shape (n,)."""

    @property
    def top_weights(self) -> Floats:
        """Target over logging probability of what was shown first, shape (n,)."""
        rows = np.arange(len(self.shown))
        weights: Floats = self.target[rows, self.shown] / self.logging[rows, self.shown]
        return weights

    @property
    def unsupported(self) -> Floats:
        """The target's probability, at the first place, of what the logging ranking never shows there, shape (n,)."""
        missed: Floats = np.where(self.logging == 0, self.target, 0).sum(axis=1) + self.unknown
        return missed

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "PolicyData":
        """Some of the decisions; teams keep their numbers."""
        return PolicyData(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def policy_data(decisions: Sequence[Decision], targets: Sequence[TargetDecision]) -> PolicyData:
    """The arrays of a log and a target that are in the same order, as `read_target` and `target_of_run` give them."""
    n, m = len(decisions), max(len(item.candidates) for item in decisions)
    n_places = np.array([len(item.displayed) for item in decisions], dtype=np.intp)
    names = sorted(decisions[0].candidates[0].features)
    features = np.zeros((n, m, len(names)))
    logging, target = np.zeros((n, m)), np.zeros((n, m))
    unknown, shown = np.zeros(n), np.zeros(n, dtype=np.intp)
    rewards = np.full((n, int(n_places.max())), math.nan)
    place_weights = np.zeros(rewards.shape)
    team_of = {team: number for number, team in enumerate(sorted({item.team_id for item in decisions}))}
    for row, (decision, wanted) in enumerate(zip(decisions, targets, strict=True)):
        first = wanted.positions[0]
        for column, candidate in enumerate(decision.candidates):
            features[row, column] = [candidate.features[name] for name in names]
            logging[row, column] = candidate.propensity
            target[row, column] = first.get(candidate.support_id, 0.0)
        ids = [candidate.support_id for candidate in decision.candidates]
        unknown[row] = math.fsum(p for support_id, p in sorted(first.items()) if support_id not in ids)
        shown[row] = ids.index(decision.displayed[0].support_id)
        for place, item in enumerate(decision.displayed):
            place_weights[row, place] = wanted.positions[place].get(item.support_id, 0.0) / item.propensity
            if item.reward is not None:
                rewards[row, place] = item.reward
    return PolicyData(
        features=features,
        logging=logging,
        target=target,
        unknown=unknown,
        shown=shown,
        rewards=rewards,
        place_weights=place_weights,
        slate_weights=np.array(
            [t.slate_probability / d.slate_propensity for d, t in zip(decisions, targets, strict=True)]
        ),
        n_places=n_places,
        teams=np.array([team_of[item.team_id] for item in decisions], dtype=np.intp),
    )
