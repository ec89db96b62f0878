"""Feedback of portals: batched, idempotent, all or nothing."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.engine.engine import Engine
from models.vocab import SupportKind
from tests.fixtures.reviewing import resources, review_of
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PROGRAM, StoredRun, stored_run


def events(service: Service, run: StoredRun, n: int = 3, **fields: Any) -> list[dict[str, Any]]:
    supports = service.app.state.engine.catalog.by_kind[SupportKind.RESOURCE]
    event = {"team_id": run.team_id, "kind": "viewed", "at": "2026-10-14T12:00:00-05:00", **fields}
    return [{"event_id": f"ev-{i}", "support_id": supports[i].id, **event} for i in range(n)]


def send(caller: TestClient, batch: list[dict[str, Any]]) -> Any:
    return caller.post("/v1/feedback", json={"events": batch})


def taken(caller: TestClient, run: StoredRun) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = caller.get(f"/v1/teams/{run.team_id}/feedback").json()["items"]
    return items


def test_a_batch_is_taken_once_however_often_it_is_sent(service: Service) -> None:
    portal = service.as_("portal")
    run = stored_run(service)
    batch = events(service, run)
    assert send(portal, batch).json() == {"accepted": 3, "duplicates": 0}
    assert send(portal, batch).json() == {"accepted": 0, "duplicates": 3}
    more = [
        *batch,
        {**batch[0], "event_id": "ev-new", "kind": "helpful"},
        {**batch[0], "event_id": "ev-new", "kind": "helpful"},
    ]
    # The same moment in another zone is the same content.
    more[0] = {**batch[0], "at": "2026-10-14T17:00:00Z"}
    assert send(portal, more).json() == {"accepted": 1, "duplicates": 4}
    assert [item["event_id"] for item in taken(portal, run)] == ["ev-0", "ev-1", "ev-2", "ev-new"]


def test_every_fault_is_told_and_nothing_is_taken(service: Service) -> None:
    portal = service.as_("portal")
    run, foreign = stored_run(service), stored_run(service, organization="Another network")
    good = events(service, run, 1)[0]
    assert send(portal, [good]).json()["accepted"] == 1
    bad = [
        {**good, "event_id": "ok"},
        {**good, "kind": "saved"},
        {**good, "event_id": "b", "support_id": "res-unknown"},
        {**good, "event_id": "c", "team_id": foreign.team_id},
        {**good, "event_id": "d", "run_id": foreign.run_id},
        {**good, "event_id": "e", "reason": "no_time"},
        {**good, "event_id": "f", "at": "2026-10-15T10:00:00Z"},
        {**good, "event_id": "ok", "kind": "finished"},
    ]
    answer = send(portal, bad)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-body")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "/events/1/event_id",
        "/events/2/support_id",
        "/events/3/team_id",
        "/events/4/run_id",
        "/events/5/reason",
        "/events/6/at",
        "/events/7/event_id",
    ]
    assert [item["event_id"] for item in taken(portal, run)] == ["ev-0"]


def test_words_outside_the_vocabulary_are_answered_with_the_allowed_ones(service: Service) -> None:
    portal = service.as_("portal")
    run = stored_run(service)
    good = events(service, run, 1)[0]
    for field, value, said in (
        ("kind", "liked", "not_helpful"),
        ("reason", "bored", "too_costly"),
        ("at", "2026-10-14T12:00:00", "a time with its zone"),
        ("note", "zero \u0000", ""),
        ("event_id", "two words", ""),
    ):
        answer = send(portal, [good, {**good, "kind": "declined", field: value}])
        assert answer.status_code == 422
        (fault,) = answer.json()["errors"]
        assert fault["pointer"] == f"/events/1/{field}"
        assert said in fault["detail"]
    assert send(portal, []).status_code == 422
    assert send(portal, [{**good, "event_id": f"ev-{i}"} for i in range(101)]).status_code == 422
    assert taken(portal, run) == []


def test_the_same_event_id_of_another_organization_is_another_event(service: Service) -> None:
    here, there = stored_run(service), stored_run(service, organization="Another network")
    assert send(service.as_("portal"), events(service, here, 1)).json()["accepted"] == 1
    assert send(service.as_("portal", "Another network"), events(service, there, 1)).json()["accepted"] == 1


def test_a_support_that_left_the_catalog_is_known_from_its_run(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = service.as_("portal")
    run = stored_run(service)
    first = resources(review_of(service.as_("officer", PROGRAM), run))[0]
    event = {**events(service, run, 1)[0], "support_id": first}
    whole = service.app.state.engine.catalog
    smaller = type(whole).of(support for support in whole.supports if support.id != first)
    monkeypatch.setattr(Engine, "catalog", property(lambda _: smaller))
    assert send(portal, [event]).json()["errors"][0]["pointer"] == "/events/0/support_id"
    assert send(portal, [{**event, "run_id": run.run_id}]).json() == {"accepted": 1, "duplicates": 0}


def test_feedback_is_paged_and_officers_do_not_read_the_teams_words(service: Service) -> None:
    portal, officer = service.as_("portal"), service.as_("officer", PROGRAM)
    run = stored_run(service)
    batch = events(service, run, 5, kind="not_helpful", reason="too_basic", note="We were past this")
    batch[4]["at"] = "2026-10-01T00:00:00Z"
    assert send(portal, batch).json()["accepted"] == 5
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = portal.get(f"/v1/teams/{run.team_id}/feedback", params={"limit": 2, "cursor": cursor}).json()
        found += [item["event_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == ["ev-4", "ev-0", "ev-1", "ev-2", "ev-3"]
    assert {item["note"] for item in taken(portal, run)} == {"We were past this"}
    assert {item["note"] for item in taken(officer, run)} == {None}
    wrong = portal.get(f"/v1/teams/{run.team_id}/feedback", params={"cursor": "IHg"})
    assert (wrong.status_code, wrong.json()["errors"][0]["parameter"]) == (422, "cursor")


def test_only_the_teams_own_portal_sends_feedback(service: Service) -> None:
    run = stored_run(service)
    batch = events(service, run, 1)
    for scope in ("officer", "evaluator", "curator"):
        assert send(service.as_(scope), batch).status_code == 403
    other = service.as_("portal", "Another network")
    assert send(other, batch).json()["errors"][0]["pointer"] == "/events/0/team_id"
    assert other.get(f"/v1/teams/{run.team_id}/feedback").status_code == 404
