"""The message a person sees for each kind of bad input, the exit code 2, and nothing half-done."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from api.engine.samples import sample_documents
from tests.fixtures.places import ROOT

Trellis = Callable[..., Result]
CATALOG = ROOT / "recommender/data/catalog"


def change_level(document: dict[str, Any]) -> None:
    document["responses"][0]["answers"]["la1"] = 5


def unknown_item(document: dict[str, Any]) -> None:
    document["responses"][0]["answers"]["la9"] = 2


def hub_item(document: dict[str, Any]) -> None:
    document["responses"][1]["answers"]["nl1"] = 2


def wrong_word(document: dict[str, Any]) -> None:
    document["team"]["context"]["cycle_phase"] = "teting"


def nobody(document: dict[str, Any]) -> None:
    document["responses"] = []


def same_respondent(document: dict[str, Any]) -> None:
    document["responses"][3]["respondent"] = "r2"


CASES = [
    (change_level, "/responses/0/answers/la1: Expected a level, one of the whole numbers 1 to 4"),
    (unknown_item, "/responses/0/answers/la9: 'la9' is not an item of this instrument."),
    (hub_item, "/responses/1/answers/nl1: The item 'nl1' is asked on the hub form only; this is the team form."),
    (wrong_word, "/team/context/cycle_phase: 'teting' is not an option of 'cycle_phase'. Did you mean 'testing'?"),
    (nobody, "/responses: Nobody has answered: at least one response is needed."),
    (same_respondent, "/responses/3/respondent: Two respondents have the id 'r2'"),
]


@pytest.mark.parametrize(("change", "message"), CASES, ids=[change.__name__ for change, _ in CASES])
def test_a_fault_of_an_assessment_is_one_line_with_its_place(
    trellis: Trellis, tmp_path: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    document = sample_documents()["new-school-team"]
    change(document)
    path = tmp_path / "team.json"
    path.write_text(json.dumps(document))
    result = trellis("recommend", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    first, *rest = result.stderr.splitlines()
    assert first.startswith(message)
    assert rest == ["trellis: the assessment is not valid: 1 fault"]


def test_what_is_not_json_says_so(trellis: Trellis, tmp_path: Path) -> None:
    path = tmp_path / "team.json"
    path.write_text("Dear Trellis,")
    result = trellis("recommend", path)
    assert result.exit_code == 2
    assert result.stderr.startswith("1: Not JSON: ") or "Not JSON: " in result.stderr.splitlines()[0]


def test_rank_lists_the_faults_of_every_line_and_writes_nothing(trellis: Trellis, lines: Path, tmp_path: Path) -> None:
    documents = list(sample_documents().values())
    change_level(documents[1])
    documents.append(documents[0])
    lines.write_text("\n".join([*map(json.dumps, documents), "{", ""]))
    out, explain = tmp_path / "run.trec", tmp_path / "explain.jsonl"
    result = trellis("rank", lines, "--out", out, "--explain", explain)
    assert result.exit_code == 2
    places = [line.split(": ")[0] for line in result.stderr.splitlines()]
    assert places == [
        "teams.jsonl:2 /responses/0/answers/la1", "teams.jsonl:4 /assessment_id", "teams.jsonl:5", "trellis",
    ]  # fmt: skip
    assert "already used on line 1" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["teams.jsonl"]


def test_rank_keeps_an_earlier_run_when_it_fails(trellis: Trellis, lines: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.trec"
    out.write_text("earlier\n")
    lines.write_text("")
    result = trellis("rank", lines, "--out", out)
    assert (result.exit_code, out.read_text()) == (2, "earlier\n")
    assert "teams.jsonl: No assessment; expected one JSON object a line." in result.stderr


def test_rank_needs_a_folder_to_write_to(trellis: Trellis, lines: Path, tmp_path: Path) -> None:
    result = trellis("rank", lines, "--out", tmp_path / "none" / "run.trec")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_a_catalog_line_cut_in_half_is_found_and_nothing_is_ranked(
    trellis: Trellis, lines: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "catalog"
    shutil.copytree(CATALOG, folder)
    text = (folder / "resources.jsonl").read_text("utf-8").splitlines()
    text[6] = text[6][: len(text[6]) // 2]
    (folder / "resources.jsonl").write_text("\n".join(text), "utf-8")
    checked = trellis("catalog", "check", folder)
    assert checked.exit_code == 2
    assert checked.stderr.startswith("resources.jsonl:7: Not JSON: it stops inside the object")
    out = tmp_path / "run.trec"
    assert trellis("rank", lines, "--catalog", folder, "--out", out).exit_code == 2
    assert not out.exists()


def test_a_catalog_folder_without_files_is_named(trellis: Trellis, tmp_path: Path) -> None:
    result = trellis("catalog", "check", tmp_path)
    assert result.exit_code == 2
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        "resources.jsonl", "providers.jsonl", "trellis",
    ]  # fmt: skip


def test_a_ruleset_naming_a_field_that_does_not_exist(trellis: Trellis, sample: Path, tmp_path: Path) -> None:
    rules = (CATALOG.parent / "rules/starter.yaml").read_text("utf-8")
    path = tmp_path / "rules.yaml"
    path.write_text(rules.replace("support: grade_bands", "support: grade_band", 1), "utf-8")
    result = trellis("recommend", sample, "--ruleset", path)
    assert result.exit_code == 2
    assert result.stderr.startswith("rules.yaml:")
    assert "'grade_band' is not allowed here. Did you mean 'grade_bands'" in result.stderr


def test_an_unknown_support_suggests_close_ids(trellis: Trellis, sample: Path) -> None:
    result = trellis("why-not", sample, "res-aclu-tribal-consultation")
    assert result.exit_code == 2
    assert "Did you mean res-aclu-tribal-consultation-ca" in result.stderr


def test_a_missing_model_is_never_replaced(sample: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["recommend", str(sample), "--model", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("trellis: There is no model ")


def test_an_altered_model_is_refused_before_anything_is_written(
    lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRELLIS_MODEL_SHA256", "0" * 64)
    out = tmp_path / "run.trec"
    result = CliRunner().invoke(app, ["rank", str(lines), "--out", str(out)])
    assert result.exit_code == 2
    assert "is not the expected file of the model 'all-MiniLM-L6-v2'" in result.stderr
    assert not out.exists()


def test_an_impossible_setting_is_named_by_its_variable(
    trellis: Trellis, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRELLIS_PORT", "seventy")
    result = trellis("recommend", sample)
    assert result.exit_code == 2
    assert result.stderr.startswith("TRELLIS_PORT: ")


@pytest.mark.parametrize(
    "words", [["recommend"], ["recommend", "no-such.json"], ["rank", "x"], ["nonsense"], ["recommend", "--k", "0"]]
)
def test_usage_errors_exit_with_two(trellis: Trellis, words: list[str]) -> None:
    assert trellis(*words).exit_code == 2


def test_a_wrong_date_is_a_usage_error(trellis: Trellis, sample: Path) -> None:
    result = trellis("recommend", sample, "--as-of", "15.10.2026")
    assert result.exit_code == 2
    assert "2026-10-15" in result.stderr


def test_a_fault_of_ours_is_one_line_and_exit_code_one(
    trellis: Trellis, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("api.engine.engine.open_recommender", broken)
    result = trellis("recommend", sample)
    assert result.exit_code == 1
    assert result.stderr == "trellis: unexpected ZeroDivisionError: by zero (TRELLIS_DEBUG=1 shows where)\n"
    monkeypatch.setenv("TRELLIS_DEBUG", "1")
    assert isinstance(trellis("recommend", sample).exception, ZeroDivisionError)


def test_a_file_that_cannot_be_read_is_named_with_what_is_wrong(
    trellis: Trellis, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = trellis("recommend", sample)
    assert result.exit_code == 2
    assert result.stderr == f"trellis: {sample}: Permission denied\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_a_file_that_cannot_be_used(trellis: Trellis, lines: Path) -> None:
    result = trellis("rank", lines, "--out", "/dev/full", "--k", 3)
    assert result.exit_code == 2
    # Before it, where the machine is slow, progress.
    assert result.stderr.splitlines()[-1] == "trellis: No space left on device"


def test_a_setting_with_an_impossible_value_is_named(trellis: Trellis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRELLIS_PORT", "99999")
    result = trellis("serve")
    assert result.exit_code == 2
    assert result.stderr.startswith("TRELLIS_PORT: ")
    assert result.stderr.endswith("trellis: a setting is not valid: 1 fault\n")


def test_a_port_in_use_is_a_setting_that_cannot_be_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = ["serve", "--port", str(taken.getsockname()[1])]
        command = [sys.executable, "-c", "from api.cli.main import run; run()", *words]
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 2
    assert "address already in use" in result.stderr


def test_what_a_file_holds_does_not_steer_the_terminal(trellis: Trellis, tmp_path: Path) -> None:
    document = sample_documents()["new-school-team"]
    document["team"]["name"] = "Red \x1b[31m team"
    path = tmp_path / "team.json"
    path.write_text(json.dumps(document))
    shown = trellis("recommend", path)
    assert "Capacity profile: Red  [31m team" in shown.stdout
    document["form"] = "\x1b[2J"
    path.write_text(json.dumps(document))
    refused = trellis("recommend", path)
    assert refused.exit_code == 2
    assert "\x1b" not in shown.stdout + refused.stderr
