"""Tuning studies: what is proposed, and when it is not recommended."""

from typing import Any

import numpy as np
import pytest

from eval.metrics import Topic
from eval.tuning.fit import TeamFeatures
from eval.tuning.study import Study, study_markdown, study_weights

NAMES = ("helpful", "useless")


def make_teams(*, n_teams: int = 8, n_supports: int = 30) -> Any:
    rng = np.random.default_rng(3)
    teams = []
    for number in range(n_teams):
        values = rng.normal(size=(n_supports, 2))
        grades = np.digitize(values[:, 0] + rng.normal(scale=0.5, size=n_supports), [-0.5, 0.8, 1.6])
        doc_ids = tuple(f"d{row:02}" for row in range(n_supports))
        topic = Topic(grades=dict(zip(doc_ids, grades.tolist(), strict=True)))
        teams.append(TeamFeatures(f"t{number}", doc_ids, values, NAMES, topic))
    return teams


TEAMS = make_teams()


@pytest.fixture(scope="module")
def study() -> Any:
    return study_weights("resource", TEAMS, present=np.array([0.0, 1.0]), seed=1)


def test_the_proposal_sums_to_one_and_puts_weight_where_it_helps(study: Any) -> None:
    assert sum(study.weights.values()) == pytest.approx(1)
    assert study.weights["helpful"] > 0.9
    assert study.additions[0].feature == "helpful"


def test_weights_that_beat_the_present_ones_beyond_noise_are_recommended(study: Any) -> None:
    assert study.gain > 0.1
    assert study.recommended


def test_weights_no_better_than_the_present_ones_are_not_recommended() -> None:
    same = study_weights("resource", TEAMS, present=np.array([1.0, 0.0]), seed=1)
    assert not same.recommended
    assert "keep the present weights" in study_markdown(same)


def test_without_present_weights_nothing_is_recommended() -> None:
    study = study_weights("resource", TEAMS, present=None, seed=1)
    assert (study.present, study.gain, study.p, study.recommended) == (None, None, None, False)
    assert "present weights" not in study_markdown(study)


def test_a_study_survives_its_json_and_reads_as_a_table(study: Any) -> None:
    assert Study.model_validate_json(study.model_dump_json()) == study
    text = study_markdown(study)
    assert "## resource: 8 teams, 2 features" in text
    assert "| helpful | " in text
    assert "7 teams 0." in text
