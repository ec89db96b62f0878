import json
import random
from pathlib import Path
from typing import Any

import pytest

from models.vocab import Domain, ReadinessAdvice, ScoreStatus, Visibility
from recommender.config import ScoringConfig
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.irt import PLACEHOLDER, GradedItem
from recommender.diagnosis.profiling import build_profile
from recommender.instruments import default_instrument

INSTRUMENT = default_instrument()
CONFIG = ScoringConfig()
JUDGED = Path("eval/data/judged/assessments.jsonl").read_text("utf-8").splitlines()
DATA = Domain.DATA_AND_MEASUREMENT
ITEMS = ["dm1", "dm2", "dm3", "dm4", "dm5"]
T2 = [[2, 3, 2, 2, 3], [3, 3, 2, 3, 3], [2, 2, 2, 3, 3], [3, 3, 3, 3, 4]]
SPLIT = [[1, 1, 2, 1, 1], [4, 3, 4, 4, 4], [1, 2, 1, 1, 2], [4, 4, 3, 4, 4], [2, 1, 1, 1, 2]]


def assessment(rows: Any, *, importance: Any = (), **fields: Any) -> Any:
    """Raters who answered the five data items; `importance` has one word a rater, or None."""
    document = {
        "assessment_id": "a-001",
        "instrument": {"id": "improvement-capacity-check", "version": "0.1.0"},
        "form": "team",
        "answer_mode": "individual",
        "team": {"id": "t-001", "name": "Team"},
        "responses": [
            {"respondent": f"r{place}", "answers": dict(zip(ITEMS, row, strict=True))}
            for place, row in enumerate(rows, start=1)
        ],
    } | fields
    for response, word in zip(document["responses"], importance, strict=False):
        response["importance"] = {DATA.value: word} if word else {}
    return parse_assessment(document, INSTRUMENT)


def score_of(rows: Any, *, domain: str = DATA, config: Any = CONFIG, **fields: Any) -> Any:
    profile = build_profile(assessment(rows, **fields), INSTRUMENT, config)
    return next(score for score in profile.domains if score.domain is domain)


def test_a_domain_of_four_raters_is_scored_as_in_t2_and_t3() -> None:
    score = score_of(T2)
    assert score.status is ScoreStatus.SCORED
    assert score.n_raters == 4
    assert score.mean == pytest.approx(2.7)
    assert score.se == pytest.approx(0.2591, abs=1e-4)
    assert score.level_words == "Applying"
    assert score.agreement is None
    assert score.visibility is Visibility.MEAN_AND_LEVEL


def test_a_split_team_is_scored_and_shows_two_pictures_as_in_t4() -> None:
    score = score_of(SPLIT)
    assert score.mean == pytest.approx(2.32)
    assert score.two_pictures
    assert score.agreement.word == "far apart"
    assert score.agreement.reason == "more_spread_than_random"
    assert score.visibility is Visibility.DETAIL


def test_every_domain_of_the_instrument_has_a_status() -> None:
    profile = build_profile(assessment(T2, set_aside=["instructional-improvement"]), INSTRUMENT, CONFIG)
    status = {score.domain: score.status for score in profile.domains}
    assert list(status) == list(Domain)
    assert status.pop(DATA) is ScoreStatus.SCORED
    assert status.pop(Domain.NETWORK_LEADERSHIP) is ScoreStatus.NOT_ON_FORM
    assert status.pop(Domain.INSTRUCTIONAL_IMPROVEMENT) is ScoreStatus.SET_ASIDE
    assert set(status.values()) == {ScoreStatus.TOO_FEW_ANSWERS}


def test_a_set_aside_domain_has_no_numbers_though_it_was_answered() -> None:
    document = json.loads(JUDGED[0]) | {"set_aside": ["instructional-improvement"]}
    profile = build_profile(parse_assessment(document, INSTRUMENT), INSTRUMENT, CONFIG)
    score = next(score for score in profile.domains if score.domain is Domain.INSTRUCTIONAL_IMPROVEMENT)
    assert score.model_dump(exclude_defaults=True) == {
        "domain": Domain.INSTRUCTIONAL_IMPROVEMENT,
        "status": ScoreStatus.SET_ASIDE,
        "visibility": Visibility.NOTHING,
    }


def test_raters_with_too_few_answers_do_not_count() -> None:
    score = score_of([*T2, [4, 4, "not_sure", "not_sure", "skipped"]])
    assert score.n_raters == 4
    assert score.mean == pytest.approx(2.7)
    assert score.not_sure_rate == pytest.approx(2 / 25)


def test_a_domain_that_nobody_could_see_is_flagged_only_from_five_people() -> None:
    unsure = [["not_sure"] * 5] * 4
    assert score_of(unsure).status is ScoreStatus.TOO_FEW_ANSWERS
    assert score_of(unsure).not_sure_rate == 1
    assert not score_of(unsure).many_cannot_see
    assert score_of([*unsure, ["not_sure"] * 5]).many_cannot_see
    assert not score_of([*unsure, ["skipped"] * 5]).many_cannot_see


