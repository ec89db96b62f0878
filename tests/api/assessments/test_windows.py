"""Windows over the API: opening, changing, closing, reopening, phases; on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from api.storage.tables import Assessment
from models.vocab import Domain
from tests.fixtures.service import Service
from tests.fixtures.stories import accepted, answer, closed_assessment, level_answers, new_team, open_assessment, save

FULL = {"answers": level_answers(2)}


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"])
def test_times_at_the_ends_of_time_are_refused(service: Service, end: str) -> None:
    portal = service.as_("portal")
    team = new_team(service)
    for name in ("opens_at", "closes_at"):
        answered = portal.post(f"/v1/teams/{team}/assessments", json={name: end})
        assert (answered.status_code, pointers(answered)) == (422, {f"/{name}"})
    window = open_assessment(service, team)
    etag = portal.get(f"/v1/assessments/{window}").headers["ETag"]
    changed = portal.patch(f"/v1/assessments/{window}", json={"closes_at": end}, headers={"If-Match": etag})
    assert (changed.status_code, pointers(changed)) == (422, {"/closes_at"})


def pointers(response: Any) -> set[str]:
    assert response.status_code == 422, response.text
    return {fault["pointer"] for fault in response.json()["errors"]}


def close(service: Service, assessment_id: str) -> Any:
    return service.as_("portal").post(f"/v1/assessments/{assessment_id}:close")


def test_a_window_is_opened_read_listed_and_changed(service: Service) -> None:
    portal = service.as_("portal")
    team = new_team(service)
    body = {"length": "short", "focus_domains": ["team-and-time"], "roster_size": 8}
    made = portal.post(f"/v1/teams/{team}/assessments", json=body)
    assert made.status_code == 201, made.text
    window = made.json()
    assert (window["wave"], window["phase"], window["previous_id"], window["form"]) == (1, "individual", None, "team")
    assert window["instrument"] == {"id": "improvement-capacity-check", "version": "0.1.0"}
    where = made.headers["Location"]
    got = portal.get(where)
    assert got.json() == window
    assert portal.get(where, headers={"If-None-Match": got.headers["ETag"]}).status_code == 304
    assert portal.get(f"/v1/teams/{team}/assessments").json()["items"] == [window]

    change = {"roster_size": 9, "set_aside": ["instructional-improvement"]}
    assert portal.patch(where, json=change).status_code == 428
    changed = accepted(portal.patch(where, json=change, headers={"If-Match": got.headers["ETag"]}))
    assert changed == {**window, **change}
    stale = portal.patch(where, json={"roster_size": 1}, headers={"If-Match": got.headers["ETag"]})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale-version")


def test_every_fault_of_a_window_is_reported_by_its_pointer(service: Service) -> None:
    team = new_team(service)
    body = {
        "focus_domains": ["team-and-time", "network-leadership"],
        "set_aside": ["team-and-time"],
        "retake": {"turnover": "some"},
        "closes_at": "2020-01-01T00:00:00Z",
        "previous_id": "asm_unknown",
    }
    answered = service.as_("portal").post(f"/v1/teams/{team}/assessments", json=body)
    assert pointers(answered) == {"/focus_domains/1", "/focus_domains", "/set_aside/0", "/closes_at", "/previous_id"}
    first = service.as_("portal").post(f"/v1/teams/{team}/assessments", json={"retake": {"turnover": "some"}})
    assert pointers(first) == {"/retake"}
    assert service.as_("portal").get(f"/v1/teams/{team}/assessments").json()["items"] == []


def test_a_retake_follows_the_last_results_unless_the_portal_says_otherwise(service: Service) -> None:
    first = closed_assessment(service)
    opened = open_assessment(service, first.team_id, retake={"then": {"team-and-time": 2}, "turnover": "some"})
    retake = service.as_("portal").get(f"/v1/assessments/{opened}").json()
    assert (retake["wave"], retake["previous_id"]) == (2, first.assessment_id)
    assert retake["retake"] == {"then": {"team-and-time": 2}, "turnover": "some"}
    fresh = open_assessment(service, first.team_id, previous_id=None)
    assert service.as_("portal").get(f"/v1/assessments/{fresh}").json()["previous_id"] is None
    other_team = new_team(service)
    foreign = service.as_("portal").post(f"/v1/teams/{other_team}/assessments", json={"previous_id": opened})
    assert pointers(foreign) == {"/previous_id"}


def test_closing_freezes_partial_answers_and_answers_end(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    for number in range(3):
        answer(service, window, {"answers": {"tt1": 2, "tt2": 3, "tt3": 2}}, external_id=f"p{number}")
    answer(service, window, {"role": "teacher"}, external_id="role-only")
    respondent, _ = answer(service, window, {"answers": {"tt1": 4}}, external_id="partly")
    done = accepted(close(service, window))
    assert (done["assessment"]["phase"], done["new_results"], done["notices"]) == ("closed", True, [])
    profile = service.as_("portal").get(f"/v1/assessments/{window}/profile").json()["profile"]
    assert profile["n_respondents"] == 4, "a role alone is no answer"
    score = next(one for one in profile["domains"] if one["domain"] == "team-and-time")
    assert (score["n_raters"], score["mean"]) == (3, 2.3)
    late = save(service, window, respondent, {"answers": {"tt2": 4}})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/window-closed")
    assert close(service, window).json()["type"] == "/problems/conflict"
    version = service.as_("portal").get(f"/v1/assessments/{window}").headers["ETag"]
    changed = service.as_("portal").patch(
        f"/v1/assessments/{window}", json={"roster_size": 3}, headers={"If-Match": version}
    )
    assert changed.json()["type"] == "/problems/window-closed"


def test_a_window_without_answers_cannot_be_closed(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    refused = close(service, window)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no-results-yet")
    assert service.as_("portal").get(f"/v1/assessments/{window}").json()["phase"] == "individual"


def test_a_window_closes_by_itself_when_its_time_has_passed(service: Service) -> None:
    portal = service.as_("portal")
    end = service.clock() + timedelta(hours=1)
    team = new_team(service)
    window = open_assessment(service, team, closes_at=end.isoformat())
    empty = open_assessment(service, team, closes_at=end.isoformat())
    respondent, _ = answer(service, window, FULL)
    service.clock.forward(hours=1)
    late = save(service, window, respondent, FULL)
    assert late.json()["type"] == "/problems/window-closed"
    assert portal.get(f"/v1/assessments/{window}/profile").status_code == 200
    closed = portal.get(f"/v1/assessments/{window}").json()
    assert (closed["phase"], closed["closed_at"]) == ("closed", "2026-10-15T10:00:00Z")
    assert portal.get(f"/v1/assessments/{empty}").json()["phase"] == "closed"
    assert portal.get(f"/v1/assessments/{empty}/profile").json()["type"] == "/problems/no-results-yet"
    reopened = accepted(portal.post(f"/v1/assessments/{empty}:reopen"))
    assert (reopened["phase"], reopened["closes_at"], reopened["closed_at"]) == ("individual", None, None)


def test_a_window_of_an_older_instrument_is_read_when_its_time_has_passed(service: Service) -> None:
    portal = service.as_("portal")
    closes_at = (service.clock() + timedelta(days=1)).isoformat()
    window = open_assessment(service, new_team(service), closes_at=closes_at)
    for _ in range(3):
        answer(service, window, FULL)
    with service.database.writing() as session:
        row = session.get(Assessment, window)
        assert row is not None
        row.instrument_version = "0.0.9"
    service.clock.forward(days=2)
    got = accepted(portal.get(f"/v1/assessments/{window}"))
    assert (got["phase"], got["closed_at"]) == ("individual", None), "its answers cannot be scored here"
    assert portal.get(f"/v1/assessments/{window}/profile").json()["type"] == "/problems/no-results-yet"
    refused = close(service, window)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")
    assert "0.0.9" in refused.json()["detail"]


def test_nobody_answers_before_the_window_opens(service: Service) -> None:
    opens = service.clock() + timedelta(days=1)
    window = open_assessment(service, new_team(service), opens_at=opens.isoformat())
    place = accepted(service.as_("portal").post(f"/v1/assessments/{window}/respondents", json={}))
    where = f"/v1/assessments/{window}/respondents/{place['id']}/answers"
    person = service.invited(place["invitation"])
    early = person.patch(where, json=FULL)
    assert (early.status_code, early.json()["type"]) == (409, "/problems/window-closed")
    service.clock.forward(days=1)
    assert person.patch(where, json=FULL).status_code == 200


@pytest.mark.parametrize(("changed", "new", "expected"), [(2, 0, False), (1, 1, False), (3, 0, True), (1, 2, True)])
def test_results_freeze_anew_only_where_three_people_acted(
    service: Service, changed: int, new: int, expected: bool
) -> None:
    portal = service.as_("portal")
    story = closed_assessment(service, n=5, level=2)
    where = f"/v1/assessments/{story.assessment_id}"
    before = portal.get(f"{where}/profile").json()
    accepted(portal.post(f"{where}:reopen"))
    service.clock.forward(seconds=1)
    for respondent in story.respondent_ids[:changed]:
        accepted(save(service, story.assessment_id, respondent, {"answers": level_answers(4)}))
    for number in range(new):
        answer(service, story.assessment_id, {"answers": level_answers(4)}, external_id=f"new-{number}")
    service.clock.forward(days=1)
    assert portal.get(f"{where}/profile").json()["profile"] == before["profile"], "no live numbers while it is open"
    done = accepted(close(service, story.assessment_id))
    assert done["new_results"] is expected
    assert bool(done["notices"]) is not expected
    after = portal.get(f"{where}/profile").json()
    assert (after["profile"] != before["profile"]) is expected
    assert after["number"] == (2 if expected else 1)


def test_two_changed_texts_do_not_hide_whose_level_changed(service: Service) -> None:
    story = closed_assessment(service, n=5)
    portal, where = service.as_("portal"), f"/v1/assessments/{story.assessment_id}"
    accepted(portal.post(f"{where}:reopen"))
    service.clock.forward(seconds=1)
    words = {"share_text": True}
    everybodys: list[dict[str, Any]] = [{"answers": {"la1": 4}}, words, words]
    for respondent, pieces in zip(story.respondent_ids, everybodys, strict=False):
        accepted(save(service, story.assessment_id, respondent, pieces))
    assert close(service, story.assessment_id).json()["new_results"] is False


def test_people_count_not_what_they_changed(service: Service) -> None:
    story = closed_assessment(service, n=5)
    portal, where = service.as_("portal"), f"/v1/assessments/{story.assessment_id}"

    def closed_again(*levels: int, item: str = "la1") -> Any:
        accepted(portal.post(f"{where}:reopen"))
        service.clock.forward(seconds=1)
        for respondent, level in zip(story.respondent_ids, levels, strict=False):
            accepted(save(service, story.assessment_id, respondent, {"answers": {item: level}}))
        return accepted(close(service, story.assessment_id))

    same = closed_again(2, 2, 2)
    assert same["new_results"], "three people saved; whether anything differs is not to be read from it"
    refused = closed_again(4, 1)
    assert (refused["new_results"], refused["notices"]) == (False, ["The earlier results stay in force."])
    assert not closed_again(4, item="dm1")["new_results"], "three acted by now, but in data one alone"
    assert closed_again(4, 3, 3, item="dm1")["new_results"] is False, "in leadership two"
    assert closed_again(3, 3, 3)["new_results"]


def test_people_answer_alone_and_then_agree(service: Service) -> None:
    portal = service.as_("portal")
    window = open_assessment(service, new_team(service), mode="individual_then_consensus")
    where = f"/v1/assessments/{window}"
    alone = [answer(service, window, FULL, external_id=f"p{number}") for number in range(5)]
    assert accepted(close(service, window))["assessment"]["phase"] == "consensus"
    assert portal.get(f"{where}/profile").json()["mode"] == "individual"
    late = save(service, window, alone[0][0], FULL)
    assert late.json()["type"] == "/problems/window-closed"
    assert close(service, window).json()["type"] == "/problems/no-results-yet"

    agreed, _ = answer(service, window, {"answers": level_answers(3)})
    second = portal.post(f"{where}/respondents", json={})
    assert (second.status_code, second.json()["type"]) == (409, "/problems/conflict")
    assert accepted(close(service, window))["assessment"]["phase"] == "closed"
    latest = portal.get(f"{where}/profile").json()
    assert (latest["mode"], latest["response"]) == ("consensus", None)
    assert {one["mean"] for one in latest["profile"]["domains"] if one["status"] == "scored"} == {3.0}
    kept = portal.get(f"{where}/profile", params={"mode": "individual"}).json()
    assert {one["mean"] for one in kept["profile"]["domains"] if one["status"] == "scored"} == {2.0}

    # An agreed rating is the team's own: one change of it makes new results.
    accepted(portal.post(f"{where}:reopen"))
    assert close(service, window).json()["new_results"] is False
    accepted(portal.post(f"{where}:reopen"))
    accepted(save(service, window, agreed, {"answers": {"la1": 4}}))
    assert accepted(close(service, window))["new_results"] is True

    accepted(portal.post(f"{where}:reopen"))
    assert accepted(portal.post(f"{where}:reopen"))["phase"] == "individual"
    for pieces in ({"answers": {"la1": 3}},) * 3:
        answer(service, window, {**FULL, **pieces})
    accepted(close(service, window))
    profile = accepted(portal.get(f"{where}/profile"))
    assert profile["mode"] == "consensus", "agreed answers stay in force"
    team_id = accepted(portal.get(where))["team_id"]
    run = accepted(portal.post(f"/v1/teams/{team_id}/recommendations", json={}))
    assert run["snapshot_id"] == profile["snapshot_id"], "and drive what is recommended"
    accepted(portal.post(f"{where}:reopen"))
    assert portal.post(f"{where}:reopen").json()["type"] == "/problems/conflict"


def test_a_window_can_be_for_agreed_answers_alone(service: Service) -> None:
    window = open_assessment(service, new_team(service), mode="consensus")
    answer(service, window, FULL)
    accepted(close(service, window))
    profile = service.as_("portal").get(f"/v1/assessments/{window}/profile").json()["profile"]
    assert (profile["answer_mode"], profile["visibility"]) == ("consensus", "detail")


def test_a_foreign_organization_finds_no_window(service: Service) -> None:
    story = closed_assessment(service)
    where = f"/v1/assessments/{story.assessment_id}"
    place = f"{where}/respondents/{story.respondent_ids[0]}"
    foreign = service.as_("portal", "Another organization")
    for method, path in [
        ("GET", where),
        ("POST", f"{where}:close"),
        ("POST", f"{where}:reopen"),
        ("GET", f"{where}/profile"),
        ("GET", f"{where}/words"),
        ("GET", f"{where}/growth"),
        ("GET", f"{where}/respondents"),
        ("POST", f"{place}:renew"),
        ("GET", f"/v1/teams/{story.team_id}/assessments"),
    ]:
        refused = foreign.request(method, path)
        assert (refused.status_code, refused.json()["type"]) == (404, "/problems/no-such-thing"), path
    assert foreign.delete(place).status_code == 404
    assert foreign.post(f"{where}/respondents", json={}).status_code == 404
    assert foreign.post(f"/v1/teams/{story.team_id}/assessments", json={}).status_code == 404


def test_an_invitation_is_shown_once_and_kept_nowhere(service: Service) -> None:
    portal = service.as_("portal")
    window = open_assessment(service, new_team(service))
    headers = {"Idempotency-Key": "invite-17"}
    where = f"/v1/assessments/{window}/respondents"
    first = portal.post(where, json={"external_id": "person-17", "role": "teacher"}, headers=headers)
    again = portal.post(where, json={"external_id": "person-17", "role": "teacher"}, headers=headers)
    token = first.json()["invitation"]
    assert token.startswith("trellis_invitation_")
    assert again.json() == {**first.json(), "invitation": None}
    with service.database.engine.connect() as connection:
        rows = [
            connection.exec_driver_sql(f"SELECT * FROM {table}").all() for table in ("respondents", "stored_answers")
        ]
    assert token not in repr(rows)
    renewed = accepted(portal.post(f"{where}/{first.json()['id']}:renew"))["invitation"]
    assert renewed not in (None, token)
    listed = accepted(portal.get(where))["items"]
    assert [one["external_id"] for one in listed] == ["person-17"]
    assert "invitation" not in listed[0]


def test_an_invitation_with_faults_makes_no_place(service: Service) -> None:
    portal = service.as_("portal")
    window = open_assessment(service, new_team(service))
    where = f"/v1/assessments/{window}/respondents"
    assert pointers(portal.post(where, json={"external_id": "res_1", "role": "wizard"})) == {"/external_id", "/role"}
    accepted(portal.post(where, json={"external_id": "p1"}))
    twice = portal.post(where, json={"external_id": "p1"})
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/conflict")
    assert len(portal.get(where).json()["items"]) == 1


def test_set_aside_domains_are_neither_asked_nor_scored(service: Service) -> None:
    aside = [Domain.INSTRUCTIONAL_IMPROVEMENT]
    story = closed_assessment(service, n=3, set_aside=aside)
    profile = service.as_("portal").get(f"/v1/assessments/{story.assessment_id}/profile").json()["profile"]
    status = {one["domain"]: one["status"] for one in profile["domains"]}
    assert status["instructional-improvement"] == "set_aside"


def test_deleting_a_team_deletes_windows_answers_and_results(service: Service) -> None:
    story = closed_assessment(service, n=3)
    assert service.as_("portal").delete(f"/v1/teams/{story.team_id}").status_code == 204
    with service.database.engine.connect() as connection:
        for table in ("assessments", "respondents", "answers", "snapshots", "stored_answers"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0, table


def test_a_person_who_is_taken_out_counts_nowhere_and_results_stand(service: Service) -> None:
    portal = service.as_("portal")
    story = closed_assessment(service, n=3, roster_size=3)
    where = f"/v1/assessments/{story.assessment_id}"
    before = accepted(portal.get(f"{where}/profile"))
    gone = f"{where}/respondents/{story.respondent_ids[1]}"
    accepted(portal.post(f"{where}:reopen"))
    assert service.as_("officer").delete(gone).status_code == 403
    assert portal.delete(gone).status_code == 204
    assert portal.delete(gone).status_code == 404
    assert accepted(portal.get(f"{where}/profile"))["profile"] == before["profile"], "what is frozen stands"
    assert accepted(portal.get(where))["roster_size"] == 2
    assert len(accepted(portal.get(f"{where}/respondents"))["items"]) == 2
    assert service.invited(story.invitations[1]).get(f"{gone}/answers").status_code == 401
    again = portal.post(f"{where}/respondents", json={"external_id": "person-1"})
    assert again.status_code == 201, "whoever was taken out by mistake is invited anew"
    actions = [line["action"] for line in accepted(service.as_("admin").get("/v1/audit"))["items"]]
    assert "respondent.remove" in actions


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("person-1", "Person-1"),
        ("Zo%C3%AB%20Mu%C3%B1oz", "Zoe%CC%88%20Mun%CC%83oz"),
        ("Siobhan%20O'Neil", "Siobhan%20O%E2%80%99Neil"),
        ("Ana%20Ruiz", "%E2%80%8BAna%20Ruiz"),
    ],
)
def test_one_person_in_two_spellings_is_invited_once_and_paired_over_time(
    service: Service, first: str, second: str
) -> None:
    portal, team = service.as_("portal"), new_team(service)
    windows = []
    for spelling, level in ((first, 2), (second, 4)):
        window = open_assessment(service, team)
        answer(service, window, {"answers": level_answers(level)}, external_id=spelling)
        other = portal.post(f"/v1/assessments/{window}/respondents", json={"external_id": first})
        assert (other.status_code, spelling in other.json()["detail"]) == (409, True)
        for n in range(4):
            answer(service, window, {"answers": level_answers(level)}, external_id=f"p{n}")
        accepted(close(service, window))
        windows.append(window)
    growth = accepted(portal.get(f"/v1/assessments/{windows[1]}/growth"))
    assert {(one["method"], one["n_matched"]) for one in growth["domains"]} == {("paired", 5)}
