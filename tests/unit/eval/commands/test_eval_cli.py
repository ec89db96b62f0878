"""`trellis eval`: what a person types and what comes back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.cli import app
from eval.experiments.wiring import open_bench, our_rankers
from eval.results.records import LEARNED_HERE
from eval.tuning.tables import feature_tables, present_weights
from models.vocab import SupportKind
from recommender.embedding import CachedEmbedder
from recommender.errors import InputError, InvalidConfig, InvalidRun
from recommender.testing import HashingEmbedder


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, vectors: Path) -> Callable[..., Result]:
    monkeypatch.setattr("recommender.opening.SentenceEmbedder", lambda _: HashingEmbedder())
    monkeypatch.setenv("TRELLIS_DATA_DIR", str(vectors))

    def run(*arguments: Any) -> Result:
        result = CliRunner().invoke(app, list(map(str, arguments)))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_judged_prints_markdown_in_a_pipe(invoke: Callable[..., Result], three_teams: Path) -> None:
    result = invoke("judged", "--teams", three_teams, "--kind", "provider")
    assert result.exit_code == 0
    assert "## provider: 3 teams, 109 to rank" in result.stdout
    assert "| gated-fusion |" in result.stdout
    assert "resource:" not in result.stdout
    assert "Judged by whoever graded three" in result.stdout


def test_judged_prints_a_record_with_a_run_of_ones_own_beside_the_shelf(
    invoke: Callable[..., Result], three_teams: Path, tmp_path: Path
) -> None:
    qrels = [line.split() for line in (three_teams / "qrels.txt").read_text("utf-8").splitlines()]
    run = tmp_path / "ideal.trec"
    run.write_text("".join(f"{q} Q0 {doc} 1 {grade} ideal\n" for q, _, doc, grade in qrels), "utf-8")
    result = invoke("judged", "--teams", three_teams, "--run", f"ideal={run}", "--baseline", "ideal", "--json")
    document = json.loads(result.stdout)
    for ranked in document["lists"]:
        ideal = next(system for system in ranked["systems"] if system["name"] == "ideal")
        assert ranked["baseline"] == "ideal"
        assert ideal["metrics"]["ndcg@10(gain=linear)"]["value"] == pytest.approx(1)
        assert ideal["n_ties"] > 0


def test_every_fault_of_every_run_file_is_reported_with_its_line(
    invoke: Callable[..., Result], three_teams: Path, tmp_path: Path
) -> None:
    team, _, doc_id, _ = (three_teams / "qrels.txt").read_text("utf-8").splitlines()[0].split()
    bad, worse, none = (tmp_path / f"{name}.trec" for name in ("bad", "worse", "none"))
    bad.write_text(f"{team} Q0 {doc_id} 1 nan t\n{team} Q0 res-nowhere 2 0.1 t\n", "utf-8")
    worse.write_text("".join(f"{one} Q0 {doc_id} 1 0.5 t\n" for one in (team, team, "nobody", "nobody")), "utf-8")
    runs = [part for path in (bad, worse, none) for part in ("--run", f"{path.stem}={path}")]
    with pytest.raises(InvalidRun) as caught:
        invoke("judged", "--teams", three_teams, *runs)
    again = "was already given for query"
    assert [(fault.file, fault.line, fault.detail) for fault in caught.value.faults] == [
        (str(bad), 1, "The score 'nan' is not a finite number."),
        (str(bad), 2, "The catalog has no support 'res-nowhere'."),
        (str(worse), 2, f"{doc_id} {again} {team} on line 1."),
        (str(worse), 3, "No assessment has the id 'nobody'."),
        (str(worse), 4, f"{doc_id} {again} nobody on line 3."),
        (str(none), None, "The run cannot be read: No such file or directory."),
    ]


def test_a_folder_with_the_teams_that_weights_were_learned_on_is_told_from_others(three_teams: Path) -> None:
    def about() -> Any:
        return open_bench(teams=three_teams, catalog=None, data_dir=three_teams).about_ours

    assert about() == LEARNED_HERE
    file = three_teams / "assessments.jsonl"
    others = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for other in others:
        other["team"]["name"] = "another team"
    file.write_text("".join(json.dumps(other) + "\n" for other in others), "utf-8")
    assert about() == "the shipped ranking"


def test_faults_of_judgments_and_of_runs_are_one_report(
    invoke: Callable[..., Result], three_teams: Path, tmp_path: Path
) -> None:
    with (three_teams / "qrels.txt").open("a", encoding="utf-8") as file:
        file.write("\nnobody 0 res-nowhere 1\n")
    bad = tmp_path / "bad.trec"
    bad.write_text("q Q0 a 1 nan t\n", "utf-8")
    with pytest.raises(InputError) as caught:
        invoke("judged", "--teams", three_teams, "--run", f"bad={bad}")
    assert [fault.file for fault in caught.value.faults] == ["qrels.txt", "qrels.txt", str(bad)]


def test_an_unknown_baseline_names_the_systems_that_exist(invoke: Callable[..., Result], three_teams: Path) -> None:
    with pytest.raises(InvalidConfig, match="No system is called 'best'; there are"):
        invoke("judged", "--teams", three_teams, "--baseline", "best")


def test_teams_without_judgments_are_refused(invoke: Callable[..., Result], three_teams: Path) -> None:
    (three_teams / "qrels.txt").unlink()
    with pytest.raises(InputError, match=r"qrels\.txt: The file cannot be read"):
        invoke("judged", "--teams", three_teams)


@pytest.mark.parametrize("run", ["ideal", "=file", "ideal="])
def test_a_run_without_name_and_file_is_a_usage_error(invoke: Callable[..., Result], run: str) -> None:
    result = invoke("judged", "--run", run)
    assert result.exit_code == 2
    assert "NAME=FILE" in result.output


def test_help_names_the_command(invoke: Callable[..., Result]) -> None:
    assert "judged" in invoke("--help").stdout


def test_tune_proposes_weights_and_compares_them_with_the_present_ones(
    invoke: Callable[..., Result], three_teams: Path
) -> None:
    result = invoke("tune", "--teams", three_teams, "--kind", "provider", "--json")
    (study,) = json.loads(result.stdout)
    assert study["kind"] == "provider"
    assert len(study["team_ids"]) == len(study["present"]) == len(study["cross_validated"]) == 3
    assert sum(study["weights"].values()) == pytest.approx(1)
    assert {"focus_words", "state-by-name"} <= set(study["weights"]), "features and rules are weighed together"


def test_the_present_weights_rank_as_the_pipeline_does_before_it_diversifies(three_teams: Path) -> None:
    bench = open_bench(teams=three_teams, catalog=None, data_dir=three_teams)
    bench = replace(bench, embedder=CachedEmbedder(HashingEmbedder(), None))
    kinds = {kind: settings.model_copy(update={"diversity": 0.0}) for kind, settings in bench.config.kinds.items()}
    bench = replace(bench, config=bench.config.model_copy(update={"kinds": kinds}))
    day = date(2026, 11, 21)
    rank = our_rankers(bench, as_of=day, progress=None)[SupportKind.PROVIDER]["trellis"]
    tables = feature_tables(
        bench.teams,
        bench.catalog,
        SupportKind.PROVIDER,
        instrument=bench.instrument,
        evidence=bench.evidence,
        needs=bench.needs,
        ruleset=bench.ruleset,
        config=bench.config,
        embedder=bench.embedder,
        as_of=day,
    )
    weights = present_weights(SupportKind.PROVIDER, ruleset=bench.ruleset, config=bench.config)
    for assessment, table in zip(bench.teams.assessments, tables, strict=True):
        relevance = dict(zip(table.doc_ids, (table.values @ weights).tolist(), strict=True))
        scores = [relevance[doc_id] for doc_id, _ in rank(assessment)]
        assert scores == pytest.approx(sorted(scores, reverse=True))
        assert set(relevance) >= {doc_id for doc_id, _ in rank(assessment)}
