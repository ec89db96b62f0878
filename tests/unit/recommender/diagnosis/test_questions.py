"""What a respondent is asked, and in which order."""

from typing import Any

import pytest

from models.vocab import Domain, Form, ImportanceKey, Length
from recommender.config import ScoringConfig
from recommender.diagnosis import irt
from recommender.diagnosis.questions import Asked, Questions, questions_for
from tests.fixtures.teams import INSTRUMENT

FOCUS = (Domain.DATA_AND_MEASUREMENT, Domain.TEAM_AND_TIME, Domain.SUSTAINABILITY)
CALIBRATED = dict.fromkeys(INSTRUMENT.items, irt.PLACEHOLDER)
EAP = ScoringConfig(method="eap")


def ask(
    length: Length = Length.FULL,
    form: Form = Form.TEAM,
    *,
    focus: tuple[Domain, ...] = (),
    set_aside: tuple[Domain, ...] = (),
    seed: str = "res_1",
    answers: dict[str, Any] | None = None,
    importance: dict[Domain, ImportanceKey] | None = None,
    scoring: ScoringConfig | None = None,
    parameters: dict[str, irt.GradedItem] | None = None,
) -> Questions:
    return questions_for(
        Asked(form, length, focus, set_aside),
        INSTRUMENT,
        seed=seed,
        answers=answers or {},
        importance=importance or {},
        scoring=scoring or ScoringConfig(),
        item_parameters=parameters,
    )


def adaptive(answers: dict[str, Any], importance: dict[Domain, ImportanceKey] | None = None) -> Questions:
    return ask(Length.SHORT, answers=answers, importance=importance, scoring=EAP, parameters=CALIBRATED)


CORE = [item.id for items in INSTRUMENT.asked(Form.TEAM, length=Length.SHORT).values() for item in items]


@pytest.mark.parametrize(
    ("form", "length", "focus", "n"),
    [
        (Form.TEAM, Length.FULL, (), 50),
        (Form.HUB, Length.FULL, (), 55),
        (Form.TEAM, Length.SHORT, (), 20),
        (Form.TEAM, Length.SHORT, FOCUS, 29),
        (Form.HUB, Length.SHORT, FOCUS, 31),
    ],
)
def test_each_form_asks_its_number_of_items(form: Form, length: Length, focus: tuple[Domain, ...], n: int) -> None:
    assert len(ask(length, form, focus=focus).next) == n


def test_everybody_is_asked_the_same_items_from_another_domain_on() -> None:
    ways = [ask(Length.SHORT, focus=FOCUS, seed=f"res_{number}") for number in range(60)]
    assert len({frozenset(way.next) for way in ways}) == 1
    assert {next(iter(way.by_domain)) for way in ways} == set(INSTRUMENT.form_domains(Form.TEAM))
    order = list(INSTRUMENT.form_domains(Form.TEAM))
    for way in ways:
        own = list(way.by_domain)
        start = order.index(own[0])
        assert own == order[start:] + order[:start]
        assert all(list(items) == sorted(items) for items in way.by_domain.values())
    assert ways[0] == ask(Length.SHORT, focus=FOCUS, seed="res_0")


def test_an_answer_without_a_level_is_an_answer_and_a_domain_set_aside_is_not_asked() -> None:
    way = ask(answers={"la1": "not_sure", "la2": 3}, set_aside=(Domain.INSTRUCTIONAL_IMPROVEMENT,))
    assert len(way.next) == 43
    assert not {"la1", "la2", "ii1"} & set(way.next)


def test_before_calibration_nothing_is_chosen_rater_by_rater() -> None:
    answers = dict.fromkeys(CORE, 2)
    assert ask(Length.SHORT, answers=answers, scoring=EAP).next == ()
    assert ask(Length.SHORT, answers=answers, parameters=CALIBRATED).next == ()


def test_after_calibration_everybody_begins_with_the_core_items() -> None:
    assert sorted(adaptive({}).next) == sorted(CORE)
    assert sorted(adaptive({"la1": 3}).next) == sorted(set(CORE) - {"la1"})


def test_then_one_item_is_asked_first_in_wanted_domains() -> None:
    answers = dict.fromkeys(CORE, 2)
    way = adaptive(answers, {Domain.SUSTAINABILITY: ImportanceKey.TOP_THREE})
    assert len(way.next) == 1
    assert INSTRUMENT.domain_of[way.next[0]] is Domain.SUSTAINABILITY
    assert way.next[0] in way.by_domain[Domain.SUSTAINABILITY]


def test_an_adaptive_session_stops_at_34_items() -> None:
    answers: dict[str, Any] = {}
    while following := adaptive(answers, {Domain.TEAM_AND_TIME: ImportanceKey.IMPORTANT}).next:
        answers[following[0]] = "not_sure" if len(answers) % 5 == 4 else 1 + len(answers) % 4
    assert len(answers) == 34
    assert set(CORE) <= set(answers)
    wanted = [item for item in answers if INSTRUMENT.domain_of[item] is Domain.TEAM_AND_TIME]
    assert len(wanted) == 5, "at the placeholder values a domain is not precise enough before its last item"
