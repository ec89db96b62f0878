"""What an organization adds to the catalog and leaves out: its own, replayable, and nobody else's."""

import time
from typing import Any

import pytest

from api.access.key_rows import find_organization
from api.access.principals import Principal, Scope
from api.catalog.overlays import NewExclusion, exclude
from api.engine import engine as engine_module
from api.storage.tables import Artifact
from models.vocab import SupportKind
from recommender.catalog.load import starter_catalog
from recommender.catalog.own_ids import space_of
from tests.fixtures.catalogs import catalog_texts, import_and_serve
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PORTAL, PROGRAM, StoredRun, stored_run
from tests.fixtures.supports import resource

STARTER = starter_catalog()
FIRST, OTHER = (support.id for support in STARTER.by_kind[SupportKind.RESOURCE][:2])
ELSEWHERE = "Another organization"
WORD = "quixotically"
"""A word that no record of the starter catalog holds."""


def own(service: Service, name: str = "res-ours", organization: str = PORTAL) -> str:
    """The id that a record of an organization gets."""
    service.as_("admin", organization)
    with service.database.reading() as session:
        found = find_organization(session, organization)
    assert found is not None
    return name.replace("res-", f"res-own-{space_of(found.id)}-")


def line(**changes: Any) -> str:
    """A record that every team could use, whose words find it."""
    like = STARTER.get(FIRST).model_dump(mode="json")
    return resource(**{**like, "id": "res-ours", "title": f"Ours {WORD}", **changes}).model_dump_json() + "\n"


def add(service: Service, *lines: str, organization: str = PORTAL, scope: str = "curator", **query: Any) -> Any:
    body = {"resources": "".join(lines)}
    return service.as_(scope, organization).put("/v1/catalog/own/additions", json=body, params=query)


def leave_out(service: Service, support_id: str = FIRST, organization: str = PORTAL) -> Any:
    where = f"/v1/catalog/own/exclusions/{support_id}"
    return service.as_("admin", organization).put(where, json={"reason": "We have a program for this."})


def found_by(service: Service, scope: str, organization: str = PORTAL) -> list[str]:
    answer = service.as_(scope, organization).get("/v1/supports", params={"q": WORD})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


def catalog_of(service: Service, run: StoredRun) -> str:
    return str(service.as_("officer", PROGRAM).get(f"/v1/runs/{run.run_id}").json()["versions"]["catalog"])


def test_only_the_own_organization_sees_and_finds_what_was_added(service: Service) -> None:
    report = add(service, line())
    assert report.status_code == 200, report.text
    assert (report.json()["added"], report.json()["removed"]) == ([own(service)], [])
    for scope in ("portal", "officer", "curator", "evaluator", "admin"):
        assert found_by(service, scope) == [own(service)]
        assert service.as_(scope).get(f"/v1/supports/{own(service)}").json()["title"] == f"Ours {WORD}"
    for scope in Scope:
        if scope is not Scope.OPERATOR:
            assert found_by(service, scope, ELSEWHERE) == []
            answer = service.as_(scope, ELSEWHERE).get(f"/v1/supports/{own(service)}")
            assert (answer.status_code, WORD in answer.text) == (404, False)
            # An id that is close to it does not bring it to light.
            near = service.as_(scope, ELSEWHERE).get(f"/v1/supports/{own(service)}x")
            assert "-own-" not in near.text.replace(f"{own(service)}x", "")
    assert found_by(service, "operator") == []


def test_what_is_left_out_is_left_out_for_the_own_organization_alone_and_can_come_back(service: Service) -> None:
    told = leave_out(service)
    assert told.status_code == 200, told.text
    assert told.json()["excluded"] == [
        {"support_id": FIRST, "title": STARTER.get(FIRST).display_title, "reason": "We have a program for this."}
    ]
    assert service.as_("portal").get(f"/v1/supports/{FIRST}").status_code == 404
    assert service.as_("portal", ELSEWHERE).get(f"/v1/supports/{FIRST}").status_code == 200
    for scope, status in (("officer", 200), ("curator", 200), ("evaluator", 200), ("admin", 200), ("portal", 403)):
        assert service.as_(scope).get("/v1/catalog/own").status_code == status
    assert service.as_("admin", ELSEWHERE).get("/v1/catalog/own").json()["excluded"] == []
    assert service.as_("curator").delete(f"/v1/catalog/own/exclusions/{FIRST}").json()["excluded"] == []
    assert service.as_("curator").delete(f"/v1/catalog/own/exclusions/{FIRST}").status_code == 404
    assert service.as_("portal").get(f"/v1/supports/{FIRST}").status_code == 200


