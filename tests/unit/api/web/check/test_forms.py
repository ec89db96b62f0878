"""The fields of the questionnaire's forms, read into pieces of answers."""

from typing import Any

import pytest
from starlette.datastructures import FormData

from api.assessments.answers import OwnAnswers
from api.errors import InvalidBody
from api.web.check.forms import changed_pieces, fault_words, number_of_top_three, saved_pieces, sent_pieces
from models.assessment import OpenText
from models.base import Fault
from models.vocab import Domain, ImportanceKey
from recommender.instruments import default_instrument

INSTRUMENT = default_instrument().instrument


def sent(**fields: str) -> dict[str, Any]:
    """The pieces of a form; a double underscore stands for a slash."""
    return dict(sent_pieces(FormData({name.replace("__", "/"): value for name, value in fields.items()})).pieces)


def own(**fields: Any) -> OwnAnswers:
    nothing: dict[str, Any] = {"answers": {}, "importance": {}, "readiness": {}, "open_text": OpenText(), "role": None}
    return OwnAnswers.model_construct(None, **(nothing | {"share_text": False} | fields))


def test_levels_are_numbers_and_words_stay_words() -> None:
    assert sent(answers__tt1="3", answers__tt2="not_sure", importance__sustainability="useful", role="coach") == {
        "answers/tt1": 3,
        "answers/tt2": "not_sure",
        "importance/sustainability": "useful",
        "role": "coach",
    }
    assert sent(**{"readiness/team-and-time/rd1": "2"}) == {"readiness/team-and-time/rd1": 2}


def test_what_is_no_level_stays_as_it_is_for_the_service_to_refuse() -> None:
    assert sent(answers__tt1="12", answers__tt2="²", share_text="maybe") == {
        "answers/tt1": "12",
        "answers/tt2": "²",
        "share_text": "maybe",
    }


def test_an_empty_field_takes_its_piece_out_and_consent_is_yes_or_no() -> None:
    assert sent(answers__tt1="", role="", open_text__strengths=" \n") == {
        "answers/tt1": None,
        "role": None,
        "open_text/strengths": None,
    }
    assert (sent(share_text="yes"), sent(share_text="no")) == ({"share_text": True}, {"share_text": False})


def test_lines_of_a_text_end_with_one_character() -> None:
    assert sent(open_text__strengths=" one\r\ntwo ") == {"open_text/strengths": " one\ntwo "}


def test_the_pressed_button_says_where_to_go_or_which_answer_to_take_out() -> None:
    asked = sent_pieces(FormData({"answers/tt1": "3", "clear": "answers/tt1", "go": "next"}))
    assert (asked.pieces, asked.go, asked.cleared) == ({"answers/tt1": None}, "next", "answers/tt1")
    assert sent_pieces(FormData({})) == ({}, "stay", None, {})


@pytest.mark.parametrize("name", ["answers", "mood", "answers/tt1/x", "readiness/team-and-time", "respondent", "a/b"])
def test_fields_that_no_page_has_are_all_named(name: str) -> None:
    with pytest.raises(InvalidBody) as caught:
        sent_pieces(FormData({"answers/tt1": "2", name: "1", "nonsense": "x"}))
    assert {fault.pointer for fault in caught.value.faults} == {f"/{name}", "/nonsense"}


def test_only_what_differs_is_saved_and_a_one_is_no_yes() -> None:
    saved = {"answers/tt1": 2, "answers/tt2": 1, "share_text": True}
    assert changed_pieces({"answers/tt1": 2, "answers/tt2": 3, "answers/tt3": None}, saved) == {"answers/tt2": 3}
    assert changed_pieces({"share_text": 1, "answers/tt2": True}, saved) == {"share_text": 1, "answers/tt2": True}


def test_saved_answers_come_back_under_the_names_of_their_fields() -> None:
    answers = own(answers={"tt1": 2}, importance={Domain.TEAM_AND_TIME: ImportanceKey.USEFUL}, role="coach")
    assert saved_pieces(answers) == {
        "answers/tt1": 2,
        "importance/team-and-time": "useful",
        "role": "coach",
        "share_text": False,
    }


def test_a_fourth_of_the_top_three_names_the_three() -> None:
    chosen = [domain.id for domain in INSTRUMENT.domains][:3]
    named = [domain.name for domain in INSTRUMENT.domains][:3]
    told = fault_words(
        [Fault(pointer="/importance", detail="too many")],
        {"importance/sustainability": "top_three", "importance/team-and-time": "useful"},
        INSTRUMENT,
        own(importance=dict.fromkeys(chosen, ImportanceKey.TOP_THREE)),
    )
    assert list(told) == ["importance/sustainability"]
    assert all(f"“{name}”" in told["importance/sustainability"] for name in named)
    assert number_of_top_three(INSTRUMENT) == 3


def test_a_text_that_is_too_long_is_told_by_how_much() -> None:
    faults = [Fault(pointer="/open_text/strengths", detail="d"), Fault(pointer="/answers/tt1", detail="d")]
    told = fault_words(faults, {"open_text/strengths": "x" * 10_000}, INSTRUMENT, own())
    assert "10,000 characters. There is room for 2,000" in told["open_text/strengths"]
    assert told["answers/tt1"] == "We could not take that. Please choose again."
