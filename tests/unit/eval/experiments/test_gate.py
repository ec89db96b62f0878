"""The gate: what passes, what fails, and why."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.cli import app
from eval.experiments.gate import Recorded, judge_change, read_recorded
from eval.inputs.files import InvalidFile
from eval.results.findings import HardRules
from recommender.testing import HashingEmbedder
from tests.unit.eval.conftest import Gated

TEAMS = [f"t{number:02}" for number in range(12)]
BEFORE = {team: 0.5 + place / 100 for place, team in enumerate(TEAMS)}
RECORDED = Recorded(
    metric="ndcg@10", seed=1, as_of="2026-11-21", judgments="j", versions={}, values={"resource": BEFORE}
)
SLICES = {"form": {"hub": TEAMS[:5], "team": TEAMS[5:]}, "locale": {"rural": TEAMS[:4]}}
RIGHT = HardRules(n_lists=2, gate_violations=0, explanation_sum_error=0, rising_scores=0, replay_mismatches=0)


def failed(changes: Any, *, hard_rules: Any = RIGHT, slices: Any = SLICES) -> list[str]:
    present = {"resource": {team: BEFORE[team] + changes.get(team, 0.0) for team in TEAMS}}
    lines = judge_change(RECORDED, present, judgments="j", slices=slices, hard_rules=hard_rules)
    return [line.text for line in lines if not line.passed]


def test_the_same_ranking_passes_and_a_better_one_too() -> None:
    assert failed({}) == []
    assert failed({team: 0.1 + place / 100 for place, team in enumerate(TEAMS)}) == []


def test_an_even_loss_beyond_the_margin_fails_and_one_within_it_passes() -> None:
    assert failed(dict.fromkeys(TEAMS, -0.019)) == []
    (line,) = failed(dict.fromkeys(TEAMS, -0.021))
    assert line == "resource: ndcg@10 changed by -0.021 over 12 teams; the margin is 0.02"


def test_a_loss_that_chance_could_hide_beyond_the_margin_fails() -> None:
    # The mean loss is 0.01, but six teams lose 0.08 and six gain 0.06.
    (line,) = failed({team: -0.08 if place % 2 else 0.06 for place, team in enumerate(TEAMS)}, slices={})
    assert "with 95% confidence" in line


def test_a_loss_in_one_large_enough_slice_fails_although_the_whole_gains() -> None:
    lines = failed({team: -0.06 if team in TEAMS[:5] else 0.3 for team in TEAMS})
    assert lines == ["resource, form hub: ndcg@10 changed by -0.060 over 5 teams; the margin is 0.05"]


def test_a_slice_with_too_few_teams_is_not_judged() -> None:
    slices = {"locale": {"rural": TEAMS[:4]}}
    assert failed({team: -0.1 if team in TEAMS[:4] else 0.9 for team in TEAMS}, slices=slices) == []


def test_each_broken_hard_rule_is_a_reason() -> None:
    assert failed({}, hard_rules=RIGHT.model_copy(update={"gate_violations": 3})) == [
        "3 supports are listed that a gate forbids"
    ]


def test_teams_that_could_not_be_scored_are_left_out() -> None:
    present = {"resource": {**BEFORE, "t00": math.nan}}
    recorded = RECORDED.model_copy(update={"values": {"resource": {**BEFORE, "t01": None}}})
    whole = judge_change(recorded, present, judgments="j", slices={}, hard_rules=RIGHT)[0]
    assert "over 10 teams" in whole.text


@pytest.mark.parametrize(
    ("judgments", "present"),
    [("other", {"resource": BEFORE}), ("j", {"provider": BEFORE}), ("j", {"resource": {"t00": 0.5}})],
)
def test_a_record_of_other_teams_or_grades_is_refused(judgments: str, present: Any) -> None:
    with pytest.raises(InvalidFile, match="make a new one"):
        judge_change(RECORDED, present, judgments=judgments, slices={}, hard_rules=RIGHT)


def test_a_record_survives_its_file_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recorded.json"
    path.write_text(RECORDED.to_json(), "utf-8")
    assert read_recorded(path) == RECORDED
    path.write_text(json.dumps({"schema_version": 1, "margn": 0.1}), "utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_recorded(path)
    assert {fault.pointer for fault in caught.value.faults} >= {"/metric", "/values", "/margn"}


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, vectors: Path) -> Callable[..., Result]:
    monkeypatch.setattr("recommender.opening.SentenceEmbedder", lambda _: HashingEmbedder())
    monkeypatch.setenv("TRELLIS_DATA_DIR", str(vectors))
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)


def test_a_recorded_ranking_passes_its_own_gate_and_a_higher_bar_fails_it(
    invoke: Callable[..., Result], gated: Gated, tmp_path: Path
) -> None:
    assert gated.passed.exit_code == 0
    assert gated.passed.stdout.endswith("checks passed\n")
    assert "passed: no hard rule is broken in 6 lists" in gated.passed.stdout
    recorded = tmp_path / "recorded.json"
    document = json.loads(gated.recorded.read_text("utf-8"))
    document["values"]["provider"] = dict.fromkeys(document["values"]["provider"], 1.0)
    recorded.write_text(json.dumps(document), "utf-8")
    refused = invoke("gate", "--recorded", recorded, "--teams", gated.teams)
    assert refused.exit_code == 1
    assert refused.stdout.startswith("FAILED: provider: ndcg@10(gain=linear) changed by -")
