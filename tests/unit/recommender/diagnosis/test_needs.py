import json
from pathlib import Path
from typing import Any

import pytest

from models.assessment import Assessment
from models.vocab import Domain, NeedWord
from recommender.config import ScoringConfig
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.evidence import evidence_of
from recommender.diagnosis.needs import derive_needs
from recommender.diagnosis.release import released_team
from recommender.instruments import default_instrument

INSTRUMENT = default_instrument()
CONFIG = ScoringConfig()
JUDGED = Path("eval/data/judged/assessments.jsonl").read_text("utf-8").splitlines()


def team(levels: Any, *, importance: Any = None, n: int = 1, **fields: Any) -> Any:
    """An assessment whose raters all give each item of a domain that domain's level."""
    answers = {
        item.id: levels[domain]
        for domain, spec in INSTRUMENT.domains.items()
        for item in spec.items
        if domain in levels and "team" in item.forms
    }
    weights = {domain.value: word for domain, word in (importance or {}).items()}
    document = {
        "assessment_id": "a-001",
        "instrument": {"id": "improvement-capacity-check", "version": "0.1.0"},
        "form": "team",
        "answer_mode": "individual",
        "team": {"id": "t-001", "name": "Team"},
        "responses": [{"respondent": f"r{place}", "answers": answers, "importance": weights} for place in range(n)],
    } | fields
    return parse_assessment(document, INSTRUMENT)


def needs_of(assessment: Assessment) -> Any:
    return derive_needs(evidence_of(assessment, INSTRUMENT, CONFIG), INSTRUMENT, CONFIG)


def released_needs_of(assessment: Assessment) -> Any:
    """The needs that follow from the release of the same answers."""
    return derive_needs(
        evidence_of(released_team(assessment, INSTRUMENT, CONFIG), INSTRUMENT, CONFIG), INSTRUMENT, CONFIG
    )


ON_TEAM = [domain for domain in Domain if domain is not Domain.NETWORK_LEADERSHIP]
MIXED = dict(zip(ON_TEAM, [1, 2, 3, 4, 2, 3, 4, 1, 2, 3], strict=True))


def test_needs_are_ordered_by_gap_times_importance() -> None:
    wants = {Domain.SHARED_AIM_AND_THEORY: "top_three", Domain.SUSTAINABILITY: "top_three"}
    needs = needs_of(team(MIXED, importance=wants))
    assert [need.domain for need in needs[:3]] == [
        Domain.LEADERSHIP_ALIGNMENT,
        Domain.CULTURE_AND_ADULT_LEARNING,
        Domain.TEAM_AND_TIME,
    ]
    first, sustainability = needs[0], next(need for need in needs if need.domain is Domain.SUSTAINABILITY)
    assert (first.gap, first.importance, first.priority) == (1.0, 0.5, 0.5)
    assert sustainability.priority == pytest.approx(1 / 3)
    assert sum(need.share for need in needs) == pytest.approx(1)
    assert [need.priority for need in needs] == sorted((need.priority for need in needs), reverse=True)


def test_a_domain_already_leading_is_no_priority_however_wanted() -> None:
    needs = needs_of(team(MIXED, importance={Domain.SHARED_AIM_AND_THEORY: "top_three"}))
    aim = next(need for need in needs if need.domain is Domain.SHARED_AIM_AND_THEORY)
    assert (aim.priority, aim.share, aim.is_priority, aim.word) == (0, 0, False, NeedWord.LATER)
    assert aim.rubric == ()


def test_ties_share_a_rank_and_follow_the_instrument() -> None:
    needs = needs_of(team(MIXED))
    assert [need.rank for need in needs] == [1, 1, 3, 3, 3, 6, 6, 6, 9, 9]
    assert [need.domain for need in needs[:2]] == [Domain.LEADERSHIP_ALIGNMENT, Domain.CULTURE_AND_ADULT_LEARNING]


def test_needs_tied_for_the_third_place_are_all_priorities() -> None:
    needs = needs_of(team(MIXED))
    assert [need.is_priority for need in needs] == [True] * 5 + [False] * 5


