import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from models.vocab import Domain, Form
from recommender.diagnosis.assessments import parse_assessment
from recommender.errors import InvalidAssessment
from recommender.instruments import default_instrument

INSTRUMENT = default_instrument()
JUDGED = Path("eval/data/judged/assessments.jsonl").read_text("utf-8").splitlines()
SMALL = {
    "assessment_id": "a-001",
    "instrument": {"id": "improvement-capacity-check", "version": "0.1.0"},
    "form": "team",
    "answer_mode": "individual",
    "length": "full",
    "focus_domains": [],
    "as_of": "2026-10-15",
    "team": {
        "id": "t-001",
        "name": "Attendance team",
        "context": {
            "state": ["TX"],
            "locale": ["rural"],
            "grade_bands": ["high"],
            "focus_areas": ["attendance"],
            "pct_low_income": 60,
            "budget": "none",
            "cycle_phase": "testing",
        },
    },
    "responses": [
        {
            "respondent": "r1",
            "role": "teacher",
            "answers": {"la1": 2, "la2": "not_sure", "tt4": "not_applicable", "la3": "skipped"},
            "importance": {"data-and-measurement": "top_three"},
            "readiness": {"data-and-measurement": {"rd1": 3, "rd2": 2}},
            "open_text": {"strengths": "", "challenges": "Time.", "hoped_for_support": ""},
            "share_text": True,
        }
    ],
    "retake": {"previous_id": "a-000", "then": {"data-and-measurement": 2}, "turnover": "some"},
    "set_aside": ["instructional-improvement"],
}


def changed(path: Sequence[Any], value: Any) -> Any:
    document: Any = copy.deepcopy(SMALL)
    node = document
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    return document


def faults_of(raw: Any) -> list[Any]:
    with pytest.raises(InvalidAssessment) as caught:
        parse_assessment(raw, INSTRUMENT)
    return [(fault.pointer, fault.detail) for fault in caught.value.faults]


def test_the_contracts_example_is_read_whole() -> None:
    assessment = parse_assessment(json.dumps(SMALL), INSTRUMENT)
    assert assessment.form is Form.TEAM
    assert assessment.as_of.isoformat() == "2026-10-15"
    assert assessment.responses[0].answers == {"la1": 2, "la2": "not_sure", "tt4": "not_applicable", "la3": "skipped"}
    assert assessment.set_aside == (Domain.INSTRUCTIONAL_IMPROVEMENT,)
    assert assessment == parse_assessment(json.dumps(SMALL).encode(), INSTRUMENT) == parse_assessment(SMALL, INSTRUMENT)


def test_reading_what_was_written_gives_the_same_assessment() -> None:
    assessment = parse_assessment(SMALL, INSTRUMENT)
    assert parse_assessment(assessment.model_dump_json(exclude_none=True), INSTRUMENT) == assessment


@pytest.mark.parametrize("line", JUDGED, ids=[json.loads(line)["assessment_id"] for line in JUDGED])
def test_every_judged_assessment_is_valid(line: Any) -> None:
    assert parse_assessment(line, INSTRUMENT).responses


def test_there_are_twenty_four_judged_assessments() -> None:
    assert len(JUDGED) == 24


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("{'a': 1}", "Not JSON: Expecting property name enclosed in double quotes (column 2)."),
        (b'{\n  "a": 1,\n}', "(line 3, column 1)."),
        ("", "Not JSON: Expecting value (column 1)."),
        (b"\xff{", "Not JSON: byte 0 is not UTF-8 text."),
        (b"\xff\xfe{", "Not JSON: this is text in UTF-16: save it as UTF-8 text."),
        (b"PK\x03\x04word/document.xml", "Not JSON: this is a Word document."),
        ("[]", "Expected a JSON object with an assessment; found a list."),
        ("null", "Expected a JSON object with an assessment; found null."),
        ("[" * 100_000, "Not usable: brackets are nested too deeply."),
        ('{"a": ' + "9" * 5000 + "}", "Not usable: a number has too many digits."),
    ],
)
def test_what_is_not_an_assessment_at_all_is_one_clear_fault(raw: Any, message: str) -> None:
    ((pointer, detail),) = faults_of(raw)
    assert pointer == ""
    assert message in detail


