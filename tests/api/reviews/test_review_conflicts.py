"""What a review refuses: nothing is overwritten, nothing half done."""

import threading
from typing import Any

import pytest

from tests.fixtures.reviewing import act, done, resources, review_of
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PROGRAM, stored_run

FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"action": "remove", "support_id": "res-x", "reason": "bored"}, "/reason", "already_used"),
    ({"action": "remove", "support_id": "res-x"}, "/reason", "required"),
    ({"action": "approve", "support_id": "res-unknown"}, "/support_id", "not in this run"),
    ({"action": "add", "support_id": "res-unknown"}, "/support_id", "no support"),
    ({"action": "approve"}, "/support_id", "required"),
    ({"action": "approve", "support_id": "res-x", "why": "x"}, "/why", "not a field"),
    ({"action": "applaud"}, "/action", "approve"),
    ({"action": "opened", "before_release": True, "due_at": None}, "/action", "approve"),
    ({}, "/action", ""),
    ({"action": "comment", "text": "   "}, "/text", ""),
    ({"action": "comment", "text": "zero \u0000 byte"}, "/text", ""),
    ({"action": "move", "support_id": "res-x", "to_place": 0}, "/to_place", ""),
    ({"action": "defer", "until": "2026-10-14T00:00:00Z", "reason": "Past"}, "/until", "passed"),
    ({"action": "defer", "until": "2026-12-14T00:00:00", "reason": "No zone"}, "/until", ""),
    ({"action": "set_due", "due_at": "9999-12-31T23:59:59-12:00"}, "/due_at", ""),
    ({"action": "undo", "number": 9}, "/number", "no event 9"),
    ({"action": "assign", "assignee": "key:key_unknown"}, "/assignee", "no program officer"),
    ({"action": "request_second_reader", "reader": "person:nobody"}, "/reader", "no program officer"),
]


def test_of_two_officers_at_once_the_second_is_told_to_read_again(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    first, second, *_ = resources(review_of(officer, run))
    where = f"/v1/runs/{run.run_id}/review/events"
    answers: list[Any] = []
    start = threading.Barrier(2)

    def remove(support_id: str) -> None:
        client = service.anonymous()
        client.headers.update(officer.headers)
        body = {"action": "remove", "support_id": support_id, "reason": "quality"}
        start.wait()
        answers.append(client.post(where, json=body, headers={"If-Match": '"1"'}))

    threads = [threading.Thread(target=remove, args=(support_id,)) for support_id in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    stale = next(answer for answer in answers if answer.status_code == 412)
    assert stale.json()["type"] == "/problems/stale-version"
    view = review_of(officer, run)
    assert view["version"] == 2
    assert len(view["review"]["lists"][0]["removed"]) == 1


def test_an_action_must_name_the_version_that_was_read(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    where = f"/v1/runs/{run.run_id}/review/events"
    body = {"action": "comment", "text": "Hello"}
    missing = officer.post(where, json=body)
    assert (missing.status_code, missing.json()["type"]) == (428, "/problems/precondition-required")
    assert officer.post(where, json=body, headers={"If-Match": '"1"'}).status_code == 201
    stale = officer.post(where, json=body, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale-version")
    assert review_of(officer, run)["version"] == 2


def test_a_fault_is_told_by_its_pointer_and_changes_nothing(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    where = f"/v1/runs/{run.run_id}/review/events"
    for body, pointer, said in FAULTS:
        for path, sent, before in ((where, body, ""), (f"{where}:batch", {"actions": [body]}, "/actions/0")):
            answer = officer.post(path, json=sent, headers={"If-Match": '"1"'})
            assert answer.status_code == 422, (body, answer.text)
            told = {fault["pointer"]: fault["detail"] for fault in answer.json()["errors"]}
            assert before + pointer in told, (body, told)
            assert said in told[before + pointer], body
    assert review_of(officer, run)["version"] == 1


def test_an_unknown_reason_code_is_answered_with_the_allowed_ones(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    answer = act(officer, run, "remove", support_id=resources(review_of(officer, run))[0], reason="bored")
    detail = answer.json()["errors"][0]["detail"]
    for code in ("not_relevant", "wrong_level", "already_used", "no_capacity", "other"):
        assert code in detail


def test_one_refused_action_refuses_them_all(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    first = resources(review_of(officer, run))[0]
    remove = {"action": "remove", "support_id": first, "reason": "quality"}
    where = f"/v1/runs/{run.run_id}/review/events:batch"
    twice = officer.post(where, json={"actions": [remove, remove]}, headers={"If-Match": '"1"'})
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/conflict")
    assert "/actions/1" in twice.json()["detail"]
    unknown = {"action": "pin", "support_id": "res-unknown"}
    faulty = officer.post(where, json={"actions": [unknown, remove, unknown]}, headers={"If-Match": '"1"'})
    assert [fault["pointer"] for fault in faulty.json()["errors"]] == ["/actions/0/support_id", "/actions/2/support_id"]
    assert officer.post(where, json={"actions": []}, headers={"If-Match": '"1"'}).status_code == 422
    assert review_of(officer, run)["version"] == 1


def test_a_released_run_is_recalled_before_it_is_changed(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service)
    first = resources(done(officer, run, "release"))[0]
    for action, fields in (("release", {}), ("pin", {"support_id": first}), ("undo", {"number": 2})):
        refused = act(officer, run, action, **fields)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")
    done(officer, run, "recall", reason="Wrong team")
    assert portal.get(f"/v1/runs/{run.run_id}/released").status_code == 403
    assert act(officer, run, "recall", reason="Again").status_code == 409
    assert act(officer, run, "undo", number=2).status_code == 409
    done(officer, run, "release")
    assert portal.get(f"/v1/runs/{run.run_id}/released").status_code == 200


@pytest.mark.parametrize("scope", ["portal", "admin", "evaluator", "curator"])
def test_only_officers_review(service: Service, scope: str) -> None:
    run = stored_run(service)
    caller = service.as_(scope)
    body = {"action": "release"}
    for answer in (
        caller.get("/v1/reviews"),
        caller.get(f"/v1/runs/{run.run_id}/review"),
        caller.post(f"/v1/runs/{run.run_id}/review/events", json=body, headers={"If-Match": '"1"'}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed")


def test_a_team_that_does_not_share_is_not_reviewed(service: Service) -> None:
    run = stored_run(service, share=("research",))
    officer = service.as_("officer", PROGRAM)
    assert officer.get(f"/v1/runs/{run.run_id}/review").status_code == 403
    body = {"action": "release"}
    answer = officer.post(f"/v1/runs/{run.run_id}/review/events", json=body, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed")


def test_a_review_is_given_to_an_officer_and_taken_from_everybody(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    mine = done(officer, run, "assign", assignee="me")["review"]["assignee"]
    assert mine.startswith("key:")
    assert done(officer, run, "assign", assignee=None)["review"]["assignee"] is None
    assert done(officer, run, "assign", assignee=mine)["review"]["assignee"] == mine
