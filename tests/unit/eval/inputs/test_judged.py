"""Judged teams: reading the folder, every fault at once, and what metrics come to know."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.inputs.judged import development_teams, load_judged, team_topics
from eval.inputs.known_ids import KnownIds
from eval.inputs.run_files import read_runs
from models.assessment import Assessment
from models.needs import Need
from recommender.catalog.load import starter_catalog
from recommender.errors import InputError
from recommender.reading.values import fill
from recommender.testing import make_provider, make_resource


def read(data: Any, report: Any) -> Any:
    return fill(Assessment, data, report)


def line(assessment_id: str, **context: Any) -> str:
    return json.dumps(
        {
            "assessment_id": assessment_id,
            "instrument": {"id": "i", "version": "1"},
            "form": "team",
            "answer_mode": "individual",
            "team": {"id": "t", "name": "T", "context": context},
            "responses": [{"respondent": "r"}],
        }
    )


def need(domain: str, rank: int, *, is_priority: bool = True) -> Any:
    given: Any = {"domain": domain, "rank": rank, "is_priority": is_priority}
    return Need.model_construct(**given)


def folder(tmp_path: Path, assessments: Any, qrels: Any) -> Path:
    (tmp_path / "assessments.jsonl").write_text("\n".join(assessments), "utf-8")
    (tmp_path / "qrels.txt").write_text("\n".join(qrels), "utf-8")
    return tmp_path


def test_the_shipped_teams_judge_only_supports_of_the_starter_catalog() -> None:
    teams = development_teams(read=read)
    assert len(teams.assessments) == 24
    assert set(teams.qrels) == {assessment.assessment_id for assessment in teams.assessments}
    ids = {support.id for support in starter_catalog().supports}
    assert {doc_id for grades in teams.qrels.values() for doc_id in grades} <= ids
    assert {grade for grades in teams.qrels.values() for grade in grades.values()} == {0, 1, 2, 3}


def test_topics_hold_the_grades_of_one_kind_the_priorities_in_order_and_what_gates_forbid(tmp_path: Path) -> None:
    teams = load_judged(
        folder(
            tmp_path,
            [line("a", budget="none"), line("b")],
            ["a 0 res-one 3", "a 0 prov-one 1", "b 0 prov-one 2"],
        ),
        read=read,
    )
    needs = {
        "a": [
            need("sustainability", 4, is_priority=False),
            need("team-and-time", 2),
            need("improvement-methods", 1),
        ],
        "b": [],
    }
    resources = [make_resource("res-one"), make_resource("res-two", cost="paid")]
    topics = team_topics(teams, resources, needs=needs)
    assert list(topics) == ["a"], "b has no judged resource"
    assert topics["a"].grades == {"res-one": 3}
    assert topics["a"].needs == ("improvement-methods", "team-and-time")
    assert topics["a"].forbidden == {"res-two"}
    assert topics["a"].aspects["res-one"] == {"improvement-methods"}
    assert team_topics(teams, [make_provider("prov-one")], needs=needs)["b"].grades == {"prov-one": 2}


def test_a_byte_order_mark_is_no_part_of_the_first_id(tmp_path: Path) -> None:
    path = folder(tmp_path, [line("a")], ["a 0 res-one 3"])
    for file in path.iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert load_judged(path, read=read).qrels == {"a": {"res-one": 3}}
    run = tmp_path / "run.trec"
    run.write_bytes(b"\xef\xbb\xbfa Q0 res-one 1 0.5 theirs\n")
    assert list(read_runs({"theirs": run}, known=KnownIds({"a"}, {"res-one"}))["theirs"]) == ["a"]


def test_two_kinds_together_are_refused(tmp_path: Path) -> None:
    teams = load_judged(folder(tmp_path, [line("a")], ["a 0 res-one 1"]), read=read)
    with pytest.raises(ValueError, match="one kind"):
        team_topics(teams, [make_resource("res-one"), make_provider("prov-one")], needs={"a": []})


def test_every_fault_of_both_files_is_reported_with_its_line(tmp_path: Path) -> None:
    def refuse(data: Any, report: Any) -> Any:
        if data["assessment_id"] == "broken":
            report.add(("form",), "No such form.")
        return read(data, report)

    path = folder(tmp_path, [line("a"), "", line("broken"), line("a")], ["a 0 res-one 3", "a 0 res-one", "a 0 x best"])
    with pytest.raises(InputError) as caught:
        load_judged(path, read=refuse)
    assert [(fault.file, fault.line, fault.pointer) for fault in caught.value.faults] == [
        ("assessments.jsonl", 3, "/form"),
        ("assessments.jsonl", 4, "/assessment_id"),
        ("qrels.txt", 2, ""),
        ("qrels.txt", 3, ""),
    ]


def test_judgments_of_unknown_teams_and_supports_are_faults_beside_malformed_lines(tmp_path: Path) -> None:
    qrels = ["a 0 res-two 3", "b 0 res-one 3", "a 0 res-one best", "b 0 res-two 4"]
    with pytest.raises(InputError) as caught:
        load_judged(folder(tmp_path, [line("a")], qrels), read=read, documents={"res-one"})
    assert [(fault.file, fault.line, fault.detail) for fault in caught.value.faults] == [
        ("qrels.txt", 1, "The catalog has no support 'res-two'."),
        ("qrels.txt", 2, "No assessment has the id 'b'."),
        ("qrels.txt", 3, "The grade 'best' is not a whole number."),
        ("qrels.txt", 4, "The grade 4 is above 3."),
        ("qrels.txt", 4, "The catalog has no support 'res-two'."),
    ]


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_judged(tmp_path, read=read)
    assert [fault.file for fault in caught.value.faults] == ["assessments.jsonl", "qrels.txt"]


def test_the_version_follows_the_grades(tmp_path: Path) -> None:
    before = load_judged(folder(tmp_path, [line("a")], ["a 0 res-one 3"]), read=read).version
    after = load_judged(folder(tmp_path, [line("a")], ["a 0 res-one 2"]), read=read).version
    assert before != after