def test_keys_given_twice_and_numbers_that_json_lacks_are_refused() -> None:
    text = json.dumps(SMALL).replace('"la1": 2', '"la1": 2, "la1": 3, "la4": NaN, "la5": 1e999')
    faults = faults_of(text)
    assert ("/responses/0/answers/la1", "The key is given twice.") in faults
    for item in ("la4", "la5"):
        no_number = "NaN and infinity are no values; leave an unknown value out."
        assert (f"/responses/0/answers/{item}", no_number) in faults


def test_half_a_character_is_refused() -> None:
    text = json.dumps(SMALL).replace("Attendance team", "\\ud800")
    assert faults_of(text) == [("/team/name", "The text holds half a character (a lone surrogate).")]


@pytest.mark.parametrize(
    ("path", "value", "pointer", "message"),
    [
        (["instrument", "id"], "other-check", "/instrument/id", "not the id of the instrument in use"),
        (["instrument", "version"], "9.9", "/instrument/version", "Expected one of: 0.1.0."),
        (["assessment_id"], "a 1", "/assessment_id", "one word without spaces"),
        (["assessment_id"], "", "/assessment_id", "one word without spaces"),
        (["form"], "school", "/form", "'school' is not a form of this instrument. Expected one of: team, hub."),
        (["form"], ["team"], "/form", "a list is not a form"),
        (["answer_mode"], "consensual", "/answer_mode", "Did you mean 'consensus'?"),
        (["length"], "brief", "/length", "Expected one of: full, short."),
        (["as_of"], "15.10.2026", "/as_of", "Expected a date such as 2026-10-15; found '15.10.2026'."),
        (["as_of"], 1760000000, "/as_of", "Expected a date"),
        (["as_of"], "1760000000", "/as_of", "Expected a date"),
        (["as_of"], "2026-02-30", "/as_of", "Expected a date"),
        (["focus_domains"], ["sustainabilty"], "/focus_domains/0", "Did you mean 'sustainability'?"),
        (["focus_domains"], ["sustainability"] * 2, "/focus_domains/1", "given twice"),
        (["focus_domains"], ["network-leadership"], "/focus_domains/0", "is not on the team form"),
        (["focus_domains"], list(Domain)[:4], "/focus_domains", "At most 3 focus domains; found 4."),
        (["set_aside"], ["sustainability"], "/set_aside/0", "only instructional-improvement can be"),
        (["retake", "then"], {"sustainability": 5}, "/retake/then/sustainability", "1 to 4; found 5"),
        (["retake", "then"], {"network-leadership": 2}, "/retake/then/network-leadership", "not on the team form"),
        (["retake", "previous_id"], "a-001", "/retake/previous_id", "cannot be its own retake"),
        (
            ["retake", "turnover"],
            "lots",
            "/retake/turnover",
            "'lots' is not allowed here. Expected one of: none, some, many.",
        ),
        (["team", "nmae"], "x", "/team/nmae", "Did you mean 'name'?"),
        (["team", "name"], "", "/team/name", "Expected text; found an empty one."),
        (["team", "name"], 7, "/team/name", "Expected text; found 7."),
        (["team"], [], "/team", "Expected an object; found a list."),
        (["responses"], [], "/responses", "Nobody has answered"),
        (["responses"], {}, "/responses", "Expected a list; found an object."),
        (["responses", 0], 3, "/responses/0", "Expected an object; found 3."),
    ],
)
def test_faults_of_the_frame(path: Any, value: Any, pointer: str, message: str) -> None:
    assert message in dict(faults_of(changed(path, value)))[pointer]


