"""Reviewing runs over the API: the queue, acting, and what the team sees."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.vocab import SupportKind
from tests.fixtures.reviewing import act, done, resources, review_of
from tests.fixtures.runs import grant
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PROGRAM, StoredRun, stored_run


def seen(portal: TestClient, run: StoredRun) -> dict[str, Any]:
    answer = portal.get(f"/v1/runs/{run.run_id}/released")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ineligible(service: Service, run: StoredRun) -> str:
    """A provider that works in other states only."""
    serves = {s.id: s.serves for s in service.app.state.engine.catalog.by_kind[SupportKind.PROVIDER]}
    return next(str(id_) for id_, states in sorted(serves.items()) if states and not {"US", "TX"} & set(states))


def test_a_team_sees_its_run_as_the_officer_released_it(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service)
    waiting = portal.get(f"/v1/runs/{run.run_id}/released")
    assert (waiting.status_code, waiting.json()["type"]) == (403, "/problems/not-released")

    first, second, third, *_ = resources(review_of(officer, run))
    done(officer, run, "remove", support_id=first, reason="not_relevant", note="They do this already")
    done(officer, run, "pin", support_id=third)
    listed = set(resources(review_of(officer, run)))
    extra = next(
        s for s in service.app.state.engine.catalog.by_kind[SupportKind.RESOURCE] if s.id not in listed | {first}
    )
    added = act(officer, run, "add", support_id=extra.id)
    if added.status_code == 422:
        added = act(officer, run, "add", support_id=extra.id, override=True, reason="They asked for it")
    assert added.status_code == 201
    done(officer, run, "comment", text="Start with this one", support_id=third, for_team=True)
    done(officer, run, "comment", text="Ask them about time")
    view = done(officer, run, "release")
    assert (view["review"]["state"], view["version"]) == ("released", 7)

    released = seen(portal, run)
    matches = released["lists"][0]["matches"]
    ids = [match["support_id"] for match in matches]
    assert ids[:2] == [third, second]
    assert first not in ids
    assert ids[-1] == extra.id
    assert [match["place"] for match in matches] == list(range(1, len(ids) + 1))
    assert (matches[0]["pinned"], matches[0]["comments"]) == (True, ["Start with this one"])
    assert matches[-1]["added"]
    assert matches[-1]["why"] == ["Added by your program officer."]
    assert "Ask them about time" not in str(released)
    assert first not in str(released["plan"])


def test_a_run_is_due_in_a_week_and_overdue_after_it(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    stored_run(service)
    (item,) = officer.get("/v1/reviews").json()["items"]
    assert (item["due_at"], item["overdue"], item["state"]) == ("2026-10-22T09:00:01Z", False, "waiting")
    assert officer.get("/v1/reviews", params={"overdue": True}).json()["items"] == []
    service.clock.forward(days=7, seconds=1)
    (item,) = officer.get("/v1/reviews", params={"overdue": True}).json()["items"]
    assert item["overdue"]


@pytest.mark.parametrize(("share", "policy"), [((), "before_release"), (("program-officer",), "after_release")])
def test_without_sharing_or_with_review_afterwards_the_team_sees_it_at_once(
    service: Service, share: tuple[str, ...], policy: str
) -> None:
    run = stored_run(service, share=share, policy=policy)
    assert seen(service.as_("portal"), run)["lists"][0]["matches"]


def test_after_a_release_at_once_changes_wait_for_the_next_release(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service, policy="after_release")
    first = resources(review_of(officer, run))[0]
    before = seen(portal, run)
    view = done(officer, run, "remove", support_id=first, reason="quality")
    assert view["review"]["state"] == "in_review"
    assert seen(portal, run) == before
    done(officer, run, "release")
    assert first not in str(seen(portal, run)["lists"])


def test_a_team_that_stops_sharing_is_not_left_waiting(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service)
    where = f"/v1/teams/{run.team_id}"
    etag = portal.get(where).headers["ETag"]
    assert portal.patch(where, json={"context": {"share_with": []}}, headers={"If-Match": etag}).status_code == 200
    assert officer.get(f"/v1/runs/{run.run_id}/review").status_code == 403
    assert seen(portal, run)["lists"]


def test_the_queue_shows_only_granted_teams_that_share(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    stored_run(service, share=("hub", "research"))
    foreign = stored_run(service, organization="Another network")
    assert {item["run_id"] for item in officer.get("/v1/reviews").json()["items"]} == {run.run_id, foreign.run_id}
    other = service.as_("officer", "Another program")
    assert other.get("/v1/reviews").json() == {
        "items": [],
        "counts": dict.fromkeys(("waiting", "in_review", "deferred", "second_reading", "released"), 0),
        "next_cursor": None,
    }
    for where in (f"/v1/runs/{run.run_id}/review", f"/v1/runs/{run.run_id}/released"):
        hidden = other.get(where)
        assert (hidden.status_code, hidden.json()["type"]) == (404, "/problems/no-such-thing")
    grant(service, run.team_id, "Another program")
    assert [item["run_id"] for item in other.get("/v1/reviews").json()["items"]] == [run.run_id]


def test_the_queue_is_filtered_counted_sorted_and_paged(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    runs = [stored_run(service, sample=name) for name in ("new-school-team", "veteran-team", "network-hub")]
    few = stored_run(service, raters=1)
    done(officer, runs[0], "set_due", due_at=None)
    done(officer, runs[1], "defer", until="2026-12-01T08:00:00-06:00", reason="After the break")
    done(officer, runs[2], "assign", assignee="me")

    def ids(**params: Any) -> list[str]:
        answer = officer.get("/v1/reviews", params=params)
        assert answer.status_code == 200, answer.text
        return [item["run_id"] for item in answer.json()["items"]]

    by_due = [runs[2].run_id, few.run_id, runs[1].run_id, runs[0].run_id]
    assert ids() == by_due
    assert ids(sort="age") == [run.run_id for run in (*runs, few)]
    assert ids(state=["deferred"]) == [runs[1].run_id]
    assert ids(assignee="me") == [runs[2].run_id]
    assert ids(team=few.team_id) == ids(cohort=few.cohort_id) == [few.run_id]
    assert few.run_id in ids(low_confidence=True)
    assert ids(due_before="2026-11-01T00:00:00Z") == [runs[2].run_id, few.run_id]
    assert sorted(ids(unmet_needs=True) + ids(unmet_needs=False)) == sorted(by_due)
    counts = officer.get("/v1/reviews", params={"state": "deferred"}).json()["counts"]
    assert counts == {"waiting": 3, "in_review": 0, "deferred": 1, "second_reading": 0, "released": 0}

    for sort in ("due", "age"):
        found, cursor = [], ""
        while cursor is not None:
            page = officer.get("/v1/reviews", params={"limit": 1, "cursor": cursor, "sort": sort}).json()
            found += [item["run_id"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert found == ids(sort=sort)
    for cursor in ("garbage!", "AAAA", "x" * 41):
        answer = officer.get("/v1/reviews", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "cursor")


def test_an_ineligible_support_is_added_only_over_the_named_rule_with_a_reason(service: Service) -> None:
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    run = stored_run(service, state=["TX"])
    support_id = ineligible(service, run)
    refused = act(officer, run, "add", support_id=support_id)
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == "/support_id"
    assert "states-served: Works in" in fault["detail"]
    unsaid = act(officer, run, "add", support_id=support_id, override=True)
    assert [fault["pointer"] for fault in unsaid.json()["errors"]] == ["/reason"]
    assert review_of(officer, run)["version"] == 1

    view = done(officer, run, "add", support_id=support_id, override=True, reason="They travel for this team")
    addition = view["review"]["lists"][1]["kept"][-1]["addition"]
    assert addition["reason"] == "They travel for this team"
    assert all(rule["because"] for rule in addition["violations"])
    assert view["events"][-1]["did"]["violations"] == addition["violations"]
    done(officer, run, "release")
    assert seen(portal, run)["lists"][1]["matches"][-1]["support_id"] == support_id


def test_several_actions_are_taken_together(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    ids = resources(review_of(officer, run))
    actions = [{"action": "approve", "support_id": id_} for id_ in ids] + [{"action": "release"}]
    where = f"/v1/runs/{run.run_id}/review/events:batch"
    answer = officer.post(where, json={"actions": actions}, headers={"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == f'"{len(actions) + 1}"'
    assert {entry["state"] for entry in answer.json()["review"]["lists"][0]["kept"]} == {"approved"}


def test_an_undo_is_told_in_the_history(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    before = review_of(officer, run)
    done(officer, run, "remove", support_id=resources(before)[0], reason="duplicate")
    after = done(officer, run, "undo", number=2)
    assert after["review"] == before["review"]
    assert [(event["did"]["action"], event["undone"]) for event in after["events"]] == [
        ("opened", False),
        ("remove", True),
        ("undo", False),
    ]


def test_a_second_person_must_agree_when_asked(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    colleague = service.anonymous()
    colleague.headers["Authorization"] = f"Bearer {service.key('officer', PROGRAM)}"
    done(officer, run, "request_second_reader")
    early = act(officer, run, "release")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/conflict")
    assert act(officer, run, "second_read", verdict="agree").status_code == 409
    done(colleague, run, "second_read", verdict="agree", note="Good list")
    assert done(officer, run, "release")["review"]["state"] == "released"


def test_a_reader_keeps_what_is_unchanged(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    where = f"/v1/runs/{run.run_id}/review"
    etag = officer.get(where).headers["ETag"]
    assert officer.get(where, headers={"If-None-Match": etag}).status_code == 304


def test_a_repeated_action_with_one_key_is_taken_once(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    headers = {"If-Match": '"1"', "Idempotency-Key": "once"}
    where = f"/v1/runs/{run.run_id}/review/events"
    body = {"action": "comment", "text": "Hello"}
    first, again = (officer.post(where, json=body, headers=headers) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    assert review_of(officer, run)["version"] == 2


def test_a_kept_answer_is_gone_with_the_sharing(service: Service) -> None:
    run = stored_run(service)
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    headers = {"Idempotency-Key": "once", "If-Match": '"1"'}
    first = resources(review_of(officer, run))[0]
    acting = (f"/v1/runs/{run.run_id}/review/events", {"action": "approve", "support_id": first})
    making: tuple[str, dict[str, Any]] = (f"/v1/teams/{run.team_id}/recommendations", {})
    for path, body in (acting, making):
        headers["Idempotency-Key"] += "-more"
        assert officer.post(path, json=body, headers=headers).status_code == 201
        assert officer.post(path, json=body, headers=headers).headers["Idempotency-Replayed"] == "true"
    team = f"/v1/teams/{run.team_id}"
    etag = portal.get(team).headers["ETag"]
    portal.patch(team, json={"context": {"share_with": []}}, headers={"If-Match": etag})
    headers["Idempotency-Key"] = "once"
    for path, body in (acting, making):
        headers["Idempotency-Key"] += "-more"
        refused = officer.post(path, json=body, headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed"), path


def test_a_later_run_leaves_out_what_was_removed_unless_that_was_undone(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    run = stored_run(service)
    first, second, *_ = resources(review_of(officer, run))
    done(officer, run, "remove", support_id=first, reason="not_relevant")
    done(officer, run, "remove", support_id=second, reason="not_relevant")
    done(officer, run, "undo", number=2)
    again = service.as_("portal").post(f"/v1/teams/{run.team_id}/recommendations", json={})
    assert again.json()["request"]["history"] == []  # the team must not learn of a removal that is not released
    done(officer, run, "release")
    later = resources(review_of(officer, stored_run(service, team_id=run.team_id)))
    assert first in later
    assert second not in later
