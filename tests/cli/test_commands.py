"""What each command prints and writes when all is well."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import Result

from models.recommendation import Match, RecommendationRun, WhyNot
from recommender import __version__
from recommender.reading.trec import read_run
from tests.fixtures.places import ROOT

Trellis = Callable[..., Result]
COMMAND = [sys.executable, "-c", "from api.cli.main import run; run()"]


def test_recommend_prints_profile_needs_lists_and_plan_in_order(trellis: Trellis, sample: Path) -> None:
    result = trellis("recommend", sample, "--k", 3)
    assert result.exit_code == 0, result.output
    headings = [line for line in result.output.splitlines() if re.match("Capacity|Needs$|Resour|Provid|Plan$", line)]
    assert headings == [
        "Capacity profile: Juniper Flats Elementary improvement team", "Needs", "Resources", "Providers", "Plan",
    ]  # fmt: skip
    for phase in ("Start now", "Build", "Partner"):
        assert f"\n{phase}\n" in result.output
    assert "as of 2026-09-21" in result.output


def test_a_pipe_gets_plain_text(trellis: Trellis, sample: Path) -> None:
    output = trellis("recommend", sample, "--k", 3).output
    assert "\x1b" not in output
    assert not set(output) & set("─│┄┼━●█░•╭╮")
    texts = [line for line in output.splitlines() if not line.strip().startswith("http")]
    assert all(len(line) <= 100 and line == line.rstrip() for line in texts)


def test_json_is_the_whole_run(trellis: Trellis, sample: Path) -> None:
    run = RecommendationRun.model_validate_json(trellis("recommend", sample, "--json", "--kind", "provider").stdout)
    assert [ranked.kind for ranked in run.lists] == ["provider"]
    assert run.as_of.isoformat() == "2026-09-21"


def test_a_given_date_wins_over_the_one_in_the_file(trellis: Trellis, sample: Path) -> None:
    run = RecommendationRun.model_validate_json(
        trellis("recommend", sample, "--json", "--as-of", "2027-04-01", "--k", 1).stdout
    )
    assert run.as_of.isoformat() == "2027-04-01"


def test_an_assessment_can_come_from_standard_input(trellis: Trellis, sample: Path) -> None:
    piped = trellis("recommend", "-", "--json", stdin=sample.read_text())
    assert piped.exit_code == 0, piped.output
    assert piped.stdout == trellis("recommend", sample, "--json").stdout


def test_rank_writes_both_kinds_each_from_rank_one_with_its_tag(trellis: Trellis, lines: Path, tmp_path: Path) -> None:
    out, explain = tmp_path / "run.trec", tmp_path / "explain.jsonl"
    result = trellis("rank", lines, "--k", 7, "--out", out, "--explain", explain)
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in out.read_text().splitlines()]
    for team in ("sample-new-school-team", "sample-veteran-team", "sample-network-hub"):
        for tag, prefix in (("trellis-resource", "res-"), ("trellis-provider", "prov-")):
            part = [row for row in rows if row[0] == team and row[5] == tag]
            assert [row[3] for row in part] == [str(rank) for rank in range(1, 8)]
            assert all(row[1] == "Q0" and row[2].startswith(prefix) for row in part)
            scores = [float(row[4]) for row in part]
            assert all(above > below for above, below in pairwise(scores))
    explained = [json.loads(line) for line in explain.read_text().splitlines()]
    assert [(one["assessment_id"], one["support_id"], one["rank"]) for one in explained] == [
        (row[0], row[2], int(row[3])) for row in rows
    ]
    for one in explained:
        match = Match.model_validate({key: value for key, value in one.items() if key != "assessment_id"})
        assert sum(match.components.values()) == pytest.approx(match.score, abs=1e-9)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["explain.jsonl", "run.trec", "teams.jsonl"]


@pytest.mark.parametrize("kind", ["resource", "provider"])
def test_rank_of_one_kind_is_its_part_of_the_whole(trellis: Trellis, lines: Path, tmp_path: Path, kind: str) -> None:
    both, one = tmp_path / "both.trec", tmp_path / "one.trec"
    trellis("rank", lines, "--k", 20, "--out", both)
    trellis("rank", lines, "--k", 20, "--kind", kind, "--out", one)
    assert one.read_text().splitlines() == [row for row in both.read_text().splitlines() if row.endswith(f"-{kind}")]
    assert len(read_run(one.read_text().splitlines())) == 3


def test_why_not_answers_for_any_support(trellis: Trellis, sample: Path) -> None:
    answer = WhyNot.model_validate_json(trellis("why-not", sample, "res-aclu-tribal-consultation-ca", "--json").stdout)
    printed = trellis("why-not", sample, "res-aclu-tribal-consultation-ca")
    assert printed.exit_code == 0
    assert answer.title in printed.output
    assert " ".join(answer.detail.split()) in " ".join(printed.output.split())


def test_demo_shows_three_teams(trellis: Trellis) -> None:
    result = trellis("demo")
    assert result.exit_code == 0, result.output
    assert result.output.count("\nCapacity profile: ") == 3


def test_catalog_stats_name_thin_spots_and_duplicates(trellis: Trellis) -> None:
    result = trellis("catalog", "stats", ROOT / "recommender/data/catalog")
    assert result.exit_code == 0, result.output
    assert "442 resources, 109 providers" in result.output
    for heading in ("Counts", "Coverage", "Thin spots", "Likely duplicates"):
        assert f"\n{heading}\n" in result.output
    assert (
        json.loads(trellis("catalog", "stats", ROOT / "recommender/data/catalog", "--json").stdout)["n_resources"]
        == 442
    )


def test_a_sound_catalog_passes_its_check(trellis: Trellis) -> None:
    result = trellis("catalog", "check", ROOT / "recommender/data/catalog")
    assert (result.exit_code, "no faults" in result.output) == (0, True)


def test_the_evaluation_has_its_own_commands_and_keeps_the_exit_codes(trellis: Trellis) -> None:
    result = trellis("eval", "--help")
    assert (result.exit_code, "Usage: trellis eval" in result.output, "judged" in result.output) == (0, True, True)
    assert trellis("eval", "nonsense").exit_code == 2


def test_version(trellis: Trellis) -> None:
    assert trellis("--version").output == f"trellis {__version__}\n"


@pytest.mark.parametrize("command", [[], ["recommend"], ["rank"], ["why-not"], ["catalog"], ["serve"], ["demo"]])
def test_every_command_explains_itself(trellis: Trellis, command: list[str]) -> None:
    result = trellis(*command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_help_is_quick_because_it_loads_nothing_heavy() -> None:
    heavy = "{'torch','faiss','sklearn','scipy','numpy','sentence_transformers','bm25s','fastapi','rich.table'}"
    script = f"import sys, api.cli.main; print(sorted({heavy} & set(sys.modules)))"
    started = time.perf_counter()
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"
    assert time.perf_counter() - started < 5  # the promise is one second; a busy machine gets some room


def test_the_installed_entry_point_reports_usage_errors_with_two() -> None:
    result = subprocess.run([*COMMAND, "recommend"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 2
    assert "FILE" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_narrow_window_cuts_no_word_of_the_profile(
    trellis: Trellis, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = trellis("recommend", sample).stdout.splitlines()
    (row,) = [line for line in lines if line.startswith("Team and time ")]
    assert row.split()[-4:] == ["1.5", "important", "start", "here"]
    assert max(map(len, lines[: lines.index("Needs")])) <= 60
