"""What a team's organization reads of a run: nothing that the officer took out, and nothing before its review."""

import json
from hashlib import sha256
from typing import Any

from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PROGRAM, stored_run


def test_after_release_the_portal_does_not_read_what_the_officer_removed(service: Service) -> None:
    made = stored_run(service)
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    where = f"/v1/runs/{made.run_id}"
    whole = officer.get(where).json()
    gone = whole["run"]["lists"][0]["matches"][0]["support_id"]
    actions = [{"action": "remove", "support_id": gone, "reason": "not_relevant"}, {"action": "release"}]
    answer = officer.post(f"{where}/review/events:batch", json={"actions": actions}, headers={"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text

    assert gone in officer.get(where).text
    for form in ("json", "trec", "text"):
        assert gone not in portal.get(where, params={"format": form}).text
    seen = portal.get(where)
    text = seen.text.partition(',"run":')[2][:-1]
    assert sha256(text.encode()).hexdigest() == seen.json()["sha256"]
    assert len(json.loads(text)["lists"][0]["matches"]) == len(whole["run"]["lists"][0]["matches"]) - 1


def test_one_released_run_does_not_open_what_if_for_later_results(service: Service) -> None:
    first = stored_run(service)
    officer, portal = service.as_("officer", PROGRAM), service.as_("portal")
    release: dict[str, Any] = {"json": {"action": "release"}, "headers": {"If-Match": '"1"'}}
    assert officer.post(f"/v1/runs/{first.run_id}/review/events", **release).status_code == 201
    what_if = f"/v1/teams/{first.team_id}/recommendations:what-if"
    assert portal.post(what_if, json={}).status_code == 200
    service.clock.forward(days=100)
    later = stored_run(service, team_id=first.team_id)
    refused = portal.post(what_if, json={})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-released")
    assert officer.post(f"/v1/runs/{later.run_id}/review/events", **release).status_code == 201
    assert portal.post(what_if, json={}).status_code == 200
