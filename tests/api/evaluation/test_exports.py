"""Exports of officers' decisions, read and used by the evaluation."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from eval.off_policy.data import policy_data
from eval.off_policy.estimate import Floors, evaluate_policy
from eval.off_policy.log import TargetDecision, read_log
from models.decision_log import Decision
from recommender.reading.trec import read_qrels
from tests.fixtures.reviewing import done, resources, review_of
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PORTAL, PROGRAM, stored_run


def judgments(caller: Any) -> dict[str, dict[str, int]]:
    answer = caller.get("/v1/exports/judgments")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")
    return read_qrels(answer.text.splitlines())


def decisions(caller: Any, tmp_path: Path) -> tuple[Decision, ...]:
    answer = caller.get("/v1/exports/decisions")
    assert answer.status_code == 200, answer.text
    file = tmp_path / "decisions.jsonl"
    file.write_text(answer.text, "utf-8")
    return read_log(file)


def test_decisions_of_officers_are_graded_and_other_reasons_judge_nothing(service: Service) -> None:
    officer, evaluator = service.as_("officer", PROGRAM), service.as_("evaluator")
    run = stored_run(service)
    pinned, approved, off_topic, used, untouched, *_ = resources(review_of(officer, run))
    done(officer, run, "pin", support_id=pinned)
    done(officer, run, "approve", support_id=approved)
    done(officer, run, "remove", support_id=off_topic, reason="not_relevant")
    done(officer, run, "remove", support_id=used, reason="already_used")
    (before,) = judgments(evaluator).values()
    assert before == {pinned: 3, approved: 2, off_topic: 0}
    done(officer, run, "release")
    (grades,) = judgments(evaluator).values()
    assert {id_: grades.get(id_) for id_ in (pinned, approved, off_topic, used, untouched)} == {
        pinned: 3,
        approved: 2,
        off_topic: 0,
        used: None,
        untouched: 1,
    }


def test_what_went_out_without_an_officer_is_no_judgment(service: Service) -> None:
    stored_run(service, policy="after_release")
    assert judgments(service.as_("evaluator")) == {}


def test_the_last_run_of_an_assessment_has_the_last_word_and_ids_tell_nothing(service: Service) -> None:
    officer, evaluator = service.as_("officer", PROGRAM), service.as_("evaluator")
    run = stored_run(service)
    done(officer, run, "approve", support_id=resources(review_of(officer, run))[0])
    for what in ("judgments", "decisions"):
        text = evaluator.get(f"/v1/exports/{what}").text
        assert text == evaluator.get(f"/v1/exports/{what}").text
        for told in (run.team_id, run.run_id, run.assessment_id, review_of(officer, run)["team_name"], "key:"):
            assert told not in text


def test_the_log_says_what_was_shown_and_what_became_of_it(service: Service, tmp_path: Path) -> None:
    officer, evaluator = service.as_("officer", PROGRAM), service.as_("evaluator")
    run = stored_run(service, exploration=0.2)
    shown = resources(review_of(officer, run))
    done(officer, run, "remove", support_id=shown[0], reason="wrong_level")
    done(officer, run, "remove", support_id=shown[1], reason="no_capacity")
    done(officer, run, "move", support_id=shown[2], to_place=3)
    done(officer, run, "approve", support_id=shown[4])
    first, second = decisions(evaluator, tmp_path)
    assert [place.support_id for place in first.displayed] == shown
    assert [place.reward for place in first.displayed][:5] == [0.0, None, None, None, 1.0]
    assert {place.reward for place in second.displayed} == {None}
    assert first.team_id == second.team_id
    assert first.decision_id != second.decision_id
    done(officer, run, "release")
    first, second = decisions(evaluator, tmp_path)
    assert [place.reward for place in first.displayed][:5] == [0.0, None, 0.5, 1.0, 1.0]
    assert {place.reward for place in second.displayed} == {1.0}


def test_an_estimator_runs_on_the_log(service: Service, tmp_path: Path) -> None:
    officer, evaluator = service.as_("officer", PROGRAM), service.as_("evaluator")
    for number in range(6):
        run = stored_run(service, exploration=0.5, sample=("new-school-team", "veteran-team")[number % 2])
        first = resources(review_of(officer, run))[0]
        if number % 3 == 0:
            done(officer, run, "remove", support_id=first, reason="not_relevant")
        else:
            done(officer, run, "approve", support_id=first)
    log = [decision for decision in decisions(evaluator, tmp_path) if decision.displayed[0].reward is not None]
    assert [decision.displayed[0].reward for decision in log] == [0.0, 1.0, 1.0, 0.0, 1.0, 1.0]
    # The target that ranks as the logging one does has weights of 1 and earns what was earned: 4 of 6.
    targets = [
        TargetDecision(
            decision_id=decision.decision_id,
            positions=(
                {one.support_id: one.propensity for one in decision.candidates},
                *({place.support_id: 1.0} for place in decision.displayed[1:]),
            ),
            slate_probability=decision.slate_propensity,
        )
        for decision in log
    ]
    floors = Floors(n_decisions=1, n_teams=2, effective_sample_size=1, largest_share=1)
    report = evaluate_policy(policy_data(log, targets), floors=floors, n_resamples=50, seed=1)
    ips = next(record for record in report.estimates if record.estimator == "IPS")
    assert ips.value == pytest.approx(4 / 6)
    assert report.logging_value == pytest.approx(4 / 6)


def test_features_are_those_of_the_release(service: Service, tmp_path: Path) -> None:
    """Of two teams of one who answered differently, everything that is exported is the same."""
    for level in (1, 4):
        stored_run(service, sample="veteran-team", raters=1, level=level)
    one, _, other, _ = decisions(service.as_("evaluator"), tmp_path)
    assert one.candidates == other.candidates


def test_only_teams_that_share_with_researchers_and_are_within_reach_are_exported(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    silent = stored_run(service, share=("program-officer",))
    open_ = stored_run(service)
    for run in (silent, open_):
        done(officer, run, "approve", support_id=resources(review_of(officer, run))[0])
    assert len(judgments(service.as_("evaluator"))) == 1
    assert len(judgments(service.as_("admin"))) == 1
    assert len(judgments(service.as_("evaluator", PROGRAM))) == 1  # granted to its cohort
    assert judgments(service.as_("evaluator", "Another organization")) == {}
    for scope in ("portal", "officer", "curator"):
        for what in ("judgments", "decisions"):
            assert service.as_(scope).get(f"/v1/exports/{what}").status_code == 403


def test_the_command_writes_the_same_files(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    officer, evaluator = service.as_("officer", PROGRAM), service.as_("evaluator")
    run = stored_run(service)
    done(officer, run, "approve", support_id=resources(review_of(officer, run))[0])
    url = service.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("TRELLIS_DATABASE_URL", url)
    for what, said in (("judgments", "1 judgments"), ("decisions", "2 lists")):
        out = tmp_path / what
        for extra in ([], ["--organization", PORTAL]):
            result = CliRunner().invoke(app, ["export", what, "--out", str(out), *extra])
            assert result.exit_code == 0, result.output
            assert said in result.stderr
            assert out.read_text("utf-8") == evaluator.get(f"/v1/exports/{what}").text
    lines = (tmp_path / "decisions").read_text("utf-8").splitlines()
    assert {json.loads(line)["schema_version"] for line in lines} == {1}
    unknown = CliRunner().invoke(app, ["export", "judgments", "--out", str(tmp_path / "x"), "--organization", "Nobody"])
    assert unknown.exit_code == 2
    assert not (tmp_path / "x").exists()
