"""Experiments as files: what runs, what is written, and what is refused before anything is."""

import json

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.experiment_file import BASELINES, load_experiment, shipped_experiment
from eval.records import ResultRecord
from eval.slices import SLICES
from eval.yaml_files import InvalidFile
from recommender.config import Parts
from recommender.errors import InvalidRun
from recommender.testing import HashingEmbedder


@pytest.fixture
def invoke(monkeypatch, tmp_path):
    monkeypatch.setattr("eval.wiring.SentenceEmbedder", HashingEmbedder)
    monkeypatch.setenv("TRELLIS_DATA_DIR", str(tmp_path / "data"))
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)


def faults_of(path):
    with pytest.raises(InvalidFile) as caught:
        load_experiment(path)
    return [(fault.line, fault.pointer, fault.detail) for fault in caught.value.faults]


def test_the_shipped_experiment_compares_everything_there_is():
    file = shipped_experiment()
    assert set(file.baselines) == set(BASELINES)
    assert set(file.ablations) == set(Parts.model_fields)
    assert set(file.slices) == set(SLICES)
    assert file.stability_draws > 0
    assert file.behavior == "shipped"


def test_every_unknown_name_and_place_is_reported_with_its_line(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text(
        "id: e\n"
        "version: 1.0.0\n"
        "teams: nowhere\n"
        "baseline: fussion\n"
        "baselines: [bm25, bm26, bm25]\n"
        "ablations:\n"
        "  - statments\n"
        "slices: [form, shape]\n"
        "runs: {bm25: none.trec}\n"
        "behavior: none.yaml\n"
        "sede: 7\n",
        "utf-8",
    )
    found = faults_of(path)
    assert [(line, pointer) for line, pointer, _ in found] == [
        (3, "/teams"),
        (4, "/baseline"),
        (5, "/baselines/1"),
        (5, "/baselines/2"),
        (7, "/ablations/0"),
        (8, "/slices/1"),
        (9, "/runs/bm25"),
        (9, "/runs/bm25"),
        (10, "/behavior"),
        (11, "/sede"),
    ]
    details = {(line, pointer): detail for line, pointer, detail in found}
    assert 'did you mean "bm25"' in details[5, "/baselines/1"]
    assert 'did you mean "statements"' in details[7, "/ablations/0"]
    assert "unknown field 'sede'; did you mean 'seed'?" in details[11, "/sede"]


@pytest.mark.parametrize("text", ["[]", "id: [", "", "baselines: 3", "runs: [a]\nablations: {a: 1}"])
def test_what_is_no_experiment_is_refused_and_never_crashes(tmp_path, text):
    path = tmp_path / "e.yaml"
    path.write_text(text, "utf-8")
    assert faults_of(path)


@pytest.fixture
def small(tmp_path, three_teams):
    path = tmp_path / "small.yaml"
    path.write_text(
        f"id: small\nversion: 0.1.0\nteams: {three_teams.name}\nkinds: [provider]\nbaseline: bm25\n"
        "baselines: [bm25, rules-only]\nablations: [own_words, diversification]\nruns: {ideal: ideal.trec}\n"
        "slices: [form]\nstability_draws: 1\n",
        "utf-8",
    )
    qrels = [line.split() for line in (three_teams / "qrels.txt").read_text("utf-8").splitlines()]
    run = "".join(f"{q} Q0 {doc} 1 {grade} ideal\n" for q, _, doc, grade in qrels)
    (tmp_path / "ideal.trec").write_text(run, "utf-8")
    return path


def test_a_run_writes_one_result_with_every_system_and_finding(invoke, small, tmp_path):
    done = invoke("run", small, "--out", tmp_path / "out")
    assert done.exit_code == 0
    result = ResultRecord.model_validate_json((tmp_path / "out" / "result.json").read_text("utf-8"))
    (ranked,) = result.lists
    assert [system.name for system in ranked.systems] == [
        "trellis",
        "trellis-without-own-words",
        "trellis-without-diversification",
        "rules-only",
        "ideal",
        "bm25",
    ]
    by_name = {system.name: system.metrics["ndcg@10(gain=linear)"].value for system in ranked.systems}
    assert by_name["ideal"] == pytest.approx(1)
    assert by_name["trellis-without-own-words"] != by_name["trellis"]
    assert set(ranked.ablations) == {"trellis-without-own-words", "trellis-without-diversification"}
    difference = by_name["trellis-without-own-words"] - by_name["trellis"]
    assert ranked.ablations["trellis-without-own-words"].difference == pytest.approx(difference)
    assert {record.slice for record in ranked.slices} == {"form"}
    assert {record.kind for record in ranked.stability} == {"provider"}
    assert sum(record.exposure for record in ranked.groups if record.grouping == "kind") == pytest.approx(1)
    assert result.hard_rules is not None
    assert result.hard_rules.broken == ()
    assert result.experiment is not None
    assert result.experiment.startswith("small@0.1.0+")
    assert any(item.why for one in ranked.regressions for item in one.ours_list), "ideal is above ours somewhere"
    for name in ("report.md", "report.html"):
        shown = (tmp_path / "out" / name).read_text("utf-8")
        for heading in ("with one part switched off", "For whom", "How stable", "Who is shown", "Hard rules"):
            assert heading in shown


def test_a_faulty_run_file_is_refused_and_nothing_is_written(invoke, small, tmp_path):
    (tmp_path / "ideal.trec").write_text("case-003 Q0 prov-none 1 nan t\ncase-003 Q0 prov-none 2 0.5 t\n", "utf-8")
    with pytest.raises(InvalidRun) as caught:
        invoke("run", small, "--out", tmp_path / "out")
    assert [fault.line for fault in caught.value.faults] == [1, 1, 2, 2]
    assert not (tmp_path / "out").exists()


def test_the_shipped_name_is_a_file_when_there_is_one(invoke, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "development").write_text(json.dumps({"id": 3}), "utf-8")
    with pytest.raises(InvalidFile):
        invoke("run", "development", "--out", tmp_path / "out")