def test_a_team_leading_everywhere_has_no_priority_and_no_shares() -> None:
    needs = needs_of(team(dict.fromkeys(ON_TEAM, 4)))
    assert not any(need.is_priority for need in needs)
    assert {need.share for need in needs} == {0}
    assert {need.word for need in needs} == {NeedWord.LATER}


def test_domains_without_enough_answers_come_last_by_importance_and_without_numbers() -> None:
    wants = {Domain.SUSTAINABILITY: "top_three", Domain.TEAM_AND_TIME: "not_now"}
    needs = needs_of(team({Domain.DATA_AND_MEASUREMENT: 2}, importance=wants))
    assert needs[0].domain is Domain.DATA_AND_MEASUREMENT
    assert needs[0].share == 1
    assert needs[1].domain is Domain.SUSTAINABILITY
    assert needs[-1].domain is Domain.TEAM_AND_TIME
    for need in needs[1:]:
        assert need.word is NeedWord.NOT_ENOUGH_ANSWERS
        assert (need.priority, need.gap, need.rank, need.share, need.is_priority) == (None, None, None, 0, False)


def test_domains_off_the_form_or_set_aside_are_no_needs() -> None:
    needs = needs_of(team(MIXED, set_aside=["instructional-improvement"]))
    domains = {need.domain for need in needs}
    assert Domain.NETWORK_LEADERSHIP not in domains
    assert Domain.INSTRUCTIONAL_IMPROVEMENT not in domains
    assert len(needs) == 9


def test_the_rubric_shows_the_present_picture_and_the_next() -> None:
    document = team(MIXED).model_dump(mode="json", exclude_none=True)
    document["responses"][0]["answers"] |= {"dm1": 3, "dm2": 1, "dm3": 2, "dm4": 4, "dm5": "not_sure"}
    need = next(
        need for need in needs_of(parse_assessment(document, INSTRUMENT)) if need.domain is Domain.DATA_AND_MEASUREMENT
    )
    assert [(text.item_id, text.present_level) for text in need.rubric] == [("dm2", 1), ("dm3", 2), ("dm1", 3)]
    assert need.rubric[0].present == "We use only test scores, grades or attendance counts."
    assert need.rubric[0].next == "We have tried a quick measure once or twice."


def test_a_mean_halfway_between_levels_takes_the_lower_picture() -> None:
    document = team(MIXED, n=2).model_dump(mode="json", exclude_none=True)
    document["responses"][1]["answers"] |= {"dm1": 4, "dm2": 4, "dm3": 4, "dm4": 4, "dm5": 4}
    need = next(
        need for need in needs_of(parse_assessment(document, INSTRUMENT)) if need.domain is Domain.DATA_AND_MEASUREMENT
    )
    assert {text.present_level for text in need.rubric} == {3}
    assert [text.item_id for text in need.rubric] == ["dm1", "dm2", "dm3"]


def test_the_same_answers_give_the_same_needs_and_another_team_its_own_draws() -> None:
    line = json.loads(JUDGED[0])
    parsed = parse_assessment(line, INSTRUMENT)
    assert needs_of(parsed) == needs_of(parsed)
    line["team"]["id"] = "another"
    other = needs_of(parse_assessment(line, INSTRUMENT))
    assert [need.domain for need in other] == [need.domain for need in needs_of(parsed)]
    assert [need.p_top_three for need in other] != [need.p_top_three for need in needs_of(parsed)]


@pytest.mark.parametrize(
    ("n", "scored", "rubric"), [(2, False, False), (3, True, False), (4, True, False), (5, True, True)]
)
def test_released_needs_have_numbers_from_three_people_and_pictures_from_five(
    n: int, scored: bool, rubric: bool
) -> None:
    needs = released_needs_of(team(MIXED, n=n, importance={Domain.TEAM_AND_TIME: "useful"}))
    for need in needs:
        numbers = (need.priority, need.priority_se, need.gap, need.p_top_three, need.rank)
        assert all((number is not None) is scored for number in numbers)
    assert any(need.rubric for need in needs) is rubric
    if not scored:
        assert {need.word for need in needs} == {NeedWord.NOT_ENOUGH_ANSWERS}


