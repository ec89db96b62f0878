"""Why a list changed, over the API: every part of every move, and what the team and its officer decided."""

import math
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.recommending.changes import Edits
from api.storage.tables import Run
from models.base import SupportId
from tests.fixtures.catalogs import import_and_serve
from tests.fixtures.runs import grant, team_with_results
from tests.fixtures.service import Service

ALONE: dict[str, Any] = {"share_with": []}
PROGRAM = "A program"


def test_the_parts_of_every_move_sum_to_it_when_several_things_changed(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, "new-school-team", budget="50000-plus", **ALONE)
    first = made(portal, team_id)
    change_context(portal, team_id, {"budget": "none", "time_available": "over-8", "experience": "over-3"})
    import_and_serve(service, without={ids(first)[0]})
    service.clock.forward(days=250)
    second = made(portal, team_id)

    told = portal.get(f"/v1/runs/{second['id']}/changes")
    assert told.status_code == 200, told.text
    assert (told.json()["against"], told.json()["compared"]) == (first["id"], "released")
    story = told.json()["story"]
    assert story["changed"] == ["context", "date", "catalog"]
    moves = [move for kind in story["kinds"] for part in ("entries", "exits", "moves") for move in kind[part]]
    assert moves
    for move in moves:
        assert math.isclose(math.fsum(move["parts"].values()), move["places"], abs_tol=1e-9)
        assert list(move["parts"]) == story["changed"]
    (gone,) = (move for move in story["kinds"][0]["exits"] if move["support_id"] == ids(first)[0])
    assert (gone["before"], gone["after"]) == (1, None)
    assert gone["parts"]["catalog"] == max(gone["parts"].values(), key=abs)
    before, after = ids(first), ids(second)
    listed = {move["support_id"]: (move["before"], move["after"]) for move in moves}
    for support_id, (old, new) in listed.items():
        for place, run_ids in ((old, before), (new, after)):
            if support_id.startswith("res-") and place is not None:
                assert run_ids[place - 1] == support_id


