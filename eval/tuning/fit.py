"""Fitting the few weights of a linear scorer to judgments, and an honest account of how well that works.

All cross-validation is grouped by team: no team is ever on both sides. Weights are a proposal for review; nothing here
puts them to use.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from eval.measuring.stats import Comparison, compare, mean
from eval.metrics import NDCG, Metric, Topic
from recommender.reading.trec import rank_scores

__all__ = [
    "Fit",
    "NestedResult",
    "TeamFeatures",
    "ablate",
    "cross_validate",
    "fit_ridge",
    "learning_curve",
    "nested_cross_validate",
    "score_team",
    "without_features",
]

FeatureWeights = NDArray[np.float64]
"""One weight a feature, shape (n_features,), on the features' own scale."""


@dataclass(frozen=True, eq=False)
class TeamFeatures:
    """One team's eligible supports of one kind, with their features and what was judged of them."""

    team_id: str
    doc_ids: tuple[str, ...]
    values: NDArray[np.float64]
    """Shape (n_supports, n_features); finite."""
    names: tuple[str, ...]
    """Of the features; the same for all teams."""
    topic: Topic

    @cached_property
    def judged(self) -> NDArray[np.intp]:
        """Rows of the supports that were judged."""
        return np.array([row for row, doc_id in enumerate(self.doc_ids) if doc_id in self.topic.grades], np.intp)

    @cached_property
    def grades(self) -> NDArray[np.float64]:
        """Grades of the judged rows, shape (n_judged,)."""
        return np.array([self.topic.grades[self.doc_ids[row]] for row in self.judged], np.float64)


Fit = Callable[[Sequence[TeamFeatures]], FeatureWeights]
"""Learns weights from teams."""


class NestedResult(NamedTuple):
    """Out-of-fold values where even the choice of how to fit never saw the team."""

    values: NDArray[np.float64]
    """One a team, in the order given."""
    chosen: tuple[str, ...]
    """Which way to fit was chosen for each held-out team."""


def fit_ridge(
    teams: Sequence[TeamFeatures],
    *,
    penalty: float = 0.1,
    nonnegative: bool = False,
    gains: Sequence[float] = (),
    unjudged_weight: float = 0.0,
) -> FeatureWeights:
    """Weights that predict how far a support's grade is above its team's mean, by least squares with an L2 penalty.

    Minimizes the mean over teams of the mean squared error over supports, plus `penalty` times the squared weights.
    Features are centered within each team and scaled by their spread over all teams, so that the penalty treats them
    alike and no weight explains differences between teams; a feature without spread gets 0. Each team counts the
    same, however many supports were judged.

    Args:
        teams: To learn from, at least one with two judged supports.
        penalty: L2 strength; larger shrinks towards 0.
        nonnegative: Whether to keep every weight at 0 or above.
        gains: What grades 0, 1, 2, … count for; empty takes the grades themselves.
        unjudged_weight: What an unjudged support counts, as one of grade 0, where a judged one counts 1. Pools are deep
            enough that most of what nobody judged is irrelevant, but not all of it.
    """
    values = np.array(gains, np.float64)
    blocks = [_centered(team, values, unjudged_weight) for team in teams if len(team.judged) > 1]
    if not blocks:
        raise ValueError("no team has two judged supports to learn from")
    features = np.vstack([block for block, _ in blocks]) / math.sqrt(len(blocks))
    target = np.concatenate([part for _, part in blocks]) / math.sqrt(len(blocks))
    scale = _spread((features**2).sum(axis=0))
    scaled = features / scale
    gram = scaled.T @ scaled + penalty * np.eye(scaled.shape[1])
    moment = scaled.T @ target
    if not nonnegative:
        return np.asarray(np.linalg.solve(gram, moment) / scale)
    root = np.linalg.cholesky(gram)
    solution, _ = optimize.nnls(root.T, np.linalg.solve(root, moment))
    return np.asarray(solution / scale)


def score_team(team: TeamFeatures, weights: FeatureWeights, *, metric: Metric) -> float:
    """The metric of the list that these weights give the team, over all of its eligible supports."""
    scores = team.values @ weights
    ranking = [doc_id for doc_id, _ in rank_scores(zip(team.doc_ids, scores.tolist(), strict=True))]
    return metric(ranking, team.topic)


