"""The life of a match from its offer to its outcome."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.fixtures.reviewing import done, resources, review_of
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PROGRAM, StoredRun, stored_run


def matches(caller: TestClient, run: StoredRun) -> dict[str, dict[str, Any]]:
    answer = caller.get(f"/v1/teams/{run.team_id}/matches", params={"limit": 100})
    assert answer.status_code == 200, answer.text
    return {match["support_id"]: match for match in answer.json()["items"]}


def step(caller: TestClient, run: StoredRun, support_id: str, status: str, **fields: Any) -> Any:
    return caller.post(f"/v1/teams/{run.team_id}/matches/{support_id}/status", json={"status": status, **fields})


def test_a_match_goes_from_proposed_to_its_outcome(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service)
    first, second, *_ = resources(review_of(officer, run))
    assert matches(officer, run)[first]["status"] == "proposed"
    done(officer, run, "approve", support_id=first)
    assert matches(officer, run)[first]["status"] == "reviewed"
    assert matches(portal, run) == {}
    assert step(portal, run, first, "accepted").status_code == 404

    done(officer, run, "release")
    assert matches(portal, run)[first]["status"] == "offered"
    for status, fields in (("accepted", {}), ("engaged", {}), ("closed", {"outcome": "helped"})):
        service.clock.forward(days=1)
        answer = step(portal, run, first, status, **fields)
        assert answer.status_code == 201, answer.text
    match = answer.json()
    assert match == matches(portal, run)[first] == matches(officer, run)[first]
    assert [one["status"] for one in match["history"]] == ["offered", "accepted", "engaged", "closed"]
    assert (match["outcome"], match["run_id"]) == ("helped", run.run_id)
    assert len({one["at"] for one in match["history"]}) == 4
    assert all(one["actor"].startswith("key:") for one in match["history"])

    assert step(portal, run, second, "declined", reason="no_time").status_code == 201
    again = step(officer, run, second, "offered", note="After the break?")
    assert again.json()["status"] == "offered"


@pytest.mark.parametrize(
    ("before", "status", "fields"),
    [
        ((), "engaged", {}),
        (("accepted",), "accepted", {}),
        (("declined",), "accepted", {}),
        (("accepted", "engaged"), "declined", {}),
    ],
)
def test_a_step_must_follow_from_where_the_match_stands(
    service: Service, before: tuple[str, ...], status: str, fields: dict[str, Any]
) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service, policy="after_release")
    first = resources(review_of(officer, run))[0]
    for one in before:
        assert step(portal, run, first, one).status_code == 201
    present = matches(portal, run)[first]
    refused = step(portal, run, first, status, **fields)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")
    assert present["status"] in refused.json()["detail"]
    assert matches(portal, run)[first] == present


def test_each_side_takes_its_own_steps(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service, policy="after_release")
    first = resources(review_of(officer, run))[0]
    for caller, status in ((portal, "offered"), (portal, "reviewed"), (officer, "accepted"), (officer, "engaged")):
        refused = step(caller, run, first, status)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed")
    assert step(officer, run, first, "closed", outcome="not_used").status_code == 201
    for scope in ("evaluator", "curator"):
        assert step(service.as_(scope), run, first, "accepted").status_code == 403
    for foreign in (service.as_("portal", "Another network"), service.as_("officer", "Another program")):
        assert step(foreign, run, first, "accepted").status_code == 404
        assert foreign.get(f"/v1/teams/{run.team_id}/matches").status_code == 404


def test_outcome_and_reason_belong_to_their_steps(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service, policy="after_release")
    first = resources(review_of(officer, run))[0]
    for fields, pointer, said in (
        ({"status": "closed"}, "/outcome", "helped_some"),
        ({"status": "accepted", "outcome": "helped"}, "/outcome", "closed"),
        ({"status": "accepted", "reason": "no_time"}, "/reason", "declined or closed"),
        ({"status": "declined", "reason": "bored"}, "/reason", "no_time"),
        ({"status": "finished"}, "/status", "engaged"),
        ({"status": "declined", "note": "zero \u0000"}, "/note", ""),
    ):
        answer = step(portal, run, first, **fields)
        assert answer.status_code == 422, answer.text
        (fault,) = answer.json()["errors"]
        assert fault["pointer"] == pointer
        assert said in fault["detail"]
    unknown = step(portal, run, "res-unknown", "accepted")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/no-such-thing")
    assert matches(portal, run)[first]["status"] == "offered"


def test_a_recall_takes_back_what_nobody_answered(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service)
    first, second, *_ = resources(done(officer, run, "release"))
    assert step(portal, run, first, "accepted").status_code == 201
    done(officer, run, "recall", reason="Look again")
    assert list(matches(portal, run)) == [first]
    taken = matches(officer, run)[second]
    assert (taken["status"], taken["history"][-1]["reason"]) == ("reviewed", "recalled")
    done(officer, run, "remove", support_id=second, reason="no_capacity")
    done(officer, run, "release")
    assert matches(portal, run)[first]["status"] == "accepted"
    assert second not in matches(portal, run)


def test_a_new_list_offers_what_is_still_open_again(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service, policy="after_release")
    first = resources(review_of(officer, run))[0]
    later = stored_run(service, team_id=run.team_id)
    assert [one["run_id"] for one in matches(portal, run)[first]["history"]] == [run.run_id, later.run_id]


def test_matches_are_paged(service: Service) -> None:
    portal = service.as_("portal")
    run = stored_run(service, policy="after_release")
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = portal.get(f"/v1/teams/{run.team_id}/matches", params={"limit": 7, "cursor": cursor}).json()
        found += [match["support_id"] for match in page["items"]]
        cursor = page["next_cursor"]
    assert found == sorted(matches(portal, run))
