"""Fitting weights: the planted weights come back, no team leaks, and numbers that flatter are not made."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from eval.metrics import NDCG, Topic
from eval.tuning.fit import (
    TeamFeatures,
    ablate,
    cross_validate,
    fit_ridge,
    learning_curve,
    nested_cross_validate,
    score_team,
    without_features,
)

NAMES = ("helpful", "harmful", "noise", "constant")
TRUE = np.array([1.0, -0.5, 0.0, 0.0])


def make_teams(n_teams: int = 8, n_supports: int = 40, *, noise: float = 0.3, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    teams = []
    for number in range(n_teams):
        values = rng.normal(size=(n_supports, 4)) * [1, 2, 5, 0] + [number, 0, 0, 3]
        quality = (values - values.mean(axis=0)) @ TRUE + rng.normal(scale=noise, size=n_supports)
        grades = np.digitize(quality, [-0.5, 0.8, 1.6])
        doc_ids = tuple(f"d{row:02}" for row in range(n_supports))
        judged = {doc_id: int(grade) for doc_id, grade in zip(doc_ids[: n_supports - 5], grades, strict=False)}
        teams.append(TeamFeatures(f"t{number}", doc_ids, values, NAMES, Topic(grades=judged)))
    return teams


TEAMS = make_teams()


def test_the_planted_weights_come_back_up_to_scale() -> None:
    weights = fit_ridge(TEAMS)
    assert weights[1] / weights[0] == pytest.approx(-0.5, abs=0.1)
    assert abs(weights[2] / weights[0]) < 0.05
    assert weights[3] == 0, "a feature that never varies explains nothing"


def test_ridge_equals_scikit_learn_on_teams_of_one_size() -> None:
    values = [team.values[team.judged] for team in TEAMS]
    centered = np.vstack([block - block.mean(axis=0) for block in values])[:, :3]
    target = np.concatenate([team.grades - team.grades.mean() for team in TEAMS])
    scale = np.sqrt((centered**2).mean(axis=0))
    theirs = Ridge(alpha=0.3 * len(target), fit_intercept=False).fit(centered / scale, target).coef_ / scale
    assert fit_ridge(TEAMS, penalty=0.3)[:3] == pytest.approx(theirs)


def test_nonnegative_weights_are_at_or_above_zero_and_keep_what_helps() -> None:
    weights = fit_ridge(TEAMS, nonnegative=True)
    assert (weights >= 0).all()
    assert weights[0] > 0
    assert weights[1] == 0


def test_judgments_without_contrast_teach_nothing() -> None:
    nothing = [TeamFeatures("t", ("a",), np.ones((1, 1)), ("f",), Topic(grades={"a": 1}))]
    with pytest.raises(ValueError, match="to learn from"):
        fit_ridge(nothing)


def test_gains_replace_the_grades() -> None:
    weights = fit_ridge(TEAMS, gains=(0, 2, 4, 6))
    assert weights == pytest.approx(2 * fit_ridge(TEAMS))


def test_unjudged_supports_count_as_grade_zero_with_their_weight() -> None:
    judged = [
        TeamFeatures(
            team.team_id,
            team.doc_ids,
            team.values,
            NAMES,
            Topic(grades={**dict.fromkeys(team.doc_ids, 0), **team.topic.grades}),
        )
        for team in TEAMS
    ]
    assert fit_ridge(TEAMS, unjudged_weight=1.0) == pytest.approx(fit_ridge(judged))
    assert fit_ridge(TEAMS, unjudged_weight=0.05) != pytest.approx(fit_ridge(TEAMS))


def test_cross_validation_learns_from_all_other_teams_and_only_from_them() -> None:
    seen = []

    def spy(teams: Any) -> Any:
        seen.append([team.team_id for team in teams])
        return TRUE

    values = cross_validate(TEAMS, spy)
    assert seen == [[team.team_id for team in TEAMS if team.team_id != held.team_id] for held in TEAMS]
    assert values.tolist() == [score_team(team, TRUE, metric=NDCG()) for team in TEAMS]


def test_nested_choice_never_sees_the_held_out_team_and_prefers_what_works() -> None:
    fits = {"backwards": lambda teams: -TRUE, "right": lambda teams: TRUE}
    nested = nested_cross_validate(TEAMS, fits)
    assert nested.chosen == ("right",) * len(TEAMS)
    assert nested.values.tolist() == cross_validate(TEAMS, fits["right"]).tolist()


def test_equal_scores_rank_by_id() -> None:
    team = TeamFeatures("t", ("b", "a"), np.zeros((2, 1)), ("f",), Topic(grades={"a": 3, "b": 0}))
    assert score_team(team, np.ones(1), metric=NDCG(k=1)) == 1.0


def test_the_learning_curve_rises_and_repeats_with_its_seed() -> None:
    teams = make_teams(n_supports=12, noise=1.0)
    curve = learning_curve(teams, fit_ridge, sizes=[1, 7], seed=1)
    assert curve[7] > curve[1]
    assert curve == learning_curve(teams, fit_ridge, sizes=[1, 7], seed=1)


def test_a_learning_curve_needs_a_team_to_hold_out() -> None:
    with pytest.raises(ValueError, match="between 1 and 7"):
        learning_curve(TEAMS, fit_ridge, sizes=[8], seed=1)


def test_ablation_shows_what_each_group_adds() -> None:
    added = ablate(TEAMS, {"signal": ["helpful", "harmful"], "noise": ["noise"]}, fit_ridge, seed=1)
    assert added["signal"].difference > 0.1
    assert abs(added["noise"].difference) < added["signal"].difference / 4


def test_dropping_an_unknown_feature_is_an_error() -> None:
    with pytest.raises(ValueError, match="no feature is called typo"):
        without_features(TEAMS, ["typo"])


def test_a_team_with_nothing_relevant_has_no_value_and_spoils_no_mean() -> None:
    odd = TeamFeatures("odd", ("a", "b"), np.ones((2, 4)), NAMES, Topic(grades={"a": 0, "b": 0}))
    values = cross_validate([*TEAMS, odd], fit_ridge)
    assert math.isnan(values[-1])
    assert not np.isnan(values[:-1]).any()
