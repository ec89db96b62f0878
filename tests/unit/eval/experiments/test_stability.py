"""Stability: what small changes to answers are, and how much of a list survives them."""

from typing import Any

import numpy as np
import pytest

from eval.experiments.stability import move_one_answer, rank_stability, resample_raters
from models.assessment import Assessment
from tests.fixtures.teams import make_team


def levels(assessment: Assessment) -> Any:
    return [dict(response.answers) for response in assessment.responses]


def test_one_answer_of_one_respondent_moves_by_one_level_and_stays_on_the_scale() -> None:
    for level in (1, 2, 4):
        team = make_team(level, n=3)
        for seed in range(20):
            moved = move_one_answer(team, np.random.default_rng(seed))
            changes = [
                after[item] - before[item]
                for before, after in zip(levels(team), levels(moved), strict=True)
                for item in before
                if after[item] != before[item]
            ]
            assert len(changes) == 1
            assert abs(changes[0]) == 1
            assert 1 <= level + changes[0] <= 4


def test_resampled_raters_are_as_many_and_come_whole() -> None:
    team = make_team(2, n=4)
    marked = [one.model_copy(update={"role": f"role-{place}"}) for place, one in enumerate(team.responses)]
    team = team.model_copy(update={"responses": tuple(marked)})
    drawn = {tuple(r.role for r in resample_raters(team, np.random.default_rng(s)).responses) for s in range(10)}
    assert len(drawn) > 1
    assert all(len(roles) == 4 and set(roles) <= {one.role for one in marked} for roles in drawn)
    again = resample_raters(team, np.random.default_rng(0))
    assert len({response.respondent for response in again.responses}) == 4, "ids stay unique"


@pytest.mark.parametrize("team", [make_team(2, n=1), make_team(2, n=1, answer_mode="consensus")])
def test_a_single_voice_cannot_be_resampled(team: Any) -> None:
    assert resample_raters(team, np.random.default_rng(0)) is None


def test_a_team_without_levels_cannot_be_moved() -> None:
    assert move_one_answer(make_team(None), np.random.default_rng(0)) is None


TEAMS = (make_team(2), make_team(2, n=1, assessment_id="alone"))


def test_a_ranking_that_ignores_answers_is_perfectly_stable() -> None:
    found = rank_stability(TEAMS, lambda team: {"resource": list("abcdef")}, n_draws=3, seed=1)
    assert [(record.rbo, record.top_retention, record.n_draws) for record in found] == [(1.0, 1.0, 3)] * 2
    assert {record.perturbation: (record.n_teams, record.n_left_out) for record in found} == {
        "raters resampled": (1, 1),
        "one answer moved": (2, 0),
    }


def test_a_ranking_that_hangs_on_every_answer_is_seen_to_fall_apart() -> None:
    def touchy(team: Any) -> Any:
        total = sum(answer for response in team.responses for answer in response.answers.values())
        return {"resource": [f"{total}-{place}" for place in range(6)]}

    found = rank_stability(TEAMS, touchy, n_draws=4, seed=1)
    moved = next(record for record in found if record.perturbation == "one answer moved")
    assert (moved.rbo, moved.top_retention) == (0.0, 0.0)
    assert moved.worst_team == "a-001", "equal overlap orders by id"


def test_the_same_seed_makes_the_same_changes_whoever_else_is_there() -> None:
    def by_first(team: Any) -> Any:
        answers = team.responses[0].answers
        return {"resource": sorted(answers, key=lambda item: (answers[item], item))}

    alone = rank_stability(TEAMS[:1], by_first, n_draws=5, seed=1)
    both = rank_stability(TEAMS[::-1], by_first, n_draws=5, seed=1)
    for one in alone:
        same = next(record for record in both if record.perturbation == one.perturbation)
        assert same.rbo_by_team["a-001"] == one.rbo_by_team["a-001"]


def test_any_answer_can_be_the_one_that_moves() -> None:
    team = make_team(2, n=1)
    moved = {
        item
        for seed in range(400)
        for item, level in move_one_answer(team, np.random.default_rng(seed)).responses[0].answers.items()
        if level != 2
    }
    assert len(moved) > 40
