"""Runs over the API: made from frozen results, stored byte for byte, read in three forms."""

import hashlib
from typing import Any

import pytest

from api.engine.samples import sample_documents
from recommender.reading.trec import read_run
from tests.fixtures.runs import freeze, grant, team_with_results
from tests.fixtures.service import Service

ALONE: dict[str, Any] = {"share_with": []}
"""Does not share with an officer, so that runs are released at once."""


def test_a_run_is_made_stored_and_read_again(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    made = portal.post(f"/v1/teams/{team_id}/recommendations", json={"k": 4, "kinds": ["resource"]})
    assert made.status_code == 201, made.text
    head = made.json()
    assert made.headers["Location"] == f"/v1/runs/{head['id']}"
    assert head["request"] == {
        "kinds": ["resource"],
        "k": 4,
        "as_of": "2026-10-15",
        "history": [],
        "exploration": 0.0,
        "seed": 0,
    }

    got = portal.get(made.headers["Location"])
    assert got.status_code == 200, got.text
    assert got.headers["ETag"] == made.headers["ETag"]
    run = got.json()["run"]
    assert {key: value for key, value in got.json().items() if key != "run"} == head
    assert [ranked["kind"] for ranked in run["lists"]] == ["resource"]
    assert len(run["lists"][0]["matches"]) == 4
    assert run["versions"] == head["versions"]
    text = got.text[got.text.index('"run":') + len('"run":') : -1]
    assert hashlib.sha256(text.encode()).hexdigest() == head["sha256"]


def test_what_the_caller_has_already_is_not_sent_again(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    where = portal.post(f"/v1/teams/{team_id}/recommendations", json={}).headers["Location"]
    for form in ("json", "trec", "text"):
        got = portal.get(where, params={"format": form})
        again = portal.get(where, params={"format": form}, headers={"If-None-Match": got.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    tags = {portal.get(where, params={"format": form}).headers["ETag"] for form in ("json", "trec", "text")}
    assert len(tags) == 3


@pytest.mark.parametrize(
    ("accept", "parameter", "media_type"),
    [
        ("*/*", None, "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None, "application/json"),
        ("application/x-trec-run", None, "application/x-trec-run"),
        ("text/plain, application/json;q=0.5", None, "text/plain"),
        ("text/*", None, "text/plain"),
        ("application/json", "trec", "application/x-trec-run"),
        ("image/png", None, "application/json"),
    ],
)
def test_a_run_comes_in_the_form_that_is_asked_for(
    service: Service, accept: str, parameter: str | None, media_type: str
) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    where = portal.post(f"/v1/teams/{team_id}/recommendations", json={}).headers["Location"]
    got = portal.get(where, params={"format": parameter} if parameter else {}, headers={"Accept": accept})
    assert got.headers["Content-Type"].partition(";")[0] == media_type
    assert got.headers["Vary"] == "Accept"


def test_the_trec_run_and_the_printable_text_say_what_the_json_says(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    where = portal.post(f"/v1/teams/{team_id}/recommendations", json={}).headers["Location"]
    run = portal.get(where).json()["run"]
    lines = portal.get(where, params={"format": "trec"}).text.splitlines(keepends=True)
    for ranked in run["lists"]:
        ours = [line for line in lines if line.split()[5] == f"trellis-{ranked['kind']}"]
        expected = tuple((match["support_id"], match["score"]) for match in ranked["matches"])
        assert read_run(ours)[run["assessment_id"]] == expected
    text = portal.get(where, params={"format": "text"}).text
    assert f"Capacity profile: {run['team_name']}" in text
    for ranked in run["lists"]:
        assert all(match["support_id"] in text for match in ranked["matches"])


def test_without_frozen_results_there_is_no_run(service: Service) -> None:
    portal = service.as_("portal")
    team = portal.post("/v1/teams", json={"name": "New team", "form": "team"}).json()
    answer = portal.post(f"/v1/teams/{team['id']}/recommendations", json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/no-results-yet")
    unknown = portal.post(f"/v1/teams/{team['id']}/recommendations", json={"assessment_id": "asm_unknown"})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/no-such-thing")
    assert portal.get(f"/v1/teams/{team['id']}/recommendations").json() == {"items": [], "next_cursor": None}


def test_the_latest_results_and_the_present_context_are_used(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, "new-school-team", budget="10000-49999", **ALONE)
    first = portal.get(
        portal.post(f"/v1/teams/{team_id}/recommendations", json={"kinds": ["provider"]}).headers["Location"]
    ).json()
    etag = portal.get(f"/v1/teams/{team_id}").headers["ETag"]
    changed = portal.patch(f"/v1/teams/{team_id}", json={"context": {"budget": "none"}}, headers={"If-Match": etag})
    assert changed.status_code == 200
    service.clock.forward(days=1)
    second = portal.get(
        portal.post(f"/v1/teams/{team_id}/recommendations", json={"kinds": ["provider"]}).headers["Location"]
    ).json()
    assert second["assessment_id"] == first["assessment_id"]
    paid = [trace for match in second["run"]["lists"][0]["matches"] for trace in match["rules"]]
    assert first["run"]["lists"][0]["n_excluded"] < second["run"]["lists"][0]["n_excluded"], paid

    later = freeze(service, team_id, sample_documents()["new-school-team"], wave=2)
    service.clock.forward(days=1)
    assert portal.post(f"/v1/teams/{team_id}/recommendations", json={}).json()["assessment_id"] == later
    chosen = {"assessment_id": first["assessment_id"]}
    assert (
        portal.post(f"/v1/teams/{team_id}/recommendations", json=chosen).json()["assessment_id"]
        == first["assessment_id"]
    )


def test_runs_are_listed_newest_first_and_without_their_content(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    made = []
    for _ in range(3):
        service.clock.forward(minutes=1)
        made.append(portal.post(f"/v1/teams/{team_id}/recommendations", json={"k": 1}).json()["id"])
    first = portal.get(f"/v1/teams/{team_id}/recommendations", params={"limit": 2}).json()
    second = portal.get(
        f"/v1/teams/{team_id}/recommendations", params={"limit": 2, "cursor": first["next_cursor"]}
    ).json()
    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None
    assert "run" not in first["items"][0]


def test_a_team_reads_its_run_after_the_release_only_and_its_officer_before(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, share_with=["program-officer"])
    head = portal.post(f"/v1/teams/{team_id}/recommendations", json={}).json()
    assert head["review"] == {"state": "waiting", "released_at": None}
    for scope in ("portal", "admin"):
        answer = service.as_(scope).get(f"/v1/runs/{head['id']}")
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-released")
        assert "waiting" in answer.json()["detail"]
    grant(service, team_id, "A program")
    assert service.as_("officer", "A program").get(f"/v1/runs/{head['id']}").status_code == 200


def test_an_officer_without_a_grant_or_without_sharing_gets_nothing(service: Service) -> None:
    team_id = team_with_results(service, **ALONE)
    head = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations", json={}).json()
    officer = service.as_("officer", "A program")
    for answer in (
        officer.get(f"/v1/runs/{head['id']}"),
        officer.post(f"/v1/teams/{team_id}/recommendations", json={}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-thing")
    grant(service, team_id, "A program")
    for answer in (
        officer.get(f"/v1/runs/{head['id']}"),
        officer.get(f"/v1/teams/{team_id}/recommendations"),
        officer.post(f"/v1/teams/{team_id}/recommendations", json={}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed")


@pytest.mark.parametrize("scope", ["portal", "admin", "officer"])
def test_a_foreign_organization_sees_no_run(service: Service, scope: str) -> None:
    team_id = team_with_results(service, **ALONE)
    head = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations", json={}).json()
    foreign = service.as_(scope, "Another organization")
    assert foreign.get(f"/v1/runs/{head['id']}").status_code == 404
    assert foreign.get(f"/v1/teams/{team_id}/recommendations").status_code == 404
    assert foreign.post(f"/v1/teams/{team_id}/recommendations", json={}).status_code == 404


def test_a_repeated_call_makes_one_run(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    headers = {"Idempotency-Key": "the-october-run"}
    first = portal.post(f"/v1/teams/{team_id}/recommendations", json={}, headers=headers)
    again = portal.post(f"/v1/teams/{team_id}/recommendations", json={}, headers=headers)
    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, first.headers["ETag"])
    assert len(portal.get(f"/v1/teams/{team_id}/recommendations").json()["items"]) == 1


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_no_dates_of_a_run(service: Service, day: str) -> None:
    team_id = team_with_results(service, **ALONE)
    made = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations", json={"as_of": day})
    assert (made.status_code, made.json()["errors"][0]["pointer"]) == (422, "/as_of")


@pytest.mark.parametrize(
    ("body", "pointer"), [({"k": 0}, "/k"), ({"kinds": ["book"]}, "/kinds/0"), ({"as_of": "soon"}, "/as_of")]
)
def test_a_request_with_faults_makes_no_run(service: Service, body: dict[str, object], pointer: str) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    answer = portal.post(f"/v1/teams/{team_id}/recommendations", json=body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert portal.get(f"/v1/teams/{team_id}/recommendations").json()["items"] == []