@pytest.mark.parametrize(
    ("key", "value", "place", "message"),
    [
        ("state", ["TX", "XX"], "state/1", "'XX' is not an option of 'state'."),
        ("state", "TX", "state", "Expected a list of options; found 'TX'."),
        ("state", ["TX", "TX"], "state/1", "The option 'TX' is given twice."),
        ("state", [7], "state/0", "7 is not an option"),
        ("locale", ["Rural"], "locale/0", "Did you mean 'rural'? Expected one of: city, suburban, town, rural"),
        ("budget", "free", "budget", "'free' is not an option of 'budget'. Expected one of: none, under-1000"),
        ("budget", ["none"], "budget", "Expected one option as text; found a list."),
        ("budget", None, "budget", "leave the question out"),
        ("focus_areas", ["math", "literacy", "science", "general"], "focus_areas", "At most 3 options; found 4."),
        ("focus_areas", ["maths"], "focus_areas/0", "Did you mean 'math'?"),
        ("pct_low_income", 101, "pct_low_income", "Expected a whole number from 0 to 100; found 101."),
        ("pct_low_income", 50.5, "pct_low_income", "found 50.5"),
        ("pct_low_income", True, "pct_low_income", "found true"),
        ("network_size", 3, "network_size", "is asked on the hub form only; this is the team form"),
        ("form", "team", "form", "The answer to 'form' lives at /form, not in the context."),
        ("answer_mode", "individual", "answer_mode", "lives at /answer_mode"),
        ("role", "teacher", "role", "lives at /responses/…/role"),
        ("bugdet", "none", "bugdet", "'bugdet' is not a context question. Did you mean 'budget'?"),
        ("a/b~c", 1, "a~1b~0c", "is not a context question"),
    ],
)
def test_faults_of_the_context(key: str, value: Any, place: str, message: str) -> None:
    faults = dict(faults_of(changed(["team", "context", key], value)))
    assert list(faults) == [f"/team/context/{place}"]
    assert message in faults[f"/team/context/{place}"]


def test_answers_that_contradict_each_other_are_refused_one_by_one() -> None:
    document = changed(["form"], "hub")
    document["team"]["context"] = {
        "access_needs": ["captions", "none"],
        "locale": ["not-sure", "rural"],
        "network_priority_schools": 15,
        "network_size": 8,
        "network_secondary": 12,
    }
    del document["set_aside"]
    faults = dict(faults_of(document))
    assert list(faults) == [
        "/team/context/access_needs/1",
        "/team/context/locale/0",
        "/team/context/network_priority_schools",
        "/team/context/network_secondary",
    ]
    assert "'none' stands alone" in faults["/team/context/access_needs/1"]
    assert "at most 12" in faults["/team/context/network_priority_schools"]
    assert "at most 8" in faults["/team/context/network_secondary"]


def test_answers_that_fit_together_are_taken() -> None:
    document = changed(["form"], "hub")
    document["team"]["context"] = {
        "access_needs": ["none"],
        "locale": ["not-sure"],
        "network_priority_schools": 12,
        "network_size": 12,
    }
    del document["set_aside"]
    assert parse_assessment(document, INSTRUMENT).team.context["network_size"] == 12


def test_a_hub_counts_its_schools_from_one() -> None:
    document = changed(["team", "context", "network_size"], 0)
    document["form"] = "hub"
    assert faults_of(document) == [("/team/context/network_size", "Expected a whole number of at least 1; found 0.")]


