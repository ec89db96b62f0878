"""Pieces of a person's answers against the form that asks for them."""

import json
from typing import Any

import pytest

from models.vocab import Form
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.form_check import check_response, check_window
from recommender.errors import InvalidAssessment
from recommender.instruments import default_instrument
from tests.fixtures.teams import make_team

BROKEN: dict[str, Any] = {
    "role": "wizard",
    "answers": {"la1": 3, "la9": 2, "la2": 5, "nl1": 2, "la3": "not_applicable"},
    "importance": {"nowhere": "useful", "team-and-time": "huge"},
    "readiness": {"team-and-time": {"rd1": 0, "rd9": 1}},
    "open_text": {"strengths": "x" * 2001, "secrets": "s"},
    "share_text": "yes",
}


def faults(response: dict[str, Any], **already: int) -> dict[str, str]:
    found = check_response(response, default_instrument(), Form.TEAM, **already)
    return {fault.pointer: fault.detail for fault in found}


def test_pieces_have_the_same_faults_as_a_whole_assessment_with_them() -> None:
    whole = json.loads(make_team(1).model_dump_json())
    whole["responses"] = [{"respondent": "one", **BROKEN}]
    with pytest.raises(InvalidAssessment) as caught:
        parse_assessment(whole, default_instrument())
    told = {fault.pointer.removeprefix("/responses/0"): fault.detail for fault in caught.value.faults}
    assert faults(BROKEN) == told
    assert list(faults(BROKEN)) == list(told)
    assert len(told) == 12


def test_taking_out_checks_only_the_name() -> None:
    nothing = {
        "role": None,
        "share_text": None,
        "answers": {"la1": None},
        "importance": {"team-and-time": None},
        "readiness": {"team-and-time": {"rd1": None}, "sustainability": None},
        "open_text": {"challenges": None},
    }
    assert faults(nothing) == {}
    unknown = {
        "answers": {"la9": None, "nl1": None},
        "importance": {"network-leadership": None},
        "readiness": {"team-and-time": {"rd9": None}, "nowhere": None},
        "open_text": {"secrets": None},
    }
    assert list(faults(unknown)) == [
        "/answers/la9",
        "/answers/nl1",
        "/importance/network-leadership",
        "/readiness/team-and-time/rd9",
        "/readiness/nowhere",
        "/open_text/secrets",
    ]


def test_a_whole_part_is_not_taken_out_by_null() -> None:
    assert list(faults({"answers": None, "importance": None})) == ["/answers", "/importance"]


def test_the_cap_on_top_three_counts_what_is_chosen_already() -> None:
    one = {"importance": {"team-and-time": "top_three"}}
    assert faults(one, n_top_three=2) == {}
    assert faults(one, n_top_three=3) == {"/importance": "At most 3 domains can be top_three; found 4."}


def test_the_choices_of_a_window_are_checked_by_their_places() -> None:
    window = {
        "focus_domains": ["team-and-time", "team-and-time", "network-leadership"],
        "set_aside": ["team-and-time"],
        "retake": {"then": {"sustainability": 5}},
    }
    found = check_window(window, default_instrument(), Form.TEAM)
    assert [fault.pointer for fault in found] == [
        "/focus_domains/1",
        "/focus_domains/2",
        "/set_aside/0",
        "/retake/then/sustainability",
    ]
