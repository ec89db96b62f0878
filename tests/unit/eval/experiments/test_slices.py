"""Slices: who is in which group, and no claims from a handful of teams."""

from typing import Any

import numpy as np
import pytest

from eval.experiments.slices import LEAST_TEAMS, SLICES, record_slices, slice_teams
from recommender.config import ScoringConfig
from recommender.diagnosis.profiling import build_profile
from tests.fixtures.teams import INSTRUMENT, make_team


def groups_of(*teams: Any, slices: Any = tuple(SLICES)) -> Any:
    profiles = {team.assessment_id: build_profile(team, INSTRUMENT, ScoringConfig()) for team in teams}
    return slice_teams(teams, profiles, slices=slices)


def test_a_team_stands_in_every_group_that_it_names() -> None:
    context = {
        "grade_bands": ["middle", "high"],
        "locale": ["rural"],
        "focus_areas": ["math"],
        "enrollment": "300-999",
        "pct_black_or_latino": 51,
        "pct_low_income": 50,
    }
    found = groups_of(make_team(2, context=context))
    assert {name: list(groups) for name, groups in found.items()} == {
        "form": ["team"],
        "level": ["2 developing"],
        "focus_area": ["math"],
        "grade_band": ["high", "middle"],
        "locale": ["rural"],
        "black_or_latino": ["over 50%"],
        "low_income": ["50% or less"],
        "enrollment": ["300-999"],
        "raters": ["4 to 5"],
    }


def test_what_a_team_did_not_say_is_unknown_and_comes_last() -> None:
    silent = make_team(None, n=1, assessment_id="a-002")
    found = groups_of(silent, make_team(3, context={"locale": ["town"]}))
    assert found["locale"] == {"town": ["a-001"], "unknown": ["a-002"]}
    assert found["level"] == {"3 applying": ["a-001"], "unknown": ["a-002"]}
    assert found["raters"] == {"1": ["a-002"], "4 to 5": ["a-001"]}


def records(n_teams: int, *, lost: int = 0) -> Any:
    teams = [f"t{number}" for number in range(n_teams)]
    ours = np.linspace(0.5, 0.9, n_teams)
    ours[:lost] = np.nan
    values = {"trellis": ours, "fusion": np.linspace(0.3, 0.5, n_teams)}
    groups = {"form": {"team": [*teams, "unjudged"]}}
    return record_slices(groups, teams, values, metric="ndcg@10", baseline="fusion", seed=1)


def test_a_large_enough_group_has_a_mean_and_a_difference() -> None:
    ours, baseline = records(LEAST_TEAMS)
    assert (ours.n, ours.too_small) == (LEAST_TEAMS, False)
    assert ours.value == pytest.approx(0.7)
    assert ours.difference == pytest.approx(0.3)
    assert ours.difference_interval.low < 0.3 < ours.difference_interval.high
    assert (baseline.value, baseline.difference) == (pytest.approx(0.4), None)


@pytest.mark.parametrize(("n_teams", "lost"), [(LEAST_TEAMS - 1, 0), (LEAST_TEAMS, 1)])
def test_nothing_is_claimed_of_too_few_teams_that_could_be_scored(n_teams: Any, lost: int) -> None:
    ours = records(n_teams, lost=lost)[0]
    assert (ours.n, ours.too_small) == (LEAST_TEAMS - 1, True)
    assert (ours.value, ours.interval, ours.difference) == (None, None, None)
