"""Making stored runs again: the same bytes, or the place of the first difference."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.recommending.replay import first_difference
from api.storage.tables import Artifact, FeedbackEvent, Run, Team
from recommender.pipeline import Recommender
from tests.fixtures.catalogs import import_and_serve
from tests.fixtures.runs import grant, team_with_results
from tests.fixtures.service import Service, running_service

ALONE: dict[str, Any] = {"share_with": []}


def test_a_run_is_made_again_byte_for_byte(service: Service) -> None:
    run_id = _run(service, "new-school-team")
    answer = service.as_("admin").get(f"/v1/runs/{run_id}/replay")
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "same"
    assert answer.json()["difference"] is None


def test_a_run_is_made_again_when_catalog_context_and_history_have_changed_since(service: Service) -> None:
    portal = service.as_("portal")
    run_id = _run(service, "veteran-team")
    team_id = portal.get(f"/v1/runs/{run_id}").json()["team_id"]
    listed = portal.get(f"/v1/runs/{run_id}").json()["run"]["lists"][0]["matches"][0]["support_id"]
    etag = portal.get(f"/v1/teams/{team_id}").headers["ETag"]
    portal.patch(f"/v1/teams/{team_id}", json={"context": {"budget": None}}, headers={"If-Match": etag})
    import_and_serve(service, without={listed})
    assert portal.get(f"/v1/supports/{listed}").status_code == 404
    assert service.as_("admin").get(f"/v1/runs/{run_id}/replay").json()["outcome"] == "same"


def test_a_run_with_swaps_and_history_is_made_again(swapping: Service) -> None:
    portal = swapping.as_("portal")
    team_id = team_with_results(swapping, **ALONE)
    first = portal.get(portal.post(f"/v1/teams/{team_id}/recommendations", json={}).headers["Location"]).json()
    assert first["request"]["exploration"] == 0.5
    used = first["run"]["lists"][0]["matches"][0]["support_id"]
    _feedback(swapping, team_id, used, "started")
    swapping.clock.forward(days=1)
    second = portal.get(portal.post(f"/v1/teams/{team_id}/recommendations", json={}).headers["Location"]).json()
    assert [past["support_id"] for past in second["request"]["history"]] == [used]
    assert used not in [match["support_id"] for ranked in second["run"]["lists"] for match in ranked["matches"]]
    for run in (first, second):
        assert swapping.as_("admin").get(f"/v1/runs/{run['id']}/replay").json()["outcome"] == "same"


def test_a_tampered_run_is_found_with_the_place_of_the_difference(service: Service) -> None:
    run_id = _run(service, "network-hub")
    with service.database.writing() as session:
        run = session.get_one(Run, run_id)
        place = run.document.index('"rank":2', run.document.index('"lists":'))
        run.document = run.document[:place] + run.document[place:].replace('"rank":2', '"rank":7', 1)
        run.sha256 = hashlib.sha256(run.document.encode()).hexdigest()
    found = service.as_("admin").get(f"/v1/runs/{run_id}/replay").json()
    assert found["outcome"] == "different"
    assert found["difference"] == {
        "part": "run",
        "pointer": "/lists/0/matches/1/rank",
        "stored": "7",
        "recomputed": "2",
    }


def test_a_tampered_log_and_a_tampered_hash_are_found(service: Service) -> None:
    first, second = _run(service, "network-hub"), _run(service, "network-hub")
    with service.database.writing() as session:
        run = session.get_one(Run, first)
        run.decision_log = run.decision_log.replace('"slate_propensity":1.0', '"slate_propensity":0.5', 1)
        session.get_one(Run, second).sha256 = "0" * 64
    log = service.as_("admin").get(f"/v1/runs/{first}/replay").json()["difference"]
    assert (log["part"], log["pointer"]) == ("decision_log", "/0/slate_propensity")
    hashed = service.as_("admin").get(f"/v1/runs/{second}/replay").json()["difference"]
    assert (hashed["part"], hashed["stored"]) == ("sha256", "0" * 64)


def test_another_version_or_model_is_named_and_so_is_a_missing_or_altered_catalog(service: Service) -> None:
    run_id, other = _run(service, "network-hub"), _run(service, "network-hub")
    with service.database.writing() as session:
        run = session.get_one(Run, run_id)
        run.versions = {**run.versions, "trellis": "0.0.1", "model": "another+1"}
    found = service.as_("admin").get(f"/v1/runs/{run_id}/replay").json()
    assert found["outcome"] == "not_possible"
    assert found["detail"].startswith("Cannot replay: the version of Trellis was 0.0.1, it is ")
    assert "the model was another+1, it is hashing+hashing-64 here" in found["detail"]

    with service.database.writing() as session:
        catalog = session.get_one(Artifact, ("catalog", session.get_one(Run, other).versions["catalog"]))
        catalog.body = catalog.body.replace("school", "schoo1", 1)
    altered = service.as_("admin").get(f"/v1/runs/{other}/replay").json()
    assert altered["outcome"] == "not_possible"
    assert "is not what its version says" in altered["detail"]


def test_officers_and_administrators_replay_and_portals_do_not(service: Service) -> None:
    team_id = team_with_results(service, share_with=["program-officer"])
    run_id = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations", json={}).json()["id"]
    refused = service.as_("portal").get(f"/v1/runs/{run_id}/replay")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed")
    assert service.as_("officer", "A program").get(f"/v1/runs/{run_id}/replay").status_code == 404
    grant(service, team_id, "A program")
    assert service.as_("officer", "A program").get(f"/v1/runs/{run_id}/replay").json()["outcome"] == "same"


@pytest.mark.parametrize(
    ("stored", "made", "expected"),
    [
        ('{"a":1}', '{"a":1}', None),
        ('{"a":{"b~/c":[1,2]}}', '{"a":{"b~/c":[1,3]}}', ("/a/b~0~1c/1", "2", "3")),
        ('{"a":[1]}', '{"a":[1,2]}', ("/a/1", None, "2")),
        ('{"a":1,"b":2}', '{"a":1}', ("/b", "2", None)),
        ('{"a":1}', '{"a":1.0}', ("/a", "1", "1.0")),
        ('{"a":true}', '{"a":1}', ("/a", "true", "1")),
        ('{"a": 1}', '{"a":1}', ("", " 1}", "1}")),
        ("{broken", '{"a":1}', ("", "{broken", '{"a":1}')),
    ],
)
def test_the_first_difference_is_named_by_pointer(stored: str, made: str, expected: object) -> None:
    assert first_difference(stored, made) == expected


@pytest.fixture
def swapping(starter: Recommender, tmp_path: Path) -> Iterator[Service]:
    with running_service(starter, tmp_path, exploration=0.5) as service:
        yield service


def _run(service: Service, sample: str) -> str:
    team_id = team_with_results(service, sample, **ALONE)
    run_id: str = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations", json={}).json()["id"]
    return run_id


def _feedback(service: Service, team_id: str, support_id: str, kind: str) -> None:
    with service.database.writing() as session:
        team = session.get_one(Team, team_id)
        session.add(
            FeedbackEvent(
                organization_id=team.organization_id,
                event_id=f"{kind}-{support_id}",
                team_id=team_id,
                support_id=support_id,
                kind=kind,
                note="",
                at=service.clock(),
                received_at=service.clock(),
                actor="test",
            )
        )
