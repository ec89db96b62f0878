"""Oracles T3, T19 and T20 of the diagnostic's design: scores, precision, levels, answers to data, the criterion."""

import math
from typing import Any

import pytest

from models.assessment import Response
from models.vocab import Form, ReadinessAdvice
from recommender.config import ScoringConfig
from recommender.diagnosis.agreement import sample_variance
from recommender.diagnosis.answer_style import longest_run, own_sd, style_flags
from recommender.diagnosis.criterion import (
    criterion_from_percents,
    meets_network_definition,
    meets_priority_criterion,
    union_bounds,
)
from recommender.diagnosis.profiling import (
    level_message,
    level_probabilities,
    likely_levels,
    not_sure_rate,
    rater_score,
    readiness_advice,
    team_se,
)
from recommender.instruments import default_instrument

CONFIG = ScoringConfig()
T3 = [2.4, 2.8, 2.4, 3.2]


def near(value: Any) -> Any:
    return pytest.approx(value, abs=1e-4)


def test_t3_four_raters() -> None:
    se = team_se(T3, config=CONFIG)
    assert sample_variance(T3) == near(0.146667)
    assert se == near(0.2591)
    p = level_probabilities(2.7, se)
    assert p == near((0.0, 0.2201, 0.7789, 0.0010))
    assert likely_levels(p) == (3,)


def test_t3_one_rater_has_the_prior_error_and_lies_between() -> None:
    se = team_se([2.4], config=CONFIG)
    assert se == near(0.6)
    p = level_probabilities(2.4, se)
    assert p == near((0.0668, 0.4994, 0.4004, 0.0334))
    assert likely_levels(p) == (2, 3)
    assert default_instrument().english.say(level_message((2, 3))) == "between Developing and Applying"


def test_t3_six_close_raters() -> None:
    se = team_se([2.0, 2.2, 2.4, 2.2, 2.0, 2.4], config=CONFIG)
    assert 6 * se**2 == near(0.177778)
    assert se == near(0.1721)
    assert level_probabilities(2.2, se)[1] == near(0.9593)


def test_t3_three_distant_raters() -> None:
    se = team_se([1.0, 4.0, 2.5], config=CONFIG)
    assert 3 * se**2 == near(0.99)
    assert se == near(0.5745)


def test_t3_short_form_adds_the_error_of_unasked_items() -> None:
    se = team_se(T3, config=CONFIG, n_asked=2, n_items=5)
    assert se == near(0.3223)
    assert math.sqrt(se**2 - team_se(T3, config=CONFIG) ** 2) == near(0.1917)
    assert team_se(T3, config=CONFIG, n_asked=5, n_items=5) == team_se(T3, config=CONFIG)


def test_the_lower_of_equally_likely_levels_are_named() -> None:
    assert likely_levels((0.25, 0.25, 0.25, 0.25)) == (1, 2)
    assert likely_levels((0.3, 0.0, 0.0, 0.7)) == (4,)


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ([3, 2, "not_sure", 4, 3], 3.0),
        ([3, "not_sure", "not_sure", "skipped", 2], None),
        ([3, 2, 3, "not_applicable", "not_sure"], 2.6667),
        ([3, "not_sure"], None),
        ([3, 2], 2.5),
        ([None, None, 1, 2, 3], 2.0),
        (["not_applicable"] * 5, None),
        ([], None),
    ],
)
def test_t19_a_rater_needs_sixty_percent_of_the_items_that_apply(answers: Any, score: float | None) -> None:
    assert rater_score(answers) == (None if score is None else near(score))


def test_t19_style_flags_of_a_run_and_of_little_spread() -> None:
    levels = [3] * 5 + [2] + [3] * 14
    assert longest_run(levels) == 14
    assert own_sd(levels) == near(0.2236)
    items = list(default_instrument().items.values())[:20]
    answers = {item.id: level for item, level in zip(items, levels, strict=True)}
    flags = style_flags([Response(respondent="r1", answers=answers)], items)
    assert [(flag.respondent, flag.flag) for flag in flags] == [("r1", "long_run"), ("r1", "little_spread")]
    assert flags[0].value == 14
    assert flags[1].value == near(0.2236)


