"""What is published of an evaluation, and when it is refused."""

import json
import math
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.cli import app
from eval.experiments.gate import recorded_result
from models.evaluation import GateCheck, GateReport, PublishedEvaluation
from recommender.catalog.load import starter_catalog
from recommender.config_load import starter_config
from recommender.errors import InputError
from recommender.instruments import default_instrument
from recommender.rules.load import starter_ruleset
from tests.unit.eval.conftest import Gated


def invoke(*arguments: Any) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)


@pytest.fixture
def result_and_gate(gated: Gated, tmp_path: Path) -> tuple[Path, Path]:
    """Copies, for tests to spoil."""
    result, gate = tmp_path / "result.json", tmp_path / "gate.json"
    for path, source in ((result, gated.judged), (gate, gated.gate)):
        shutil.copy(source, path)
    return result, gate


def test_a_result_and_its_gate_become_what_people_are_shown(result_and_gate: tuple[Path, Path], tmp_path: Path) -> None:
    result, gate = result_and_gate
    out = tmp_path / "published.json"
    assert invoke("publish", result, "--gate", gate, "--out", out).exit_code == 0
    published = PublishedEvaluation.model_validate_json(out.read_bytes())
    source = json.loads(result.read_text("utf-8"))
    assert [one.kind.value for one in published.lists] == [one["name"] for one in source["lists"]]
    for shown, one in zip(published.lists, source["lists"], strict=True):
        metrics = {system["name"]: system["metrics"]["ndcg@10(gain=linear)"] for system in one["systems"]}
        assert [system.value for system in shown.systems] == sorted(
            (metrics[system.name]["value"] for system in shown.systems), reverse=True
        )
        ours = metrics[shown.ours]["per_query"]
        for system in shown.systems:
            if system.name == shown.ours:
                assert system.ours_against is None
                continue
            differences = [a - b for a, b in zip(ours, metrics[system.name]["per_query"], strict=True)]
            assert system.ours_against.difference == pytest.approx(math.fsum(differences) / len(differences))
            record = (system.ours_against.wins, system.ours_against.ties, system.ours_against.losses)
            assert record == (
                sum(d > 0 for d in differences),
                sum(d == 0 for d in differences),
                sum(d < 0 for d in differences),
            )
    assert published.gate == GateReport.model_validate_json(gate.read_bytes())
    assert published.gate.passed
    assert {check.kind for check in published.gate.checks if check.change is not None} == {"resource", "provider"}


def test_a_gate_of_another_ranking_is_refused(result_and_gate: tuple[Path, Path], tmp_path: Path) -> None:
    result, gate = result_and_gate
    document = json.loads(gate.read_text("utf-8"))
    document["versions"]["config"] = "another"
    gate.write_text(json.dumps(document), "utf-8")
    with pytest.raises(InputError, match="/versions/config"):
        invoke("publish", result, "--gate", gate, "--out", tmp_path / "published.json")
    assert not (tmp_path / "published.json").exists()


@pytest.mark.parametrize("content", ["nonsense", "{}", '{"checks": []}'])
def test_a_file_that_is_no_gate_is_refused_with_its_name(
    result_and_gate: tuple[Path, Path], tmp_path: Path, content: str
) -> None:
    result, gate = result_and_gate
    gate.write_text(content, "utf-8")
    with pytest.raises(InputError, match=r"gate\.json"):
        invoke("publish", result, "--gate", gate, "--out", tmp_path / "published.json")


def test_a_gate_passes_when_every_check_does() -> None:
    checks = (GateCheck(passed=True, text="a"), GateCheck(passed=False, text="b"))
    report = GateReport(recorded_on=date(2026, 11, 21), versions={}, checks=checks[:1])
    assert report.passed
    assert not report.model_copy(update={"checks": checks}).passed


def test_the_shipped_publication_is_about_the_shipped_ranking() -> None:
    """After a change that was reviewed and accepted, publish anew: docs/evaluation.md says how."""
    published = PublishedEvaluation.model_validate_json(
        (files("api.evaluation") / "data" / "published.json").read_bytes()
    )
    instrument, ruleset = default_instrument().version, starter_ruleset()
    assert published.versions["catalog"] == starter_catalog().version
    assert published.versions["config"] == starter_config().content_hash
    assert published.versions["instrument"].endswith(instrument.content_hash)
    assert published.versions["ruleset"].startswith(f"{ruleset.id}@{ruleset.version}+")
    assert published.versions["judgments"] == recorded_result().judgments
    assert published.gate.passed
    assert all(one.on_unseen_teams is not None for one in published.lists) == published.flattered
