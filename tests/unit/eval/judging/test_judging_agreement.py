"""Agreement of judges, by hand and against two other implementations; adjudication; the commands."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from typer.testing import CliRunner, Result

from eval.cli import app
from eval.judging.adjudication import settle, write_qrels
from eval.judging.agreement import krippendorff_alpha, measure_agreement, quadratic_kappa
from eval.judging.judgments import JudgedPair, Judgment
from recommender.errors import InputError, InvalidRun


def judgment(support_id: str, grade: int, judge: str, *, team: Any = "t", minute: int = 0) -> Any:
    return Judgment(
        assessment_id=team,
        support_id=support_id,
        judge=judge,
        grade=grade,
        judged_at=datetime(2026, 11, 21, 12, minute, tzinfo=UTC),
        support_hash="0" * 64,
    )


def drawn_grades(seed: int, n_judges: int = 3, n: int = 60, missing: float = 0.2) -> Any:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, size=n)
    grades = np.clip(truth + rng.integers(-1, 2, size=(n_judges, n)), 0, 3).astype(float)
    grades[rng.random(grades.shape) < missing] = math.nan
    return grades


def test_kappa_of_a_small_table_by_hand() -> None:
    # Squared distances 0 1 1 0: mean .5. By chance: two variances of 1.25, equal means: 2.5.
    first, second = np.array([0.0, 1, 2, 3]), np.array([0.0, 2, 1, 3])
    assert quadratic_kappa(first, second) == pytest.approx(1 - 0.5 / 2.5)


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_scikit_learns(seed: Any) -> None:
    first, second = drawn_grades(seed, n_judges=2, missing=0)
    expected = cohen_kappa_score(first.astype(int), second.astype(int), labels=[0, 1, 2, 3], weights="quadratic")
    assert quadratic_kappa(first, second) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("level", ["ordinal", "interval"])
@pytest.mark.parametrize("seed", range(5))
def test_alpha_is_the_krippendorff_packages(seed: int, level: Literal["ordinal", "interval"]) -> None:
    krippendorff = pytest.importorskip("krippendorff", reason="the test extra `oracles` is not installed")
    grades = drawn_grades(seed)
    expected = krippendorff.alpha(grades, level_of_measurement=level, value_domain=[0, 1, 2, 3])
    assert krippendorff_alpha(grades, level=level) == pytest.approx(expected, abs=1e-12)


def test_agreement_is_undefined_rather_than_perfect_when_nothing_varies() -> None:
    same = np.ones(4)
    assert math.isnan(quadratic_kappa(same, same))
    assert math.isnan(quadratic_kappa(np.array([]), np.array([])))
    assert math.isnan(krippendorff_alpha(np.vstack([same, same]), level="ordinal"))
    assert math.isnan(krippendorff_alpha(np.array([[1.0, math.nan], [math.nan, 2.0]]), level="interval"))


def test_perfect_agreement_is_one_and_opposite_is_below_zero() -> None:
    up = np.array([0.0, 1, 2, 3])
    assert quadratic_kappa(up, up) == 1
    assert krippendorff_alpha(np.vstack([up, up, up]), level="ordinal") == 1
    assert quadratic_kappa(up, up[::-1]) == pytest.approx(-1)


def grid(grades: Any, *, teams: Any = 6) -> Any:
    """Judgments of ana, ben, ... on pairs spread over teams."""
    return [
        judgment(f"res-{column:03}", int(grade), judge, team=f"t{column % teams}")
        for judge, row in zip(("ana", "ben", "cho"), grades, strict=False)
        for column, grade in enumerate(row)
        if not math.isnan(grade)
    ]


def test_a_report_counts_and_lists_disagreements_widest_first() -> None:
    report = measure_agreement(
        [
            judgment(f"res-{letter}", grade, judge)
            for judge, row in {"ana": {"a": 3, "b": 1, "c": 2, "d": 1}, "ben": {"a": 0, "b": 2, "d": 1}}.items()
            for letter, grade in row.items()
        ],
        n_resamples=10,
        seed=1,
    )
    assert report.judges == ("ana", "ben")
    assert (report.n_pairs, report.n_shared) == (4, 3)
    assert report.grade_counts == {"ana": (0, 2, 1, 1), "ben": (1, 1, 1, 0)}
    assert [(item.support_id, item.grades) for item in report.disagreements] == [
        ("res-a", {"ana": 3, "ben": 0}),
        ("res-b", {"ana": 1, "ben": 2}),
    ]
    (kappa,) = report.kappas
    assert [kappa.n, kappa.same, kappa.within_one] == pytest.approx([3, 1 / 3, 2 / 3])
    assert kappa.shift == pytest.approx(2 / 3), "ana is the more generous"
    assert kappa.interval.not_estimable == "only 1 teams"


def test_an_interval_over_teams_holds_its_kappa() -> None:
    report = measure_agreement(grid(drawn_grades(3, missing=0.0)), n_resamples=200, seed=1)
    assert len(report.kappas) == 3
    for kappa in report.kappas:
        assert kappa.interval.low < kappa.kappa < kappa.interval.high
    assert report.alpha_ordinal_interval.low < report.alpha_ordinal < report.alpha_ordinal_interval.high


def test_no_judgments_are_no_agreement() -> None:
    report = measure_agreement([], n_resamples=10, seed=1)
    assert (report.judges, report.n_pairs, report.alpha_ordinal) == ((), 0, None)


def test_what_all_say_is_settled_and_what_they_do_not_is_open_widest_first() -> None:
    given = [judgment("res-a", 2, "ana"), judgment("res-a", 2, "ben"), judgment("res-b", 1, "ana")]
    given += [judgment("res-b", 2, "ben"), judgment("res-c", 0, "ana"), judgment("res-c", 3, "ben")]
    settled = settle(given, [])
    assert settled.grades == {("t", "res-a"): 2}
    assert settled.open == (("t", "res-c"), ("t", "res-b"))


def test_within_the_tolerance_the_median_counts_and_halves_go_down() -> None:
    given = [judgment("res-a", 1, "ana"), judgment("res-a", 2, "ben"), judgment("res-b", 1, "ana")]
    given += [judgment("res-b", 2, "ben"), judgment("res-b", 2, "cho")]
    assert settle(given, [], tolerance=1).grades == {("t", "res-a"): 1, ("t", "res-b"): 2}


def test_a_decision_stands_above_all_grades_and_the_latest_counts() -> None:
    given = [judgment("res-a", 2, "ana"), judgment("res-a", 2, "ben")]
    decisions = [judgment("res-a", 0, "zoe", minute=1), judgment("res-a", 3, "amy", minute=2)]
    assert settle(given, decisions).grades == {("t", "res-a"): 3}


def test_final_judgments_are_trec_lines() -> None:
    assert list(write_qrels({JudgedPair("t", "res-a"): 2})) == ["t 0 res-a 2\n"]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: Any, keys: str = "") -> Result:
        result = CliRunner().invoke(app, list(map(str, arguments)), input=keys)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


TEAM = "case-003"
PROVIDERS = ("prov-tntp", "prov-teach-plus")


@pytest.fixture
def pool_file(invoke: Callable[..., Result], tmp_path: Path) -> Path:
    run = tmp_path / "run.trec"
    run.write_text("".join(f"{TEAM} Q0 {doc} 1 {score} t\n" for score, doc in enumerate(PROVIDERS)), "utf-8")
    assert "2 pairs of 1 teams from 1 runs" in invoke("pool", run, "--depth", 5, "--out", "pool.jsonl").output
    return tmp_path / "pool.jsonl"


def test_from_runs_to_final_judgments_on_the_command_line(
    invoke: Callable[..., Result], pool_file: Any, tmp_path: Path
) -> None:
    assert "0.5" not in pool_file.read_text("utf-8")
    assert set(json.loads(pool_file.read_text("utf-8").splitlines()[0])) == {"assessment_id", "support_id"}
    invoke("judge", pool_file, "--judge", "ana", "--out", "ana.jsonl", keys="3\nq\n")
    again = invoke("judge", pool_file, "--judge", "ana", "--out", "ana.jsonl", keys="1\n")
    assert "All 2 are graded." in again.output
    invoke("judge", pool_file, "--judge", "ben", "--out", "ben.jsonl", keys="3\n2\n")
    assert "2 pairs graded, 2 of them by two or more" in invoke("agreement", "ana.jsonl", "ben.jsonl").output

    settle_them = ("adjudicate", "ana.jsonl", "ben.jsonl", "--judge", "zoe", "--decisions", "d.jsonl", "--qrels", "q")
    still_open = invoke(*settle_them, keys="q\n")
    assert still_open.exit_code == 2
    assert "1 pairs are still open; nothing is written" in still_open.output
    assert not (tmp_path / "q").exists()
    assert invoke(*settle_them, keys="0\n").exit_code == 0
    grades = {line.split()[2]: line.split()[3] for line in (tmp_path / "q").read_text("utf-8").splitlines()}
    assert sorted(grades.values()) == ["0", "3"]
    assert "0 of 2 judgments are stale." in invoke("stale", "ana.jsonl").output


def test_stale_judgments_are_listed_and_asked_again_on_demand(
    invoke: Callable[..., Result], pool_file: Any, tmp_path: Path
) -> None:
    invoke("judge", pool_file, "--judge", "ana", "--out", "ana.jsonl", keys="3\n1\n")
    file = tmp_path / "ana.jsonl"
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    lines[0]["support_hash"] = "0" * 64
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    listed = invoke("stale", file).output
    assert "by ana on" in listed
    assert "1 of 2 judgments are stale." in listed
    assert "All 2 are graded." in invoke("judge", pool_file, "--judge", "ana", "--out", file, keys="").output
    assert "1 of 2 are graded" in invoke("judge", pool_file, "--judge", "ana", "--out", file, "--stale").output


def test_unknown_ids_of_every_run_are_reported_and_no_pool_is_written(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "a.trec").write_text("nowhere Q0 prov-tntp 1 1 t\n", "utf-8")
    (tmp_path / "b.trec").write_text(f"{TEAM} Q0 res-nowhere 1 1 t\n", "utf-8")
    with pytest.raises(InvalidRun) as caught:
        invoke("pool", "a.trec", "b.trec", "--out", "pool.jsonl")
    assert [(fault.file, fault.detail) for fault in caught.value.faults] == [
        ("a.trec", "No assessment has the id 'nowhere'."),
        ("b.trec", "The catalog has no support 'res-nowhere'."),
    ]
    assert not (tmp_path / "pool.jsonl").exists()


def test_a_pool_with_unknown_ids_is_refused(invoke: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "pool.jsonl").write_text('{"assessment_id": "nowhere", "support_id": "res-nowhere"}\n', "utf-8")
    with pytest.raises(InputError, match="No assessment has the id 'nowhere'"):
        invoke("judge", "pool.jsonl", "--judge", "ana", "--out", "ana.jsonl")


def test_a_judge_without_a_name_is_a_usage_error(invoke: Callable[..., Result], pool_file: Any) -> None:
    assert invoke("judge", pool_file, "--judge", "a b", "--out", "ana.jsonl").exit_code == 2