def test_nineteen_equal_answers_are_too_few_for_a_style_flag() -> None:
    items = list(default_instrument().items.values())[:20]
    answers = {item.id: 3 for item in items[:19]}
    assert style_flags([Response(respondent="r1", answers=answers)], items) == ()


def test_more_than_half_not_sure_is_flagged() -> None:
    items = list(default_instrument().items.values())[:4]
    unsure = {item.id: "not_sure" for item in items[:3]}
    (flag,) = style_flags([Response(respondent="r1", answers=unsure)], items)
    assert flag.flag == "mostly_not_sure"
    assert flag.value == 0.75
    half = {item.id: "not_sure" for item in items[:2]}
    assert style_flags([Response(respondent="r1", answers=half)], items) == ()


def test_not_sure_rate_counts_skipped_items_as_shown_but_not_those_that_do_not_apply() -> None:
    assert not_sure_rate(["not_sure", None, "skipped", 2, "not_applicable"]) == 0.25
    assert not_sure_rate(["not_applicable"]) is None


@pytest.mark.parametrize(
    ("b", "low_income", "bounds", "decision"),
    [
        (30, 45, (45, 75), "ask"),
        (62, 20, (62, 82), "yes"),
        (20, 25, (25, 45), "no"),
        (50, 0, (50, 50), "no"),
        (51, 0, (51, 51), "yes"),
        (None, 60, (60, 100), "yes"),
        (10, None, (10, 100), "ask"),
        (None, None, (0, 100), "ask"),
    ],
)
def test_t20_student_criterion(b: int | None, low_income: int | None, bounds: Any, decision: str) -> None:
    assert union_bounds(b, low_income) == bounds
    assert criterion_from_percents(b, low_income) == decision


@pytest.mark.parametrize(("answer", "expected"), [("yes", True), ("no", False), ("not-sure", None), (None, None)])
def test_open_percents_are_decided_by_the_teams_own_answer_and_never_guessed(
    answer: str | None, expected: bool | None
) -> None:
    context: dict[str, Any] = {"pct_black_or_latino": 30, "pct_low_income": 45}
    if answer is not None:
        context["majority_priority"] = answer
    assert meets_priority_criterion(context) is expected


def test_percents_that_decide_are_not_overruled_by_the_teams_answer() -> None:
    assert meets_priority_criterion({"pct_low_income": 80, "majority_priority": "no"}) is True


def test_network_definition_needs_ten_schools_and_a_hub() -> None:
    assert meets_network_definition({"network_priority_schools": 10}, Form.HUB) is True
    assert meets_network_definition({"network_priority_schools": 9}, Form.HUB) is False
    assert meets_network_definition({}, Form.HUB) is None
    assert meets_network_definition({"network_priority_schools": 10}, Form.TEAM) is None


@pytest.mark.parametrize(
    ("size", "secondary", "meets"),
    [(12, 12, True), (8, 12, None), (12, 8, None), (12, None, True), (8, None, None), (None, 9, None)],
)
def test_nothing_follows_from_more_schools_than_there_are(
    size: int | None, secondary: int | None, meets: bool | None
) -> None:
    numbers = {"network_size": size, "network_secondary": secondary, "network_priority_schools": 10}
    known = {key: number for key, number in numbers.items() if number is not None}
    assert meets_network_definition(known, Form.HUB) is meets


@pytest.mark.parametrize(
    ("parts", "advice"),
    [
        ([4, 1.4, 4], ReadinessAdvice.PREPARE_FIRST),
        ([1.5, 3, 3], ReadinessAdvice.START),
        ([2, 2, 3], ReadinessAdvice.START_SMALL),
        ([2.5], ReadinessAdvice.START),
    ],
)
def test_readiness_steers_how_to_start(parts: Any, advice: Any) -> None:
    assert readiness_advice(parts) is advice
