"""Teams over the API, on both databases."""

import pytest

from tests.fixtures.service import Service

NEW = {"name": "Riverside on-track team", "form": "team", "context": {"state": ["TX"], "budget": "none"}}


def test_a_team_is_created_read_changed_and_deleted(service: Service) -> None:
    portal = service.as_("portal")
    made = portal.post("/v1/teams", json=NEW)
    assert made.status_code == 201, made.text
    team = made.json()
    assert made.headers["Location"] == f"/v1/teams/{team['id']}"
    got = portal.get(made.headers["Location"])
    assert got.json() == team
    assert got.headers["ETag"] == made.headers["ETag"]

    changed = portal.patch(
        f"/v1/teams/{team['id']}", json={"context": {"budget": None}}, headers={"If-Match": got.headers["ETag"]}
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["context"] == {"state": ["TX"]}

    assert portal.delete(f"/v1/teams/{team['id']}").status_code == 204
    assert portal.get(f"/v1/teams/{team['id']}").status_code == 404


def test_a_change_must_name_the_version_that_it_changes(service: Service) -> None:
    portal = service.as_("portal")
    made = portal.post("/v1/teams", json=NEW)
    where = made.headers["Location"]
    missing = portal.patch(where, json={"name": "Another"})
    assert (missing.status_code, missing.json()["type"]) == (428, "/problems/precondition-required")
    assert portal.patch(where, json={"name": "First"}, headers={"If-Match": made.headers["ETag"]}).status_code == 200
    stale = portal.patch(where, json={"name": "Second"}, headers={"If-Match": made.headers["ETag"]})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale-version")
    assert portal.get(where).json()["name"] == "First"


def test_a_repeated_creation_answers_the_same_and_creates_once(service: Service) -> None:
    portal = service.as_("portal")
    headers = {"Idempotency-Key": "create-riverside"}
    first = portal.post("/v1/teams", json=NEW, headers=headers)
    again = portal.post("/v1/teams", json=NEW, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    other = portal.post("/v1/teams", json={**NEW, "name": "Another"}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert len(portal.get("/v1/teams").json()["items"]) == 1


def test_every_fault_of_a_context_is_reported_by_its_pointer(service: Service) -> None:
    bad = {**NEW, "context": {"budget": "lots", "planet": "mars"}}
    answer = service.as_("portal").post("/v1/teams", json=bad)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/context/budget", "/context/planet"}
    assert service.as_("portal").get("/v1/teams").json()["items"] == []


def test_a_school_gets_another_number(service: Service) -> None:
    portal = service.as_("portal")
    made = portal.post("/v1/teams", json={**NEW, "external_id": "NCES-1"})
    assert portal.post("/v1/teams", json={**NEW, "external_id": "NCES-2"}).status_code == 201
    where, etag = made.headers["Location"], made.headers["ETag"]
    taken = portal.patch(where, json={"external_id": "NCES-2"}, headers={"If-Match": etag})
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/conflict")
    changed = portal.patch(where, json={"external_id": "NCES-3"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["external_id"]) == (200, "NCES-3")
    again = portal.patch(where, json={"external_id": "NCES-4"}, headers={"If-Match": etag})
    assert again.json()["type"] == "/problems/stale-version"
    renamed = portal.patch(where, json={"name": "New"}, headers={"If-Match": changed.headers["ETag"]})
    assert renamed.json()["external_id"] == "NCES-3"
    out = portal.patch(where, json={"external_id": None}, headers={"If-Match": renamed.headers["ETag"]})
    assert out.json()["external_id"] is None


def test_a_change_that_contradicts_a_kept_answer_is_refused(service: Service) -> None:
    portal = service.as_("portal")
    context = {"network_size": 12, "network_secondary": 10}
    made = portal.post("/v1/teams", json={"name": "A hub", "form": "hub", "context": context})
    where, headers = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    smaller = portal.patch(where, json={"context": {"network_size": 8}}, headers=headers)
    assert (smaller.status_code, smaller.json()["errors"][0]["pointer"]) == (422, "/context/network_secondary")
    both = portal.patch(where, json={"context": {"network_size": 8, "network_secondary": 8}}, headers=headers)
    assert both.status_code == 200


@pytest.mark.parametrize("scope", ["portal", "admin", "officer"])
def test_a_foreign_organization_sees_nothing(service: Service, scope: str) -> None:
    where = service.as_("portal").post("/v1/teams", json=NEW).headers["Location"]
    foreign = service.as_(scope, "Another organization")
    answer = foreign.get(where)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-thing")
    assert foreign.get("/v1/teams").json()["items"] == []


def test_pages_follow_each_other_without_gap_or_repeat(service: Service) -> None:
    portal = service.as_("portal")
    made = []
    for number in range(5):
        service.clock.forward(seconds=1)
        made.append(portal.post("/v1/teams", json={**NEW, "name": f"Team {number}"}).json()["id"])
    seen, cursor = [], ""
    while True:
        page = portal.get("/v1/teams", params={"limit": 2, "cursor": cursor}).json()
        seen += [team["id"] for team in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made


def test_without_a_key_or_with_a_wrong_or_revoked_one_there_is_no_data(service: Service) -> None:
    nobody = service.anonymous()
    for headers in ({}, {"Authorization": "Bearer trellis_portal_wrong"}, {"Authorization": "Basic eDp5"}):
        answer = nobody.get("/v1/teams", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