def test_a_third_not_sure_is_many() -> None:
    row = [2, 2, 2, "not_sure", "not_sure"]
    fewer = [2, 2, 2, 2, "not_sure"]
    assert score_of([row] * 5).many_cannot_see
    assert not score_of([fewer] * 5).many_cannot_see


def test_a_consensus_has_its_own_error_and_no_agreement() -> None:
    score = score_of([[2, 3, 2, 2, 3]], answer_mode="consensus")
    assert score.n_raters is None
    assert score.mean == pytest.approx(2.4)
    assert score.se == pytest.approx(0.45)
    assert score.agreement is None
    assert score.visibility is Visibility.DETAIL


def test_a_short_form_scores_only_what_it_asks() -> None:
    core = [item.id for item in INSTRUMENT.domains[DATA].items if item.core]
    assert core == ["dm1", "dm2"]
    score = score_of(T2, length="short")
    assert score.mean == pytest.approx((2.5 + 3 + 2 + 3) / 4)
    focused = score_of(T2, length="short", focus_domains=[DATA.value])
    assert focused == score_of(T2)


def test_importance_is_a_mean_over_those_who_answered() -> None:
    score = score_of(T2, importance=["top_three", "useful", None, "top_three"])
    assert score.importance == pytest.approx((1 + 0.5 + 1) / 3)
    assert (score.n_importance, score.n_top_three) == (3, 2)
    assert score_of(T2).importance is None


def test_readiness_is_summed_up_by_part() -> None:
    document = assessment(T2).model_dump(mode="json", exclude_none=True)
    document["responses"][0]["readiness"] = {DATA.value: {"rd1": 4, "rd2": 2}}
    document["responses"][1]["readiness"] = {DATA.value: {"rd1": 3}}
    profile = build_profile(parse_assessment(document, INSTRUMENT), INSTRUMENT, CONFIG)
    (summary,) = profile.readiness
    assert summary.parts == {"motivation": 3.5, "capacity": 2.0}
    assert summary.advice is ReadinessAdvice.START


def test_context_percents_never_change_a_score() -> None:
    poor = assessment(T2, team={"id": "t-001", "name": "Team", "context": {"pct_low_income": 90}})
    rich = assessment(T2, team={"id": "t-001", "name": "Team", "context": {"pct_low_income": 5}})
    first, second = (build_profile(each, INSTRUMENT, CONFIG) for each in (poor, rich))
    assert first.meets_priority_criterion is True
    assert second.meets_priority_criterion is None
    assert first.domains == second.domains


def test_order_of_raters_and_of_answers_changes_nothing() -> None:
    document = json.loads(JUDGED[0])
    straight = build_profile(parse_assessment(document, INSTRUMENT), INSTRUMENT, CONFIG)
    shuffler = random.Random(3)
    for response in document["responses"]:
        answers = list(response["answers"].items())
        shuffler.shuffle(answers)
        response["answers"] = dict(answers)
    shuffler.shuffle(document["responses"])
    shuffled = build_profile(parse_assessment(document, INSTRUMENT), INSTRUMENT, CONFIG)
    assert shuffled.domains == straight.domains


def test_eap_scores_stay_on_the_scale_and_near_the_classical_ones() -> None:
    eap = ScoringConfig(method="eap")
    for line in JUDGED:
        parsed = parse_assessment(line, INSTRUMENT)
        pairs = zip(
            build_profile(parsed, INSTRUMENT, CONFIG).domains,
            build_profile(parsed, INSTRUMENT, eap).domains,
            strict=True,
        )
        for classical, scored in pairs:
            if classical.mean is not None:
                assert 1 < scored.mean < 4
                assert scored.mean == pytest.approx(classical.mean, abs=0.5)


def test_eap_takes_one_answer_where_classical_scoring_needs_three() -> None:
    row = ["not_sure", "not_sure", "not_sure", "not_sure", 1]
    assert score_of([row]).status is ScoreStatus.TOO_FEW_ANSWERS
    score = score_of([row], config=ScoringConfig(method="eap"))
    assert score.status is ScoreStatus.SCORED
    assert 1 < score.mean < 2.5
    assert score.se > 0.6


def test_eap_credits_an_answer_by_the_difficulty_of_its_item() -> None:
    parsed, eap = assessment([[3, "skipped", "skipped", "skipped", "skipped"]]), ScoringConfig(method="eap")
    hard = {"dm1": GradedItem(1.5, (0.0, 1.2, 2.4))}
    plain = build_profile(parsed, INSTRUMENT, eap, item_parameters={"dm1": PLACEHOLDER})
    credited = build_profile(parsed, INSTRUMENT, eap, item_parameters=hard)
    place = list(Domain).index(DATA)
    # The hard item itself lowers the curve of expected scores a little, so ability is compared on the other four.
    assert plain == build_profile(parsed, INSTRUMENT, eap)
    assert credited.domains[place].mean > plain.domains[place].mean