def test_a_run_is_made_of_the_teams_organizations_catalog_and_replays_byte_for_byte(service: Service) -> None:
    plain = stored_run(service)
    assert catalog_of(service, plain) == STARTER.version
    listed = service.as_("officer", PROGRAM).get(f"/v1/runs/{plain.run_id}").json()["run"]["lists"][0]["matches"]
    gone = listed[0]["support_id"]
    leave_out(service, gone)
    report = add(service, line()).json()
    ours = stored_run(service)
    assert catalog_of(service, ours) == report["version"] != STARTER.version
    run = service.as_("officer", PROGRAM).get(f"/v1/runs/{ours.run_id}").json()["run"]
    assert gone not in [match["support_id"] for one in run["lists"] for match in one["matches"]]
    theirs = stored_run(service, organization=ELSEWHERE)
    assert catalog_of(service, theirs) == STARTER.version
    add(service)  # what was added goes again; the run stays what it was
    for one in (plain, ours, theirs):
        replayed = service.as_("officer", PROGRAM).get(f"/v1/runs/{one.run_id}/replay").json()
        assert replayed["outcome"] == "same", replayed


def test_without_additions_and_exclusions_the_very_same_recommender_serves(service: Service) -> None:
    engine = service.app.state.engine
    with service.database.reading() as session:
        service.as_("portal")
        found = find_organization(session, PORTAL)
    assert found is not None
    assert engine.of(found.id) is engine
    leave_out(service)
    assert engine.of(found.id) is not engine
    assert engine.of(found.id).recommender is engine.of(found.id).recommender
    service.as_("curator").delete(f"/v1/catalog/own/exclusions/{FIRST}")
    assert engine.of(found.id) is engine


def test_an_id_can_clash_with_nobodys(service: Service) -> None:
    """The id of a record of the catalog of all, sent by an organization, is another id, and no space is taken twice."""
    assert add(service, line(id=FIRST)).json()["added"] == [own(service, FIRST)]
    assert service.as_("portal").get(f"/v1/supports/{FIRST}").json()["title"] == STARTER.get(FIRST).display_title
    assert add(service, line(), organization=ELSEWHERE).json()["added"] == [own(service, organization=ELSEWHERE)]
    assert own(service) != own(service, organization=ELSEWHERE)
    again = add(service, line(id=own(service)))
    assert again.json()["added"] == [own(service)], "an id of the own space stays"
    foreign = add(service, line(id=own(service, organization=ELSEWHERE)))
    assert (foreign.status_code, "belong to what one organization has added" in foreign.text) == (422, True)
    twice = add(service, line(), line(id=own(service)))
    assert (twice.status_code, "already used" in twice.text) == (422, True)
    texts = catalog_texts()
    base = service.as_("operator").post(
        "/v1/catalog/versions", json=texts | {"resources": texts["resources"] + line(id=own(service))}
    )
    assert (base.status_code, "belong to what one organization has added" in base.text) == (422, True)


def test_faults_are_told_with_their_lines_and_change_nothing(service: Service) -> None:
    add(service, line())
    bad = add(service, line(), line(id="res-two", url="https://example.org@evil.test/"))
    assert bad.status_code == 422
    (fault,) = bad.json()["errors"]
    assert (fault["pointer"], "resources.jsonl:2" in fault["detail"]) == ("/resources", True)
    tried = add(service, line(), line(id="res-two"), dry_run=True)
    assert (tried.status_code, tried.json()["stored"]) == (200, False)
    assert service.as_("curator").get("/v1/catalog/own").json()["added"] == [own(service)]
    where = "/v1/catalog/own/exclusions/"
    admin = service.as_("admin")
    assert admin.put(f"{where}res-nothing", json={"reason": "x"}).status_code == 404
    assert admin.put(f"{where}{own(service)}", json={"reason": "x"}).status_code == 404
    for reason in ("", "  ", "a\nb", "x" * 501):
        answer = admin.put(where + FIRST, json={"reason": reason})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reason")