def cross_validate(teams: Sequence[TeamFeatures], fit: Fit, *, metric: Metric | None = None) -> NDArray[np.float64]:
    """The metric (nDCG@10 unless given) of each team under weights learned from all other teams, shape (n_teams,)."""
    chosen = metric or NDCG()
    return np.array([score_team(team, fit(_others(teams, held)), metric=chosen) for held, team in enumerate(teams)])


def nested_cross_validate(
    teams: Sequence[TeamFeatures], fits: Mapping[str, Fit], *, metric: Metric | None = None
) -> NestedResult:
    """As `cross_validate`, but the way to fit is itself chosen without the held-out team, by an inner cross-validation.

    The best of several cross-validated numbers flatters; this one does not. Equal ones: the first named is chosen.
    """
    measured = metric or NDCG()
    values, chosen = [], []
    for held, team in enumerate(teams):
        rest = _others(teams, held)
        inner = {name: mean(cross_validate(rest, fit, metric=measured)) for name, fit in fits.items()}
        best = max(inner, key=lambda name: -math.inf if math.isnan(inner[name]) else inner[name])
        values.append(score_team(team, fits[best](rest), metric=measured))
        chosen.append(best)
    return NestedResult(np.array(values), tuple(chosen))


def learning_curve(
    teams: Sequence[TeamFeatures],
    fit: Fit,
    *,
    sizes: Sequence[int],
    n_draws: int = 5,
    metric: Metric | None = None,
    seed: int,
) -> dict[int, float]:
    """Mean metric on held-out teams by number of teams learned from: whether more judging would still help.

    Args:
        teams: At least one more than the largest size.
        fit: Learns weights.
        sizes: Numbers of teams to learn from, each from 1 to len(teams) - 1.
        n_draws: Random training sets for each held-out team and size.
        metric: nDCG@10 unless given.
        seed: For the draws.
    """
    if not all(1 <= size < len(teams) for size in sizes):
        raise ValueError(f"sizes {list(sizes)} must lie between 1 and {len(teams) - 1}")
    measured = metric or NDCG()
    rng = np.random.default_rng(seed)
    curve = {}
    for size in sizes:
        values = []
        for held, team in enumerate(teams):
            rest = _others(teams, held)
            for _ in range(n_draws):
                drawn = [rest[i] for i in np.sort(rng.choice(len(rest), size, replace=False))]
                values.append(score_team(team, fit(drawn), metric=measured))
        curve[size] = mean(np.array(values))
    return curve


def ablate(
    teams: Sequence[TeamFeatures],
    groups: Mapping[str, Sequence[str]],
    fit: Fit,
    *,
    metric: Metric | None = None,
    seed: int,
) -> dict[str, Comparison]:
    """What each group of features adds: cross-validation with all features against cross-validation without the group.

    A positive difference means that the group helps. Weights are learned again without it.
    """
    full = cross_validate(teams, fit, metric=metric)
    return {
        name: compare(full, cross_validate(without_features(teams, dropped), fit, metric=metric), seed=seed)
        for name, dropped in groups.items()
    }


def without_features(teams: Sequence[TeamFeatures], dropped: Sequence[str]) -> list[TeamFeatures]:
    """The same teams without some features.

    Raises:
        ValueError: A name that no feature has.
    """
    unknown = set(dropped).difference(*(team.names for team in teams[:1]))
    if unknown:
        raise ValueError(f"no feature is called {', '.join(sorted(unknown))}")
    kept = [column for column, name in enumerate(teams[0].names) if name not in dropped] if teams else []
    return [
        TeamFeatures(team.team_id, team.doc_ids, team.values[:, kept], tuple(team.names[i] for i in kept), team.topic)
        for team in teams
    ]


def _others(teams: Sequence[TeamFeatures], held: int) -> list[TeamFeatures]:
    return [*teams[:held], *teams[held + 1 :]]


def _centered(
    team: TeamFeatures, gains: NDArray[np.float64], unjudged_weight: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Features and targets minus the team's mean, times the roots of the supports' weights, which sum to 1."""
    grades = np.zeros(len(team.doc_ids))
    grades[team.judged] = team.grades
    target = gains[grades.astype(np.intp)] if len(gains) else grades
    weight = np.full(len(team.doc_ids), unjudged_weight)
    weight[team.judged] = 1.0
    weight /= weight.sum()
    root = np.sqrt(weight)
    return root[:, None] * (team.values - weight @ team.values), root * (target - weight @ target)


def _spread(square_means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Roots, with an endless scale for a feature that never varies: its weight is then 0."""
    spread = np.sqrt(square_means)
    return np.where(spread > 1e-12, spread, np.inf)
