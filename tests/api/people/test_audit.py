"""The audit: who did what, for administrators of the organization."""

from pathlib import Path

import pytest

from recommender.catalog.load import Catalog
from recommender.pipeline import Recommender
from tests.fixtures.catalogs import import_and_serve
from tests.fixtures.service import Service, running_service

TEAM = {"name": "Riverside on-track team", "form": "team"}


def test_it_tells_who_did_what_in_order_and_never_a_name(service: Service) -> None:
    portal, admin = service.as_("portal"), service.as_("admin")
    made = portal.post("/v1/teams", json=TEAM)
    team = made.json()["id"]
    portal.patch(f"/v1/teams/{team}", json={"name": "Marigold"}, headers={"If-Match": made.headers["ETag"]})
    portal.delete(f"/v1/teams/{team}")
    answer = admin.get("/v1/audit")
    told = [line["action"] for line in answer.json()["items"] if line["subject"] == team]
    assert told == ["team.create", "team.change", "team.delete"]
    assert "Riverside" not in answer.text
    assert "Marigold" not in answer.text
    assert all(line["actor"] == "test" or line["actor"].startswith("key:key_") for line in answer.json()["items"])


def test_pages_follow_each_other_without_gap_or_repeat(service: Service) -> None:
    portal, admin = service.as_("portal"), service.as_("admin")
    for number in range(5):
        portal.post("/v1/teams", json={**TEAM, "name": f"Team {number}"})
    whole = [line["id"] for line in admin.get("/v1/audit", params={"limit": 100}).json()["items"]]
    seen, cursor = [], ""
    while cursor is not None:
        page = admin.get("/v1/audit", params={"limit": 2, "cursor": cursor}).json()
        seen += [line["id"] for line in page["items"]]
        cursor = page["next_cursor"]
    assert seen == whole
    assert len(whole) == 7


@pytest.mark.parametrize("cursor", ["dGVhbV8x", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5", "wrong!", "2aM"])
def test_a_made_up_cursor_is_refused(service: Service, cursor: str) -> None:
    answer = service.as_("admin").get("/v1/audit", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-parameter")


def test_another_organizations_lines_are_not_told(service: Service) -> None:
    team = service.as_("portal").post("/v1/teams", json=TEAM).json()["id"]
    assert team not in service.as_("admin", "Another organization").get("/v1/audit").text


def test_what_all_share_is_told_to_each_organization_and_what_one_does_to_no_other(service: Service) -> None:
    ours, theirs, operator = service.as_("admin"), service.as_("admin", "Another organization"), service.as_("operator")
    team = service.as_("portal").post("/v1/teams", json=TEAM).json()["id"]
    version = import_and_serve(service)
    lines = {who: client.get("/v1/audit").json()["items"] for who, client in enumerate((ours, theirs, operator))}
    for told in lines.values():
        (line,) = [line for line in told if line["action"] == "catalog.activate"]
        assert line["subject"] == version
    assert [line["subject"] for line in lines[2] if line["action"] == "catalog.import"] == [version]
    assert [line["action"] for line in (*lines[0], *lines[1])].count("catalog.import") == 0
    assert team not in str((lines[1], lines[2]))


def test_other_settings_are_told_to_each_organization_once(
    starter: Recommender, tmp_path: Path, migrated_url: str
) -> None:
    def told(service: Service) -> list[list[dict[str, str]]]:
        clients = [service.as_("admin", name) for name in ("School network", "Another organization")]
        pages = [client.get("/v1/audit").json()["items"] for client in (*clients, service.as_("operator"))]
        return [[line["detail"] for line in page if line["action"] == "instance.change"] for page in pages]

    other = Recommender(
        instrument=starter.instrument,
        catalog=Catalog.of(starter.catalog.supports[1:]),
        ruleset=starter.ruleset,
        config=starter.config,
        embedder=starter.embedder,
    )
    seen = []
    for recommender in (starter, starter, other, other):
        with running_service(recommender, tmp_path, url=migrated_url) as service:
            seen.append(told(service))
    first, again, changed, last = seen
    assert [len(lines) for lines in first] == [0, 0, 1], "organizations are younger than the first start"
    assert again == first
    assert [len(lines) for lines in changed] == [1, 1, 2]
    assert {lines[-1]["catalog"] for lines in changed} == {other.catalog.version}
    assert last == changed
