"""Off-policy estimators by hand and against another package; logs; refusals; simulated logs with known truth."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner, Result

from eval.cli import app
from eval.off_policy.data import PolicyData, policy_data
from eval.off_policy.estimate import Floors, effective_sample_size, evaluate_policy
from eval.off_policy.estimators import Predictions, direct_method, doubly_robust, iips, ips, sips, snips
from eval.off_policy.log import read_log, read_target, target_of_run
from eval.off_policy.reward_model import cross_fit
from eval.off_policy.simulation import Scenario, example_log, simulate, simulate_log, true_values
from models.decision_log import Decision
from recommender.errors import InputError
from recommender.reading.trec import rank_scores

LOGGING = np.array(
    [[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.4, 0.4, 0.2], [0.25, 0.5, 0.25]]
)
TARGET = np.array(
    [[0.2, 0.2, 0.6], [0.1, 0.8, 0.1], [0.5, 0.25, 0.25], [0.6, 0.2, 0.2], [0.3, 0.3, 0.4], [0.05, 0.05, 0.9]]
)
SHOWN = np.array([0, 1, 0, 0, 2, 1])
REWARDS = np.array([1.0, 0, 1, 1, 0, 0.5])
EXPECTED = np.array(
    [[0.6, 0.5, 0.4], [0.3, 0.2, 0.7], [0.8, 0.1, 0.3], [0.5, 0.4, 0.6], [0.2, 0.9, 0.3], [0.6, 0.7, 0.1]]
)
ROWS = np.arange(6)
WEIGHTS = TARGET[ROWS, SHOWN] / LOGGING[ROWS, SHOWN]
MODEL = Predictions(of_shown=EXPECTED[ROWS, SHOWN], of_target=(TARGET * EXPECTED).sum(axis=1))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (direct_method(MODEL), 0.3875),
        (ips(WEIGHTS, REWARDS), 1.194047619047619),
        (snips(WEIGHTS, REWARDS), 0.5421621621621623),
        (doubly_robust(WEIGHTS, REWARDS, MODEL), 0.7013095238095236),
        (doubly_robust(WEIGHTS, REWARDS, MODEL, switch=3.0), 0.3346428571428572),
    ],
)
def test_first_place_estimates_are_the_open_bandit_pipelines(terms: Any, expected: float) -> None:
    # What version 0.4.1 of that package gives for the same arrays; its pins keep it out of the test extra.
    assert terms.value == pytest.approx(expected, abs=1e-12)


def test_list_estimates_are_the_open_bandit_pipelines() -> None:
    rewards = np.array([[1.0, 0], [0, 1], [1, 1], [0, 0]])
    logged = np.array([[0.5, 0.4], [0.2, 0.25], [0.6, 0.5], [0.3, 0.2]])
    wanted = np.array([[0.25, 0.5], [0.3, 0.1], [0.7, 0.6], [0.1, 0.3]])
    whole = np.array([0.2, 0.05, 0.5, 0.04]) / np.array([0.3, 0.1, 0.35, 0.1])
    # Its value is a list's sum, ours its mean a place.
    assert sips(whole, rewards).value == pytest.approx(0.5029761904761905, abs=1e-12)
    assert iips(wanted / logged, rewards).value == pytest.approx(0.4083333333333333, abs=1e-12)


def test_the_logging_ranking_itself_is_worth_what_it_earned() -> None:
    ones = np.ones(6)
    model = Predictions(of_shown=EXPECTED[ROWS, SHOWN], of_target=EXPECTED[ROWS, SHOWN])
    for terms in (ips(ones, REWARDS), snips(ones, REWARDS), doubly_robust(ones, REWARDS, model)):
        assert terms.value == pytest.approx(REWARDS.mean())


def test_clipping_caps_each_weight() -> None:
    assert ips(np.array([1.0, 9.0]), np.array([1.0, 1.0]), clip=3.0).value == 2


def test_the_effective_sample_size_is_n_for_equal_weights_and_one_for_a_single_one() -> None:
    assert effective_sample_size(np.full(7, 2.5)) == pytest.approx(7)
    assert effective_sample_size(np.array([0.0, 3.0])) == 1
    assert effective_sample_size(np.zeros(3)) == 0


def decision(**fields: Any) -> Any:
    given = {
        "decision_id": "d1",
        "team_id": "t",
        "decided_at": "2026-11-21T12:00:00Z",
        "policy_id": "p",
        "candidates": [
            {"support_id": "a", "features": {"fit": 0.5}, "propensity": 0.75},
            {"support_id": "b", "features": {"fit": 0.1}, "propensity": 0.25},
        ],
        "displayed": [
            {"support_id": "b", "propensity": 0.25, "reward": 1},
            {"support_id": "a", "propensity": 0.25, "reward": None},
        ],
        "slate_propensity": 0.25,
    }
    return given | fields


def shown(*places: Any) -> Any:
    return [{"support_id": name, "propensity": p, "reward": 1} for name, p in places]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"candidates": decision()["candidates"][:1], "displayed": shown(("a", 0.75))}, "sum to 0.75, expected 1"),
        ({"displayed": shown(("c", 0.25))}, "c is displayed but no candidate"),
        ({"displayed": shown(("b", 0.25), ("b", 0.25))}, "displayed twice"),
        ({"displayed": shown(("b", 0.5))}, "first place's propensity is not its candidate's"),
        ({"slate_propensity": 0.9}, "more probable than one of its places"),
        ({"slate_propensity": 0}, "greater than 0"),
        ({"displayed": []}, "at least 1 item"),
    ],
)
def test_a_decision_that_contradicts_itself_is_refused(fields: Any, message: str) -> None:
    assert Decision.model_validate(decision())
    with pytest.raises(ValidationError, match=message):
        Decision.model_validate(decision(**fields))


def test_every_fault_of_a_log_is_reported(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    other = decision(decision_id="d2")
    other["candidates"] = [item | {"features": {"other": 1.0}} for item in other["candidates"]]
    lines = [decision(), decision(), other]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    with pytest.raises(InputError) as caught:
        read_log(log)
    assert [fault.detail for fault in caught.value.faults] == [
        "Decision d1 is given twice.",
        "Decision d2 has other features than the first.",
    ]
    log.write_text("\n", "utf-8")
    with pytest.raises(InputError, match="The log is empty"):
        read_log(log)
    log.write_text(json.dumps(decision(slate_propensity=0.9)) + "\n{}\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_log(log)
    assert {fault.line for fault in caught.value.faults} == {1, 2}


def test_a_target_must_know_every_logged_decision_to_its_end(tmp_path: Path) -> None:
    decisions = [Decision.model_validate(decision(decision_id=name)) for name in ("d1", "d2")]
    file = tmp_path / "target.jsonl"
    file.write_text(
        json.dumps({"decision_id": "d1", "positions": [{"a": 1.0}], "slate_probability": 0}) + "\n", "utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_target(file, decisions)
    assert [fault.detail for fault in caught.value.faults] == [
        "Decision d2 is logged, but this lacks it.",
        "Decision d1: 1 places, but 2 were displayed.",
    ]
    with pytest.raises(InputError, match="shorter list than was displayed"):
        target_of_run({"d1": rank_scores([("a", 1.0)]), "d2": rank_scores([("a", 2.0), ("b", 1.0)])}, decisions)


def test_a_run_is_a_target_without_chance() -> None:
    decisions = [Decision.model_validate(decision(decision_id=name)) for name in ("same", "other", "new")]
    run = {
        "same": rank_scores([("b", 2.0), ("a", 1.0)]),
        "other": rank_scores([("a", 3.0), ("b", 2.0), ("c", 1.0)]),
        "new": rank_scores([("c", 2.0), ("a", 1.0)]),
    }
    data = policy_data(decisions, target_of_run(run, decisions))
    assert data.top_weights.tolist() == [4, 0, 0]
    assert data.slate_weights.tolist() == [4, 0, 0]
    assert data.place_weights.tolist() == [[4, 4], [0, 0], [0, 4]]
    assert data.unsupported.tolist() == [0, 0, 1], "c was no candidate"
    assert data.features[0].tolist() == [[0.5], [0.1]]
    assert np.isnan(data.rewards[:, 1]).all()


def test_a_written_log_gives_the_estimates_of_the_arrays_it_came_from(tmp_path: Path) -> None:
    decisions, targets = example_log(Scenario.PLAIN, n_decisions=80, seed=3)
    from_values = evaluate_policy(policy_data(decisions, targets), n_resamples=50, seed=1)
    from_arrays = evaluate_policy(simulate_log(Scenario.PLAIN, n_decisions=80, seed=3).data, n_resamples=50, seed=1)
    for one, other in zip(from_values.estimates, from_arrays.estimates, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-9)
        assert one.interval.low == pytest.approx(other.interval.low, abs=1e-9, nan_ok=True)


def reasons(data: Any, **floors: Any) -> Any:
    report = evaluate_policy(data, floors=Floors(**floors), n_resamples=20, seed=1)
    return {item.estimator: item.not_estimable for item in report.estimates}


PLAIN = simulate_log(Scenario.PLAIN, n_decisions=200, seed=5).data


def replaced(data: Any, **fields: Any) -> Any:
    return PolicyData(**{name: fields.get(name, getattr(data, name)) for name in data.__dataclass_fields__})


def test_nothing_is_refused_on_a_plain_log() -> None:
    assert set(reasons(PLAIN).values()) == {None}


@pytest.mark.parametrize(
    ("floors", "reason"),
    [
        ({"n_decisions": 201}, "200 decisions, at least 201 are needed"),
        ({"n_teams": 51}, "decisions of 50 teams, at least 51 are needed"),
    ],
)
def test_a_small_log_is_refused_by_every_estimator(floors: Any, reason: str) -> None:
    assert set(reasons(PLAIN, **floors).values()) == {reason}


def test_weak_weights_are_refused_by_every_estimator_that_uses_them() -> None:
    found = reasons(PLAIN, effective_sample_size=190)
    assert found.pop("DM") is None
    assert all("effective sample size is" in reason for reason in found.values())
    found = reasons(PLAIN, largest_share=0.001)
    assert found.pop("DM") is None
    assert all("of all weight" in reason for reason in found.values())


def test_what_was_never_shown_cannot_be_estimated() -> None:
    data = simulate_log(Scenario.NO_SUPPORT, n_decisions=200, seed=5).data
    assert all("never shown first by the logging ranking" in reason for reason in reasons(data).values())


def test_lists_never_shown_below_the_first_place_show_in_their_weights() -> None:
    place_weights = PLAIN.place_weights.copy()
    place_weights[:, 1] *= 0.5
    found = reasons(replaced(PLAIN, place_weights=place_weights, slate_weights=PLAIN.slate_weights * 0.5))
    assert "where 1 is expected" in found["SIPS"]
    assert found["SNIPS"] is None


def test_wrong_propensities_are_warned_of() -> None:
    right = evaluate_policy(PLAIN, n_resamples=20, seed=1)
    wrong = evaluate_policy(replaced(PLAIN, logging=np.full_like(PLAIN.logging, 1 / 12)), n_resamples=20, seed=1)
    assert right.warnings == ()
    assert "the logged probabilities may not be those" in wrong.warnings[0]


def test_undecided_places_are_left_out_and_counted() -> None:
    rewards = PLAIN.rewards.copy()
    rewards[:10, 0] = math.nan
    rewards[10:15, 2] = math.nan
    report = evaluate_policy(replaced(PLAIN, rewards=rewards), n_resamples=20, seed=1)
    assert (report.n_decisions, report.n_undecided, report.n_partly_decided) == (190, 10, 5)
    assert report.logging_value == pytest.approx(PLAIN.rewards[10:, 0].mean())
    nothing = evaluate_policy(replaced(PLAIN, rewards=np.full_like(rewards, math.nan)), n_resamples=20, seed=1)
    assert nothing.logging_value is None
    assert {item.value for item in nothing.estimates} == {None}


def test_the_same_seed_gives_the_same_report_and_the_direct_method_no_interval() -> None:
    report = evaluate_policy(PLAIN, n_resamples=100, seed=1)
    assert evaluate_policy(PLAIN, n_resamples=100, seed=1) == report
    by_name = {item.estimator: item for item in report.estimates}
    assert by_name["DM"].interval.not_estimable == "the error is the reward model's own"
    assert by_name["SNIPS"].interval.low < by_name["SNIPS"].value < by_name["SNIPS"].interval.high
    assert by_name["SNIPS"].difference == pytest.approx(by_name["SNIPS"].value - report.logging_value)


def test_the_reward_model_is_never_asked_about_teams_it_was_fitted_on() -> None:
    # A feature that names the team and decides its reward: fitted on itself, a model would know; on others, it cannot.
    n = 60
    teams = np.arange(n) // 2
    features = np.eye(30)[teams][:, None, :]
    rewards = (teams % 2 == 0).astype(float)[:, None]
    ones = np.ones((n, 1))
    data = PolicyData(
        features,
        ones,
        ones,
        np.zeros(n),
        np.zeros(n, dtype=int),
        rewards,
        ones,
        ones[:, 0],
        np.ones(n, dtype=int),
        teams,
    )
    predictions = cross_fit(data, seed=1)
    told = predictions.of_shown[rewards[:, 0] == 1].mean() - predictions.of_shown[rewards[:, 0] == 0].mean()
    assert abs(told) < 0.15
    assert predictions.of_shown == pytest.approx(predictions.of_target)


def test_simulated_probabilities_are_probabilities() -> None:
    log = simulate_log(Scenario.LITTLE_OVERLAP, n_decisions=50, seed=2)
    assert log.target_places.sum(axis=2) == pytest.approx(np.ones((50, 3)))
    assert log.data.logging.sum(axis=1) == pytest.approx(np.ones(50))
    assert log.data.top_weights == pytest.approx(log.data.place_weights[:, 0])


def test_the_truth_is_what_the_target_earns_when_it_ranks_itself() -> None:
    # Weight 1 throughout: the mean reward of logs drawn by the target must approach its true value.
    truth = true_values(Scenario.INTERACTION, seed=1)
    log = simulate_log(Scenario.INTERACTION, n_decisions=20_000, seed=9).data
    assert ips(log.top_weights, log.rewards[:, 0]).value == pytest.approx(truth.top, abs=0.02)
    assert sips(log.slate_weights, log.rewards).value == pytest.approx(truth.slate, abs=0.02)
    assert iips(log.place_weights, log.rewards).value > truth.slate + 0.01, "places interact, which IIPS ignores"


@pytest.fixture(scope="module")
def simulated() -> Any:
    return {
        scenario: {
            item.estimator: item for item in simulate(scenario, n_logs=40, n_decisions=240, seed=100, n_resamples=300)
        }
        for scenario in (Scenario.PLAIN, Scenario.WRONG_MODEL)
    }


@pytest.mark.full
@pytest.mark.parametrize("estimator", ["IPS", "SNIPS", "DR", "Switch-DR", "SIPS", "IIPS"])
def test_weighted_estimators_are_unbiased_and_their_intervals_hold(simulated: Any, estimator: str) -> None:
    for scenario in (Scenario.PLAIN, Scenario.WRONG_MODEL):
        found = simulated[scenario][estimator]
        assert found.n_refused <= 4
        assert abs(found.bias) < 3.5 * found.bias_error
        # 40 intervals: a true coverage of 95% gives less than 80% once in ten thousand times.
        assert found.coverage >= 0.8
        assert found.width < 0.5


@pytest.mark.full
def test_the_direct_method_is_as_wrong_as_its_model_and_doubly_robust_is_not(simulated: Any) -> None:
    wrong = simulated[Scenario.WRONG_MODEL]
    assert wrong["DM"].bias < -5 * wrong["DM"].bias_error
    assert abs(wrong["DR"].bias) < abs(wrong["DM"].bias) / 2
    assert simulated[Scenario.PLAIN]["DR"].rmse < simulated[Scenario.PLAIN]["IPS"].rmse


def test_without_support_every_log_is_refused() -> None:
    for item in simulate(Scenario.NO_SUPPORT, n_logs=3, n_decisions=200, seed=1, n_resamples=20):
        assert (item.n_refused, item.bias, item.coverage) == (3, None, None)


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: Any) -> Result:
        result = CliRunner().invoke(app, list(map(str, arguments)))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_the_example_log_is_evaluated_on_the_command_line(invoke: Callable[..., Result], tmp_path: Path) -> None:
    invoke("simulate", "--example", "example", "--decisions", 120)
    shown = invoke("off-policy", "example/log.jsonl", "--target", "example/target.jsonl").stdout
    assert "120 decisions of 30 teams" in shown
    assert "| SNIPS | first place |" in shown
    first = json.loads((tmp_path / "example" / "log.jsonl").read_text("utf-8").splitlines()[0])
    lists = "".join(
        f"decision-{number:05} Q0 {item['support_id']} {rank} {-rank} t\n"
        for number in range(1, 121)
        for rank, item in enumerate(first["candidates"], start=1)
    )
    (tmp_path / "run.trec").write_text(lists, "utf-8")
    report = json.loads(invoke("off-policy", "example/log.jsonl", "--run", "run.trec", "--json").stdout)
    refused = {item["estimator"]: item["not_estimable"] for item in report["estimates"]}
    assert "effective sample size" in refused["SNIPS"], "a list without chance is rarely the one that was shown"


def test_one_of_target_and_run_is_needed(invoke: Callable[..., Result]) -> None:
    invoke("simulate", "--example", "example", "--decisions", 5)
    result = invoke("off-policy", "example/log.jsonl")
    assert result.exit_code == 2
    assert "give either --target or --run" in result.output


@pytest.mark.full
def test_simulate_prints_bias_and_coverage_of_every_scenario(invoke: Callable[..., Result]) -> None:
    shown = invoke("simulate", "--logs", 2, "--decisions", 60).stdout
    assert "2 simulated logs of 60 decisions a scenario" in shown
    for scenario in Scenario:
        assert f"| {scenario.value} | DR |" in shown


def test_simulate_takes_one_scenario_and_names_all_when_it_knows_none(invoke: Callable[..., Result]) -> None:
    given = ("simulate", "--logs", 1, "--decisions", 60, "--json", "--scenario")
    records = json.loads(invoke(*given, "interaction").stdout)
    assert {(item["scenario"], item["n_logs"]) for item in records} == {("interaction", 1)}
    assert len(records) == 7
    assert "there are plain, wrong-model" in invoke(*given, "nowhere").output
