"""Cohorts: a program's officers see a team only because its own organization put it there."""

import re
from typing import Any

import pytest

from tests.fixtures.service import Service

PROGRAM = "A program"
NEW_TEAM = {"name": "Riverside on-track team", "form": "team", "external_id": "r-1", "context": {"state": ["TX"]}}


def make_cohort(service: Service, name: str = "On-track cohort", program: str = PROGRAM) -> str:
    answer = service.as_("officer", program).post("/v1/cohorts", json={"name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def make_team(service: Service, **changes: Any) -> str:
    answer = service.as_("portal").post("/v1/teams", json={**NEW_TEAM, **changes})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def lines(service: Service, organization: str) -> list[tuple[str, str]]:
    page = service.as_("admin", organization).get("/v1/audit", params={"limit": 100}).json()
    return [(line["action"], line["subject"]) for line in page["items"]]


def test_an_officer_sees_a_team_from_the_grant_until_the_revocation(service: Service) -> None:
    portal, officer = service.as_("portal"), service.as_("officer", PROGRAM)
    cohort, team = make_cohort(service), make_team(service)
    where = f"/v1/cohorts/{cohort}/teams/{team}"
    assert officer.get(f"/v1/teams/{team}").status_code == 404

    granted = portal.put(where)
    assert granted.status_code == 200, granted.text
    assert (granted.json()["cohort"], granted.json()["program"]) == ("On-track cohort", PROGRAM)
    assert officer.get(f"/v1/teams/{team}").json()["name"] == NEW_TEAM["name"]
    assert [t["id"] for t in officer.get("/v1/teams").json()["items"]] == [team]

    assert portal.delete(where).status_code == 204
    assert officer.get(f"/v1/teams/{team}").status_code == 404
    assert officer.get(f"/v1/cohorts/{cohort}").json()["teams"] == []


def test_a_cohort_names_its_teams_and_says_which_share_but_shows_no_context(service: Service) -> None:
    officer = service.as_("officer", PROGRAM)
    cohort = make_cohort(service)
    silent = make_team(service)
    service.clock.forward(seconds=1)
    open_ = make_team(service, external_id="r-2", name="Open", context={"share_with": ["program-officer"]})
    for team in (silent, open_):
        assert service.as_("portal").put(f"/v1/cohorts/{cohort}/teams/{team}").status_code == 200
    teams = officer.get(f"/v1/cohorts/{cohort}").json()["teams"]
    assert [(t["id"], t["name"], t["shares_results"]) for t in teams] == [
        (silent, NEW_TEAM["name"], False),
        (open_, "Open", True),
    ]
    assert {t["organization"] for t in teams} == {"School network"}
    seen = officer.get(f"/v1/teams/{silent}").json()
    assert (seen["context"], seen["external_id"]) == (None, None)
    assert officer.get(f"/v1/teams/{open_}").json()["context"] == {"share_with": ["program-officer"]}


def test_granting_twice_changes_nothing_and_the_history_keeps_every_grant(service: Service) -> None:
    portal = service.as_("portal")
    cohort, team = make_cohort(service), make_team(service)
    where = f"/v1/cohorts/{cohort}/teams/{team}"
    first = portal.put(where).json()
    service.clock.forward(hours=1)
    assert portal.put(where).json() == first
    assert portal.delete(where).status_code == 204
    assert portal.delete(where).status_code == 204
    service.clock.forward(hours=1)
    again = portal.put(where).json()
    assert again["granted_at"] > first["granted_at"]
    history = portal.get(f"/v1/teams/{team}/cohorts").json()["items"]
    assert [(g["cohort_id"], g["revoked_at"] is None) for g in history] == [(cohort, False), (cohort, True)]


def test_either_side_may_end_a_grant_and_both_find_it_in_their_audit(service: Service) -> None:
    cohort, team = make_cohort(service), make_team(service)
    where = f"/v1/cohorts/{cohort}/teams/{team}"
    service.as_("portal").put(where)
    assert service.as_("officer", PROGRAM).delete(where).status_code == 204
    for organization in ("School network", PROGRAM):
        told = [line for line in lines(service, organization) if line[1] == team and line[0].startswith("cohort.")]
        assert told == [("cohort.grant", team), ("cohort.revoke", team)], organization


def test_only_the_teams_own_organization_can_grant_it(service: Service) -> None:
    cohort, team = make_cohort(service), make_team(service)
    where = f"/v1/cohorts/{cohort}/teams/{team}"
    officer = service.as_("officer", PROGRAM).put(where)
    assert (officer.status_code, officer.json()["type"]) == (403, "/problems/not-allowed")
    for scope in ("portal", "admin"):
        answer = service.as_(scope, PROGRAM).put(where)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-thing")
    assert service.as_("officer", PROGRAM).get(f"/v1/teams/{team}").status_code == 404


def test_a_program_cannot_end_the_grant_of_another(service: Service) -> None:
    ours, theirs, team = make_cohort(service), make_cohort(service, program="Another program"), make_team(service)
    service.as_("portal").put(f"/v1/cohorts/{ours}/teams/{team}")
    other = service.as_("officer", "Another program")
    assert other.delete(f"/v1/cohorts/{ours}/teams/{team}").status_code == 404
    assert other.delete(f"/v1/cohorts/{theirs}/teams/{team}").status_code == 404
    assert service.as_("officer", PROGRAM).get(f"/v1/teams/{team}").status_code == 200


@pytest.mark.parametrize("scope", ["officer", "admin"])
def test_a_foreign_program_sees_no_cohort_of_ours(service: Service, scope: str) -> None:
    cohort = make_cohort(service)
    foreign = service.as_(scope, "Another program")
    assert foreign.get(f"/v1/cohorts/{cohort}").status_code == 404
    assert foreign.get("/v1/cohorts").json()["items"] == []
    mine = service.as_("officer", PROGRAM).get("/v1/cohorts").json()["items"]
    assert [c["id"] for c in mine] == [cohort]


def test_an_unknown_cohort_and_a_name_that_nobody_can_read_are_refused(service: Service) -> None:
    team = make_team(service)
    assert service.as_("portal").put(f"/v1/cohorts/cohort_x/teams/{team}").status_code == 404
    for name in ("", "   ", "a\x00b", "x" * 201):
        answer = service.as_("officer", PROGRAM).post("/v1/cohorts", json={"name": name})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/name"), name


def test_a_cohort_beyond_reach_is_told_like_one_that_does_not_exist(service: Service) -> None:
    cohort, team = make_cohort(service), make_team(service)
    elsewhere = service.as_("portal", "Another network").post("/v1/teams", json=NEW_TEAM).json()["id"]

    def answers(cohort_id: str) -> list[tuple[int, str]]:
        """What everybody outside of the cohort is told of an id, without the id."""
        calls = [
            service.as_(scope, organization).request(method, address)
            for scope, organization in (
                *((scope, "Another program") for scope in ("officer", "admin")),
                *((scope, "School network") for scope in ("portal", "officer", "admin")),
            )
            for method, address in (
                ("GET", f"/v1/cohorts/{cohort_id}"),
                ("GET", f"/v1/reviews?cohort={cohort_id}"),
                *(("DELETE", f"/v1/cohorts/{cohort_id}/teams/{one}") for one in (team, elsewhere, "team_x")),
            )
        ]
        told = [(answer.status_code, answer.text.replace(cohort_id, "…")) for answer in calls]
        return [(status, re.sub(r'"request_id":"\w+"', "", text)) for status, text in told]

    told = answers(cohort)
    assert told == answers("cohort_x")
    assert {status for status, _ in told} == {403, 404}
    assert service.as_("officer", PROGRAM).get(f"/v1/reviews?cohort={cohort}").status_code == 200
