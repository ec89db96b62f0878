"""One additive score: named parts, weights applied, that sum to it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.rules import EFFECTS, Ruleset
from models.vocab import SupportKind
from recommender.config import KindConfig
from recommender.ranking.features import FeatureColumns

__all__ = ["DIVERSITY", "EXPLORATION", "RULE_PREFIX", "START", "Relevance", "score_parts"]

DIVERSITY = "diversity"
"""Name of the part that diversification adds."""
EXPLORATION = "exploration"
"""Name of the part that a swap with a neighbor adds or takes; only where there was one."""
START = "starting_point"
"""Name of the part from which discourage rules take away, so that no score falls below 0."""
RULE_PREFIX = "rule:"


@dataclass(frozen=True)
class Relevance:
    """Scores before diversification."""

    parts: Mapping[str, NDArray[np.float64]]
    """Name -> weighted value a support, shape (n,); zero parts are included."""
    total: NDArray[np.float64]
    """Sum of the parts, in [0, 1 - diversity], shape (n,)."""


def score_parts(
    features: FeatureColumns,
    contributions: Mapping[str, NDArray[np.float64]],
    *,
    kind: SupportKind,
    ruleset: Ruleset,
    config: KindConfig,
) -> Relevance:
    """The weighted parts of every support of one list.

    Weights are divided by all that they can add up to, so that a support without a fault would score
    1 - `config.diversity`. A weight that cannot apply to this team still counts in the divisor: scores of different
    teams stay comparable.

    Args:
        features: values in [0, 1].
        contributions: rule id -> signed weight where the rule is met, from `rules.evaluate`, for the same rows.
        kind: decides which rule weights count.
        ruleset: for the largest contribution of each rule.
        config: the feature weights.
    """
    weights = [
        (rule, rule.weight[kind]) for rule in ruleset.rules if rule.weight and kind in rule.kinds and rule.weight[kind]
    ]
    discouraged = sum(weight for rule, weight in weights if EFFECTS[rule.effect].sign < 0)
    possible = sum(config.features.values()) + sum(weight for _, weight in weights)
    scale = (1 - config.diversity) / possible if possible > 0 else 0.0
    n = len(features.rows)
    parts = {START: np.full(n, scale * discouraged)} if discouraged else {}
    parts |= {name: scale * weight * features.columns[name] for name, weight in config.features.items()}
    parts |= {f"{RULE_PREFIX}{rule.id}": scale * contributions[rule.id] for rule, _ in weights}
    total = np.zeros(n)
    for part in parts.values():
        total = total + part
    return Relevance(parts, total)