@pytest.mark.parametrize(
    ("path", "value", "place", "message"),
    [
        (["role"], "techer", "role", "'techer' is not a role. Did you mean 'teacher'?"),
        (["role"], "improvement-team", "role", "is not a role"),
        (["answers", "la1"], 5, "answers/la1", "whole numbers 1 to 4, or not_sure, skipped; found 5."),
        (["answers", "la1"], 0, "answers/la1", "found 0."),
        (["answers", "la1"], "3", "answers/la1", "found '3'."),
        (["answers", "la1"], 2.0, "answers/la1", "found 2.0."),
        (["answers", "la1"], True, "answers/la1", "found true."),
        (["answers", "la1"], None, "answers/la1", "found null."),
        (["answers", "la1"], {"level": 2}, "answers/la1", "found an object."),
        (["answers", "tt4"], 5, "answers/tt4", "not_sure, not_applicable, skipped; found 5."),
        (["answers", "la1"], "not_applicable", "answers/la1", "does not offer not_applicable"),
        (["answers", "la9"], 2, "answers/la9", "'la9' is not an item of this instrument."),
        (["answers", "nl1"], 2, "answers/nl1", "'nl1' is asked on the hub form only; this is the team form."),
        (["answers"], [], "answers", "Expected an object; found a list."),
        (
            ["importance", "sustainability"],
            "vital",
            "importance/sustainability",
            "not_now, useful, important, top_three",
        ),
        (["importance", "network-leadership"], "useful", "importance/network-leadership", "not on the team form"),
        (["importance", "money"], "useful", "importance/money", "'money' is not a domain."),
        (
            ["importance"],
            dict.fromkeys(list(Domain)[:4], "top_three"),
            "importance",
            "At most 3 domains can be top_three; found 4.",
        ),
        (["readiness", "sustainability"], {"rd4": 1}, "readiness/sustainability/rd4", "is not a readiness question"),
        (["readiness", "sustainability"], {"rd1": 9}, "readiness/sustainability/rd1", "1 to 4; found 9"),
        (["open_text", "strengths"], "x" * 2001, "open_text/strengths", "At most 2000 characters; found 2001."),
        (["open_text", "strenghts"], "x", "open_text/strenghts", "Did you mean 'strengths'?"),
        (["share_text"], "yes", "share_text", "Expected true or false; found 'yes'."),
        (["respondant"], "x", "respondant", "Did you mean 'respondent'?"),
    ],
)
def test_faults_of_a_response(path: Any, value: Any, place: str, message: str) -> None:
    faults = dict(faults_of(changed(["responses", 0, *path], value)))
    assert list(faults) == [f"/responses/0/{place}"]
    assert message in faults[f"/responses/0/{place}"]


def test_two_respondents_with_one_id_name_each_other() -> None:
    document: Any = copy.deepcopy(SMALL)
    document["responses"] *= 2
    assert faults_of(document) == [
        ("/responses/1/respondent", "Two respondents have the id 'r1' (the other is /responses/0).")
    ]


def test_consensus_is_exactly_one_response() -> None:
    document = changed(["answer_mode"], "consensus")
    assert parse_assessment(document, INSTRUMENT)
    document["responses"].append({"respondent": "r2"})
    ((pointer, detail),) = faults_of(document)
    assert pointer == "/responses"
    assert "exactly one response, the agreed one; found 2" in detail


def test_missing_fields_are_named_where_they_belong() -> None:
    pointers = [pointer for pointer, _ in faults_of({"team": {"id": "t"}, "responses": [{}]})]
    assert pointers == [
        "/team/name",
        "/responses/0/respondent",
        "/assessment_id",
        "/instrument",
        "/form",
        "/answer_mode",
    ]


def test_shape_and_meaning_are_reported_together_in_document_order() -> None:
    document: Any = copy.deepcopy(SMALL)
    document["as_of"] = "soon"
    del document["team"]["name"]
    document["team"]["context"]["budget"] = "lots"
    document["responses"][0]["answers"] = {"la1": 5, "nl1": 2, "la2": 3}
    document["responses"].append("me")
    assert [pointer for pointer, _ in faults_of(document)] == [
        "/as_of",
        "/team/context/budget",
        "/team/name",
        "/responses/0/answers/la1",
        "/responses/0/answers/nl1",
        "/responses/1",
    ]


def test_a_wrong_form_does_not_hide_other_faults_or_blame_hub_items() -> None:
    document = changed(["form"], "school")
    document["responses"][0]["answers"] = {"nl1": 2, "zz9": 2}
    assert [pointer for pointer, _ in faults_of(document)] == ["/form", "/responses/0/answers/zz9"]


def test_items_that_a_short_form_does_not_ask_are_accepted() -> None:
    document = changed(["length"], "short")
    document["responses"][0]["answers"] = {"la2": 3}
    assert parse_assessment(document, INSTRUMENT).responses[0].answers == {"la2": 3}


def test_a_flood_of_unknown_items_is_reported_in_full() -> None:
    faults = faults_of(changed(["responses", 0, "answers"], {f"z{number}": 1 for number in range(2000)}))
    assert len(faults) == 2000


def test_the_message_of_the_error_lists_places_and_sentences() -> None:
    with pytest.raises(InvalidAssessment, match=r"^/responses/0/answers/la1: Expected a level, .*; found 5\.$"):
        parse_assessment(changed(["responses", 0, "answers", "la1"], 5), INSTRUMENT)