def test_what_a_small_team_wants_to_work_on_comes_first_and_is_all_that_is_known() -> None:
    wants = {
        Domain.SUSTAINABILITY: "top_three",
        Domain.TEAM_AND_TIME: "top_three",
        Domain.LEADERSHIP_ALIGNMENT: "not_now",
    }
    needs = released_needs_of(team(MIXED, n=2, importance=wants))
    assert [need.domain for need in needs[:2]] == [Domain.TEAM_AND_TIME, Domain.SUSTAINABILITY]
    assert [need.importance for need in needs] == [1.0, 1.0, *[0.5] * 8]


def released_after(n: int, change: Any) -> Any:
    """The released needs, by domain, of `n` raters after `change` was applied to the document of each of them."""
    document = team(MIXED, n=n).model_dump(mode="json", exclude_none=True)
    for place, response in enumerate(document["responses"]):
        change(place, response)
    return {need.domain: need for need in released_needs_of(parse_assessment(document, INSTRUMENT))}


def test_shares_and_chances_of_the_others_do_not_depend_on_a_need_that_is_not_released() -> None:
    def two_rate_data(place: int, response: Any, level: int) -> None:
        items = ("dm1", "dm2", "dm3", "dm4", "dm5")
        response["answers"] |= dict.fromkeys(items, "not_sure" if place >= 2 else level)

    low, high = (
        released_after(5, lambda place, response, level=level: two_rate_data(place, response, level))
        for level in (1, 4)
    )
    assert low[Domain.DATA_AND_MEASUREMENT].gap is None
    assert low[Domain.TEAM_AND_TIME].priority is not None
    assert low == high


@pytest.mark.parametrize(("weighing", "importance"), [(0, 0.5), (1, 0.5), (2, 0.5), (3, 1.0)])
def test_an_importance_of_fewer_than_three_people_weighs_as_a_missing_one(weighing: int, importance: float) -> None:
    def some_weigh(place: int, response: Any) -> None:
        if place < weighing:
            response["importance"] = {"data-and-measurement": "top_three"}

    data = released_after(5, some_weigh)[Domain.DATA_AND_MEASUREMENT]
    assert data.gap is not None
    assert (data.importance, data.priority) == (importance, pytest.approx(data.gap * importance))


def test_the_rubric_leaves_out_items_that_too_few_answered() -> None:
    def one_rates_two_items(place: int, response: Any) -> None:
        if place:
            response["answers"] |= {"dm1": "not_sure", "dm2": "not_sure"}
        else:
            response["answers"] |= {"dm1": 1, "dm2": 1}

    public = released_after(5, one_rates_two_items)
    items = [text.item_id for text in public[Domain.DATA_AND_MEASUREMENT].rubric]
    assert "dm1" not in items
    assert "dm2" not in items


@pytest.mark.parametrize(("ready", "told"), [(1, False), (3, False), (4, False), (5, True)])
def test_readiness_of_fewer_than_five_people_is_not_told(ready: int, told: bool) -> None:
    def some_are_ready(place: int, response: Any) -> None:
        if place < ready:
            response["readiness"] = {"data-and-measurement": {"rd1": 1}}

    assert (released_after(5, some_are_ready)[Domain.DATA_AND_MEASUREMENT].readiness is not None) is told


@pytest.mark.parametrize("line", JUDGED, ids=[json.loads(line)["assessment_id"] for line in JUDGED])
def test_every_judged_team_has_three_priorities_or_ties_at_the_third_place(line: Any) -> None:
    parsed = parse_assessment(line, INSTRUMENT)
    needs = needs_of(parsed)
    priorities = [need for need in needs if need.is_priority]
    assert len(priorities) >= 3
    assert all(need.priority == pytest.approx(priorities[2].priority) for need in priorities[3:])
