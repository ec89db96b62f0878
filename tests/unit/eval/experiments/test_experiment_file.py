"""Experiments as files: what runs, what is written, and what is refused before anything is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.cli import app
from eval.experiments.experiment_file import BASELINES, load_experiment, shipped_experiment
from eval.experiments.slices import SLICES
from eval.inputs.files import InvalidFile
from eval.inputs.run_files import run_texts
from eval.metrics import NDCG, Topic
from eval.results.records import ResultRecord
from recommender.config import Parts
from recommender.errors import InvalidRun
from recommender.reading.trec import count_ties, rank_scores, read_qrels, read_run
from recommender.testing import HashingEmbedder
from tests.fixtures.judged import cut_teams


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, vectors: Path) -> Callable[..., Result]:
    monkeypatch.setattr("recommender.opening.SentenceEmbedder", lambda _: HashingEmbedder())
    monkeypatch.setenv("TRELLIS_DATA_DIR", str(vectors))
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)


def faults_of(path: Path) -> list[Any]:
    with pytest.raises(InvalidFile) as caught:
        load_experiment(path)
    return [(fault.line, fault.pointer, fault.detail) for fault in caught.value.faults]


def test_the_shipped_experiment_compares_everything_there_is() -> None:
    file = shipped_experiment()
    assert set(file.baselines) == set(BASELINES)
    assert set(file.ablations) == set(Parts.model_fields)
    assert set(file.slices) == set(SLICES)
    assert file.stability_draws > 0
    assert file.behavior == "shipped"


def test_every_unknown_name_and_place_is_reported_with_its_line(tmp_path: Path) -> None:
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
    assert "Did you mean 'bm25'" in details[5, "/baselines/1"]
    assert "bm26" not in details[4, "/baseline"]
    assert "Did you mean 'statements'" in details[7, "/ablations/0"]
    assert "'sede' is not a field here. Did you mean 'seed'?" in details[11, "/sede"]


@pytest.mark.parametrize("text", ["[]", "id: [", "", "baselines: 3", "runs: [a]\nablations: {a: 1}"])
def test_what_is_no_experiment_is_refused_and_never_crashes(tmp_path: Path, text: str) -> None:
    path = tmp_path / "e.yaml"
    path.write_text(text, "utf-8")
    assert faults_of(path)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return small_experiment(tmp_path)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, vectors: Path) -> Path:
    """The folder of a small experiment, run once, with its results in `out`."""
    folder = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recommender.opening.SentenceEmbedder", lambda _: HashingEmbedder())
        patch.setenv("TRELLIS_DATA_DIR", str(vectors))
        command = ["run", str(small_experiment(folder)), "--out", str(folder / "out")]
        assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0
    return folder / "out"


def small_experiment(folder: Path) -> Path:
    three_teams = cut_teams(folder / "three", n=3)
    path = folder / "small.yaml"
    path.write_text(
        f"id: small\nversion: 0.1.0\nteams: {three_teams.name}\nkinds: [provider]\nbaseline: bm25\n"
        "baselines: [bm25, rules-only]\nablations: [own_words, diversification]\nruns: {ideal: ideal.trec}\n"
        "slices: [form]\nstability_draws: 1\n",
        "utf-8",
    )
    qrels = [line.split() for line in (three_teams / "qrels.txt").read_text("utf-8").splitlines()]
    run = "".join(f"{q} Q0 {doc} 1 {grade} ideal\n" for q, _, doc, grade in qrels)
    (folder / "ideal.trec").write_text(run, "utf-8")
    return path


def test_a_run_writes_one_result_with_every_system_and_finding(out: Any) -> None:
    result = ResultRecord.model_validate_json((out / "result.json").read_text("utf-8"))
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
        shown = (out / name).read_text("utf-8")
        for heading in ("with one part switched off", "For whom", "How stable", "Who is shown", "Hard rules"):
            assert heading in shown


def test_a_run_writes_the_lists_that_it_evaluated(out: Any) -> None:
    (ranked,) = ResultRecord.model_validate_json((out / "result.json").read_text("utf-8")).lists
    folder = out / "runs" / "provider"
    assert {path.stem for path in folder.iterdir()} == {system.name for system in ranked.systems}
    qrels = read_qrels((out.parent / "three" / "qrels.txt").read_text("utf-8").splitlines())
    metric = NDCG(k=10)
    for system in ranked.systems:
        run = read_run((folder / f"{system.name}.trec").read_text("utf-8").splitlines())
        assert all(count_ties(listed) == 0 for listed in run.values()), "no reader may order ties in its own way"
        again = [
            metric(
                [doc_id for doc_id, _ in run.get(team, ())],
                Topic(grades={doc_id: grade for doc_id, grade in qrels[team].items() if doc_id.startswith("prov-")}),
            )
            for team in ranked.query_ids
        ]
        assert again == pytest.approx(list(system.metrics[str(metric)].per_query)), system.name


def test_equal_scores_keep_their_order_and_others_their_value(tmp_path: Path) -> None:
    listed = rank_scores([("c", 0.5), ("a", 0.0), ("b", 0.0), ("d", 0.25)])
    (content,) = run_texts({"resource": {"ours": {"q": listed}}}).values()
    back = read_run(content.splitlines())["q"]
    assert [doc_id for doc_id, _ in back] == ["c", "d", "a", "b"]
    assert [score for _, score in back[:3]] == [0.5, 0.25, 0.0]
    assert -1e-300 < back[3].score < 0


def test_a_run_whose_name_is_no_file_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.trec").write_text("", "utf-8")
    path = tmp_path / "e.yaml"
    path.write_text("id: e\nversion: 1.0.0\nruns:\n  ../up: r.trec\n  two words: r.trec\n  fine-1: r.trec\n", "utf-8")
    assert [line for line, *_ in faults_of(path)] == [4, 5]


def test_a_faulty_run_file_is_refused_and_nothing_is_written(
    invoke: Callable[..., Result], small: Any, tmp_path: Path
) -> None:
    (tmp_path / "ideal.trec").write_text("case-003 Q0 prov-none 1 nan t\ncase-003 Q0 prov-none 2 0.5 t\n", "utf-8")
    with pytest.raises(InvalidRun) as caught:
        invoke("run", small, "--out", tmp_path / "out")
    assert [fault.line for fault in caught.value.faults] == [1, 1, 2, 2]
    assert not (tmp_path / "out").exists()


def test_the_shipped_name_is_a_file_when_there_is_one(
    invoke: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "development").write_text(json.dumps({"id": 3}), "utf-8")
    with pytest.raises(InvalidFile):
        invoke("run", "development", "--out", tmp_path / "out")