def test_a_support_that_the_team_uses_is_left_out_and_the_story_says_why(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    first = made(portal, team_id)
    used, declined = ids(first)[:2]
    events = [
        {
            "event_id": "e1",
            "team_id": team_id,
            "support_id": used,
            "kind": "started",
            "at": service.clock().isoformat(),
        },
        {
            "event_id": "e2",
            "team_id": team_id,
            "support_id": declined,
            "kind": "declined",
            "reason": "too_basic",
            "at": service.clock().isoformat(),
        },
    ]
    taken = portal.post("/v1/feedback", json={"events": events})
    assert taken.status_code in (200, 201), taken.text
    service.clock.forward(minutes=5)
    second = made(portal, team_id)
    assert {past["support_id"]: past["status"] for past in second["request"]["history"]} == {
        used: "in_use",
        declined: "declined",
    }
    assert not {used, declined} & set(ids(second))
    honored = {past["support_id"]: past["because"] for past in second["run"]["honored"]}
    assert "using it" in honored[used]
    assert "too basic" in honored[declined]
    story = portal.get(f"/v1/runs/{second['id']}/changes").json()["story"]
    assert story["changed"] == ["decisions"]
    exits = {move["support_id"]: move["sentence"] for move in story["kinds"][0]["exits"]}
    assert "used already" in exits[used]
    assert "declined" in exits[declined]


def test_of_a_support_that_was_pinned_then_and_used_since_the_use_is_told(service: Service) -> None:
    portal, officer = service.as_("portal"), service.as_("officer", PROGRAM)
    team_id = team_with_results(service, share_with=["program-officer"])
    grant(service, team_id, PROGRAM)
    first = made(officer, team_id)
    used = ids(first)[0]
    act(officer, first["id"], "pin", support_id=used)
    act(officer, first["id"], "release")
    at = service.clock().isoformat()
    event = {"event_id": "e1", "team_id": team_id, "support_id": used, "kind": "started", "at": at}
    assert portal.post("/v1/feedback", json={"events": [event]}).status_code == 200
    service.clock.forward(minutes=5)
    second = made(officer, team_id)
    act(officer, second["id"], "release")
    story = officer.get(f"/v1/runs/{second['id']}/changes").json()["story"]
    exits = {move["support_id"]: move["sentence"] for move in story["kinds"][0]["exits"]}
    assert "it was used already" in exits[used]


def test_what_was_removed_for_lack_of_room_just_then_may_be_listed_again(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    team_id = team_with_results(service, share_with=["program-officer"])
    grant(service, team_id, PROGRAM)
    first = made(officer, team_id)
    full, unfit, *_ = ids(first)
    act(officer, first["id"], "remove", support_id=full, reason="no_capacity")
    act(officer, first["id"], "remove", support_id=unfit, reason="not_relevant")
    act(officer, first["id"], "release")
    service.clock.forward(minutes=5)
    second = made(officer, team_id)
    assert [past["support_id"] for past in second["request"]["history"]] == [unfit]
    assert full in ids(second)
    assert unfit not in ids(second)


def test_what_an_officer_decided_counts_where_both_runs_are_released(service: Service) -> None:
    portal, officer = service.as_("portal"), service.as_("officer", PROGRAM)
    team_id = team_with_results(service, share_with=["program-officer"])
    grant(service, team_id, PROGRAM)
    first = made(officer, team_id)
    act(officer, first["id"], "release")
    service.clock.forward(minutes=5)
    second = made(officer, team_id)
    assert officer.get(f"/v1/runs/{second['id']}/changes").json() == {
        "run_id": second["id"],
        "against": first["id"],
        "compared": "recommended",
        "story": None,
    }
    top, *_, last = ids(second)
    act(officer, second["id"], "remove", support_id=top, reason="not_relevant")
    act(officer, second["id"], "pin", support_id=last)
    act(officer, second["id"], "release")
    told = portal.get(f"/v1/runs/{second['id']}/changes").json()
    assert told["compared"] == "released"
    assert told["story"]["changed"] == ["decisions"]
    (resources, _) = told["story"]["kinds"]
    assert [(move["support_id"], move["after"]) for move in resources["exits"]] == [(top, None)]
    assert "removed in review" in resources["exits"][0]["sentence"]
    first_now = next(move for move in resources["moves"] if move["after"] == 1)
    assert first_now["support_id"] == last

    service.clock.forward(minutes=5)
    third = made(officer, team_id)
    assert [(past["support_id"], past["status"]) for past in third["request"]["history"]] == [(top, "removed")]
    assert top not in ids(third)


def test_a_first_run_has_nothing_to_be_compared_with(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    run = made(portal, team_id)
    told = portal.get(f"/v1/runs/{run['id']}/changes")
    assert told.json() == {"run_id": run["id"], "against": None, "compared": "recommended", "story": None}


def test_runs_of_other_teams_and_runs_that_wait_are_not_told_of(service: Service) -> None:
    portal, officer = service.as_("portal"), service.as_("officer", PROGRAM)
    team_id, other_id = team_with_results(service, **ALONE), team_with_results(service, **ALONE)
    run, other = made(portal, team_id), made(portal, other_id)
    foreign = portal.get(f"/v1/runs/{run['id']}/changes", params={"against": other["id"]})
    assert (foreign.status_code, foreign.json()["type"]) == (404, "/problems/no-such-thing")

    shared_id = team_with_results(service, share_with=["program-officer"])
    grant(service, shared_id, PROGRAM)
    waiting = made(officer, shared_id)
    refused = portal.get(f"/v1/runs/{waiting['id']}/changes")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-released")


def test_a_changed_model_is_the_rest_that_the_other_factors_leave(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    first = made(portal, team_id)
    with service.database.writing() as session:
        run = session.get_one(Run, first["id"])
        run.versions = {**run.versions, "trellis": "0.0.1"}
    service.clock.forward(days=100)
    second = made(portal, team_id)
    story = portal.get(f"/v1/runs/{second['id']}/changes").json()["story"]
    assert (story["changed"], story["residual"]) == (["date", "model"], "model")
    backwards = portal.get(f"/v1/runs/{first['id']}/changes", params={"against": second["id"]})
    assert (backwards.status_code, backwards.json()["type"]) == (409, "/problems/conflict")
    assert "version of Trellis was 0.0.1" in backwards.json()["detail"]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (Edits(), "abcd"),
        (Edits(frozenset("b")), "acd"),
        (Edits(frozenset(), ((1, SupportId("d")),)), "dabc"),
        (Edits(frozenset("a"), ((2, SupportId("x")), (9, SupportId("y")))), "bxcdy"),
    ],
)
def test_a_reviews_edits_can_be_made_of_any_list(edits: Edits, expected: str) -> None:
    assert "".join(edits([SupportId(letter) for letter in "abcd"])) == expected


def made(client: TestClient, team_id: str) -> dict[str, Any]:
    """A new run of a team, whole where the caller may read it."""
    answer = client.post(f"/v1/teams/{team_id}/recommendations", json={})
    assert answer.status_code == 201, answer.text
    run: dict[str, Any] = client.get(answer.headers["Location"]).json()
    return run


def ids(run: dict[str, Any]) -> list[str]:
    return [match["support_id"] for match in run["run"]["lists"][0]["matches"]]


def change_context(portal: TestClient, team_id: str, context: dict[str, Any]) -> None:
    etag = portal.get(f"/v1/teams/{team_id}").headers["ETag"]
    changed = portal.patch(f"/v1/teams/{team_id}", json={"context": context}, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text


def act(officer: TestClient, run_id: str, action: str, **fields: Any) -> None:
    etag = officer.get(f"/v1/runs/{run_id}/review").headers["ETag"]
    body = {"action": action, **fields}
    done = officer.post(f"/v1/runs/{run_id}/review/events", json=body, headers={"If-Match": etag})
    assert done.status_code == 201, done.text