@pytest.mark.parametrize("scope", ["portal", "officer", "evaluator", "operator"])
def test_only_curators_and_administrators_change_an_organizations_catalog(service: Service, scope: str) -> None:
    assert add(service, line(), scope=scope).status_code == 403
    caller = service.as_(scope)
    assert caller.put(f"/v1/catalog/own/exclusions/{FIRST}", json={"reason": "x"}).status_code == 403
    assert caller.delete(f"/v1/catalog/own/exclusions/{FIRST}").status_code == 403


def test_an_organizations_catalog_is_never_listed_or_put_in_use_for_all(service: Service) -> None:
    version = add(service, line()).json()["version"]
    stored_run(service)
    with service.database.reading() as session:
        assert session.get(Artifact, ("organization catalog", version)) is not None
    operator = service.as_("operator")
    assert version not in operator.get("/v1/catalog/versions").text
    assert operator.get(f"/v1/catalog/versions/{version}").status_code == 404
    assert operator.post(f"/v1/catalog/versions/{version}:activate").status_code == 404


def test_additions_and_exclusions_stay_when_the_catalog_of_all_changes(service: Service) -> None:
    leave_out(service)
    add(service, line())
    import_and_serve(service, changed={OTHER: {"title": "Another title"}})
    portal = service.as_("portal")
    assert portal.get(f"/v1/supports/{OTHER}").json()["title"] == "Another title"
    assert portal.get(f"/v1/supports/{FIRST}").status_code == 404
    assert found_by(service, "portal") == [own(service)]


def test_the_own_audit_alone_tells_of_it_without_words(service: Service) -> None:
    add(service, line())
    leave_out(service)
    service.as_("curator").delete(f"/v1/catalog/own/exclusions/{FIRST}")
    told = service.as_("admin").get("/v1/audit").json()["items"]
    actions = [line["action"] for line in told if line["action"].startswith("catalog.")]
    assert actions == ["catalog.add", "catalog.exclude", "catalog.include"]
    assert "program for this" not in str(told)
    for other in (service.as_("admin", ELSEWHERE), service.as_("operator")):
        assert "catalog." not in other.get("/v1/audit").text


def test_an_officer_of_another_organization_meets_only_what_the_run_lists(service: Service) -> None:
    """The team shares its run with its program; what else its organization has added stays unknown there."""
    listed = line(id="res-listed", needs_met=[])
    add(service, line(), listed)
    run = stored_run(service)
    officer = service.as_("officer", PROGRAM)
    matches = officer.get(f"/v1/runs/{run.run_id}").json()["run"]["lists"][0]["matches"]
    inside = {match["support_id"] for match in matches}
    for support_id in (own(service), own(service, "res-listed")):
        answer = officer.get(f"/v1/runs/{run.run_id}/why-not/{support_id}")
        assert answer.status_code == (200 if support_id in inside else 404), answer.text
    outside = "res-own-0000000000000000-x"
    near = officer.get(f"/v1/runs/{run.run_id}/why-not/{outside}")
    assert (near.status_code, own(service) in near.text) == (404, own(service) in inside)
    add_it = officer.post(
        f"/v1/runs/{run.run_id}/review/events",
        json={"action": "add", "support_id": own(service), "reason": "x"},
        headers={"If-Match": '"1"'},
    )
    assert add_it.status_code == 422, add_it.text
    assert WORD not in add_it.text


def test_a_change_of_another_process_is_followed(service: Service) -> None:
    service.as_("portal")
    with service.database.writing() as session:
        found = find_organization(session, PORTAL)
        assert found is not None
        curator = Principal("key:elsewhere", found.id, Scope.CURATOR)
        exclude(session, curator, STARTER, FIRST, NewExclusion(reason="Elsewhere"), now=service.clock())
    end = time.monotonic() + 20
    while service.as_("portal").get(f"/v1/supports/{FIRST}").status_code != 404:
        assert time.monotonic() < end, "the change does not arrive"
        time.sleep(0.05)


def test_few_catalogs_of_organizations_stay_open(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "_KEPT_OF_ORGANIZATIONS", 2)
    engine = service.app.state.engine
    for number, support in enumerate(STARTER.by_kind[SupportKind.RESOURCE][:4]):
        leave_out(service, support.id, f"Organization {number}")
        assert service.as_("portal", f"Organization {number}").get(f"/v1/supports/{support.id}").status_code == 404
    assert len(engine._own) <= 2
    for number, support in enumerate(STARTER.by_kind[SupportKind.RESOURCE][:4]):
        assert service.as_("portal", f"Organization {number}").get(f"/v1/supports/{support.id}").status_code == 404
