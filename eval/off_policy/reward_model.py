"""A reward model for DM, DR and Switch-DR: logistic regression, always asked about teams that it was not fitted on."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eval.off_policy.data import PolicyData
from eval.off_policy.estimators import Predictions

__all__ = ["cross_fit"]

Floats = NDArray[np.float64]


def cross_fit(data: PolicyData, *, n_folds: int = 5, seed: int) -> Predictions:
    """What a model fitted on the other teams expects of each decision.

    Fitted on one's own decisions, a flexible model repeats their noise and DR loses its guarantee.

    Args:
        data: Decisions whose first reward is known.
        n_folds: Parts that teams are dealt into; with fewer teams, one part each.
        seed: Of the dealing.

    Source of cross-fitting: Chernozhukov et al., Econometrics Journal 2018, doi:10.1111/ectj.12097.
    """
    n, m, d = data.features.shape
    rows = np.arange(n)
    shown, rewards = data.features[rows, data.shown], data.rewards[:, 0]
    teams = np.unique(data.teams)
    fold_of_team = np.random.default_rng(seed).permutation(len(teams)) % min(n_folds, len(teams))
    fold = fold_of_team[np.searchsorted(teams, data.teams)]
    expected = np.empty((n, m))
    for part in np.unique(fold):
        held_out = fold == part
        asked = data.features[held_out].reshape(-1, d)
        expected[held_out] = _fit_predict(shown[~held_out], rewards[~held_out], asked).reshape(-1, m)
    return Predictions(of_shown=expected[rows, data.shown], of_target=(data.target * expected).sum(axis=1))


def _fit_predict(features: Floats, rewards: Floats, asked: Floats) -> Floats:
    if len(rewards) == 0:
        return np.full(len(asked), 0.5)
    if np.ptp(rewards) == 0 or features.shape[1] == 0:
        return np.full(len(asked), rewards.mean())
    # A reward between 0 and 1 counts as that much of an approval and the rest of a rejection.
    model = make_pipeline(StandardScaler(), LogisticRegression())
    answers = np.concatenate([np.ones(len(rewards)), np.zeros(len(rewards))])
    counted = np.concatenate([rewards, 1 - rewards])
    model.fit(np.vstack([features, features]), answers, logisticregression__sample_weight=counted)
    predicted: Floats = model.predict_proba(asked)[:, 1]
    return predicted
