"""A person's answers over the API: saved piece by piece, all or nothing, read back by that person alone."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.access.principals import Scope
from tests.fixtures.examples import examples
from tests.fixtures.service import Service
from tests.fixtures.stories import accepted, answer, level_answers, new_team, open_assessment


class Person:
    """Someone who was invited, with the invitation."""

    def __init__(self, service: Service, *, form: str = "team", **window: Any) -> None:
        self.service = service
        self.assessment = open_assessment(service, new_team(service, form=form), **window)
        place = accepted(service.as_("portal").post(f"/v1/assessments/{self.assessment}/respondents", json={}))
        self.where = f"/v1/assessments/{self.assessment}/respondents/{place['id']}"
        self.client = service.invited(place["invitation"])

    def save(self, **pieces: Any) -> Any:
        return self.client.patch(f"{self.where}/answers", json=pieces)

    def read(self) -> dict[str, Any]:
        body: dict[str, Any] = accepted(self.client.get(f"{self.where}/answers"))
        return body


@pytest.fixture
def person(service: Service) -> Person:
    return Person(service)


def faults(response: Any) -> dict[str, str]:
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid-body"), response.text
    return {fault["pointer"]: fault["detail"] for fault in response.json()["errors"]}


def test_pieces_add_up_and_the_last_write_of_a_piece_wins(person: Person) -> None:
    accepted(person.save(answers={"la1": 3, "la2": "not_sure"}, open_text={"strengths": "Steady."}, share_text=True))
    accepted(person.save(answers={"la1": 4, "la3": 2}, role="teacher"))
    accepted(person.save(importance={"team-and-time": "top_three"}, readiness={"team-and-time": {"rd1": 3, "rd2": 1}}))
    own = person.read()
    assert own["answers"] == {"la1": 4, "la2": "not_sure", "la3": 2}
    assert (own["role"], own["share_text"]) == ("teacher", True)
    assert own["importance"] == {"team-and-time": "top_three"}
    assert own["readiness"] == {"team-and-time": {"rd1": 3, "rd2": 1}}
    assert own["open_text"]["strengths"] == "Steady."


def test_null_takes_a_piece_out(person: Person) -> None:
    accepted(
        person.save(
            role="teacher",
            share_text=True,
            answers={"la1": 3, "la2": 2},
            importance={"team-and-time": "useful"},
            readiness={"team-and-time": {"rd1": 3, "rd2": 2}, "sustainability": {"rd1": 1, "rd3": 4}},
            open_text={"challenges": "Time."},
        )
    )
    accepted(
        person.save(
            role=None,
            share_text=None,
            answers={"la1": None, "la3": None},
            importance={"team-and-time": None},
            readiness={"team-and-time": {"rd1": None}, "sustainability": None},
            open_text={"challenges": None},
        )
    )
    own = person.read()
    assert own["answers"] == {"la2": 2}
    assert own["importance"] == {}
    assert own["readiness"] == {"team-and-time": {"rd2": 2}}
    assert (own["role"], own["share_text"], own["open_text"]["challenges"]) == (None, False, "")


def test_saving_twice_is_saving_once(person: Person) -> None:
    first = accepted(person.save(answers={"la1": 3}))
    assert accepted(person.save(answers={"la1": 3})) == first
    assert person.read()["answers"] == {"la1": 3}


def test_every_fault_is_reported_and_nothing_is_saved(person: Person) -> None:
    refused = person.save(
        answers={"la1": 3, "la9": 2, "la2": 5, "nl1": 2, "la3": "not_applicable", "zz": None},
        importance={"nowhere": "useful", "team-and-time": "huge", "network-leadership": None},
        readiness={"team-and-time": {"rd1": 0, "rd9": 1}},
        open_text={"strengths": "x" * 2001, "secrets": None},
        role="wizard",
        share_text="yes",
        respondent="someone-else",
        mood="good",
    )
    assert set(faults(refused)) == {
        "/answers/la9",
        "/answers/la2",
        "/answers/nl1",
        "/answers/la3",
        "/answers/zz",
        "/importance/nowhere",
        "/importance/team-and-time",
        "/importance/network-leadership",
        "/readiness/team-and-time/rd1",
        "/readiness/team-and-time/rd9",
        "/open_text/strengths",
        "/open_text/secrets",
        "/role",
        "/share_text",
        "/respondent",
        "/mood",
    }
    assert person.read()["answers"] == {}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"{", ""),
        (b"[]", ""),
        (b'{"answers": null}', "/answers"),
        (b'{"answers": {"la1": 1, "la1": 2}}', "/answers/la1"),
        (b'{"answers": {"la1": 1e400}}', "/answers/la1"),
        (b'{"answers": {"la1": 99999999999999999999999999}}', "/answers/la1"),
        (b'{"answers": {"la1": true}}', "/answers/la1"),
        (b'{"open_text": {"strengths": "\\u0000"}}', "/open_text/strengths"),
        (b'{"open_text": {"strengths": "\\ud800"}}', "/open_text/strengths"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_place(person: Person, body: bytes, pointer: str) -> None:
    refused = person.client.patch(f"{person.where}/answers", content=body, headers={"Content-Type": "application/json"})
    assert pointer in faults(refused)
    assert person.read()["answers"] == {}


def test_at_most_three_domains_are_top_three_over_all_that_is_saved(person: Person) -> None:
    three = ["team-and-time", "sustainability", "equity-and-voice"]
    accepted(person.save(importance=dict.fromkeys(three, "top_three")))
    fourth = person.save(importance={"knowledge-and-spread": "top_three"})
    assert set(faults(fourth)) == {"/importance"}
    accepted(person.save(importance={"team-and-time": "useful", "knowledge-and-spread": "top_three"}))
    accepted(person.save(importance={"sustainability": None, "improvement-methods": "top_three"}))
    assert len([word for word in person.read()["importance"].values() if word == "top_three"]) == 3


def test_progress_tells_what_comes_next(service: Service) -> None:
    person = Person(service, length="short", focus_domains=["team-and-time"])
    progress = accepted(person.save(answers={"tt1": 2, "la1": "not_sure", "la3": 4}))
    assert (progress["asked"], progress["answered"], len(progress["next"])) == (23, 2, 21)
    by_domain = {one["domain"]: one for one in progress["domains"]}
    assert by_domain["team-and-time"] == {
        "domain": "team-and-time",
        "asked": 5,
        "answered": 1,
        "remaining": 4,
        "importance_answered": False,
    }
    order = [one["domain"] for one in progress["domains"]]
    rest = accepted(person.save(answers=level_answers(2)))
    assert (rest["next"], rest["answered"]) == ([], 23)
    assert [one["domain"] for one in rest["domains"]] == order


def test_only_the_own_invitation_reads_answers_back(service: Service, person: Person) -> None:
    accepted(person.save(answers={"la1": 3}, open_text={"challenges": "A secret."}))
    where = f"{person.where}/answers"
    for scope in Scope:
        client = service.as_(scope)
        for refused in (
            client.get(where),
            client.patch(where, json={"answers": {"la1": 1}, "share_text": True}),
            client.patch(where, json={"importance": {"team-and-time": "top_three"}}),
            client.delete(where),
            client.post(f"{person.where}:submit"),
        ):
            assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed"), scope
            assert "belong to their own person" in refused.json()["detail"]
            assert "secret" not in refused.text
    _, other = answer(service, person.assessment, {"answers": {"la1": 1}})
    stranger = service.invited(other)
    for refused in (stranger.get(where), stranger.patch(where, json={"answers": {"la1": 1}})):
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed")
    assert service.anonymous().get(where).status_code == 401
    assert service.invited("trellis_invitation_unknown").get(where).status_code == 401
    assert person.client.get("/v1/teams").status_code == 401
    assert person.read()["answers"] == {"la1": 3}


def test_a_person_sees_the_own_levels_whatever_the_team_may_see(service: Service, person: Person) -> None:
    accepted(person.save(answers={"tt1": 2, "tt2": 3, "tt3": 2, "tt4": 2, "tt5": 3}))
    # The design's own-view example: a mean of 2.4 from one person.
    expected = [{"domain": "team-and-time", "mean": 2.4, "level_words": "between Developing and Applying"}]
    assert person.read()["scores"] == expected
    accepted(service.as_("portal").post(f"/v1/assessments/{person.assessment}:close"))
    assert person.read()["scores"] == expected
    team = service.as_("portal").get(f"/v1/assessments/{person.assessment}/profile").json()["profile"]
    assert {one["mean"] for one in team["domains"]} == {None}


def test_submitting_is_taken_back_by_saving_again(service: Service, person: Person) -> None:
    accepted(person.save(answers={"la1": 3}))
    service.clock.forward(minutes=1)
    assert accepted(person.client.post(f"{person.where}:submit"))["submitted_at"] == "2026-10-15T09:01:00Z"
    listed = accepted(service.as_("portal").get(f"/v1/assessments/{person.assessment}/respondents"))["items"]
    assert listed[0]["submitted_at"] == "2026-10-15T09:01:00Z"
    service.clock.forward(minutes=1)
    again = accepted(person.save(answers={"la2": 3}))
    assert (again["submitted_at"], again["saved_at"]) == (None, "2026-10-15T09:02:00Z")
    accepted(service.as_("portal").post(f"/v1/assessments/{person.assessment}:close"))
    late = person.client.post(f"{person.where}:submit")
    assert (late.status_code, late.json()["type"]) == (409, "/problems/window-closed")


def test_a_body_that_is_not_json_is_refused(person: Person) -> None:
    refused = person.client.patch(f"{person.where}/answers", content=b"la1=3", headers={"Content-Type": "text/plain"})
    assert (refused.status_code, refused.json()["type"]) == (415, "/problems/unsupported-media-type")


def test_two_devices_at_once_lose_nothing(service: Service, person: Person) -> None:
    items = list(level_answers(1))
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(lambda item: person.save(answers={item: 2}).status_code, items))
    assert set(saved) == {200}
    assert person.read()["answers"] == dict.fromkeys(items, 2)


def test_two_devices_at_once_cannot_pass_the_cap_on_top_three(service: Service, person: Person) -> None:
    domains = [one["domain"] for one in person.read()["progress"]["domains"]]
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(lambda domain: person.save(importance={domain: "top_three"}).status_code, domains))
    assert sorted(saved) == [200] * 3 + [422] * 7
    assert len(person.read()["importance"]) == 3


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
WORDS = st.sampled_from(["la1", "team-and-time", "rd1", "strengths", "top_three", "not_sure", "teacher"])
PATCH = st.dictionaries(
    st.sampled_from(["role", "answers", "importance", "readiness", "open_text", "share_text", "respondent", "x"]),
    JUNK | st.dictionaries(WORDS, JUNK | WORDS | st.dictionaries(WORDS, JUNK | WORDS, max_size=2), max_size=3),
    max_size=4,
)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patch=PATCH)
def test_junk_is_saved_or_reported_never_a_failure(person: Person, patch: dict[str, Any]) -> None:
    saved = person.client.patch(f"{person.where}/answers", json=patch)
    assert saved.status_code in (200, 422), saved.text
    if saved.status_code == 422:
        assert all(error["pointer"] == "" or error["pointer"].startswith("/") for error in saved.json()["errors"])
    person.read()


def test_a_save_of_nothing_changes_nothing(person: Person) -> None:
    accepted(person.save(answers={"la1": 4}))
    done = accepted(person.client.post(f"{person.where}:submit"))
    assert accepted(person.save())["submitted_at"] == done["submitted_at"]


def test_faults_speak_only_of_what_the_holder_of_the_invitation_saved(service: Service, person: Person) -> None:
    three = ["team-and-time", "sustainability", "equity-and-voice"]
    accepted(person.save(importance=dict.fromkeys(three, "top_three"), answers={"la1": 3}))
    service.clock.forward(minutes=1)
    renewed = accepted(service.as_("portal").post(f"{person.where}:renew"))["invitation"]
    newer = service.invited(renewed)
    service.clock.forward(minutes=1)
    told = accepted(newer.post(f"{person.where}:submit"))
    assert (told["answered"], "la1" in told["next"]) == (0, True)
    assert accepted(newer.get(f"{person.where}/answers"))["importance"] == {}
    saved = newer.patch(f"{person.where}/answers", json={"importance": {"knowledge-and-spread": "top_three"}})
    assert saved.status_code == 200, "a top three that is not shown counts for no fault"
    assert accepted(newer.get(f"{person.where}/answers"))["importance"] == {"knowledge-and-spread": "top_three"}


def test_a_person_withdraws_all_answers_at_once(service: Service, person: Person) -> None:
    accepted(person.save(answers={"la1": 3}, role="teacher", open_text={"strengths": "Words."}, share_text=True))
    accepted(person.client.post(f"{person.where}:submit"))
    for _ in range(2):
        assert person.client.delete(f"{person.where}/answers").status_code == 204
    own = person.read()
    assert (own["answers"], own["role"], own["share_text"], own["open_text"]["strengths"]) == ({}, None, False, "")
    listed = accepted(service.as_("portal").get(f"/v1/assessments/{person.assessment}/respondents"))["items"]
    assert (listed[0]["saved_at"], listed[0]["submitted_at"]) == (None, None)
    accepted(person.save(answers={"la2": 1}))
    accepted(service.as_("portal").post(f"/v1/assessments/{person.assessment}:close"))
    late = person.client.delete(f"{person.where}/answers")
    assert (late.status_code, late.json()["type"]) == (409, "/problems/window-closed")
