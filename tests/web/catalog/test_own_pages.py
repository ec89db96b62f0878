"""An organization's own catalog on the pages: what it adds, what it leaves out, and who sees it."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.vocab import SupportKind
from recommender.catalog.load import starter_catalog
from tests.fixtures.pages import weight
from tests.fixtures.service import Service
from tests.fixtures.supports import resource
from tests.fixtures.visitors import visitor

FIRST = starter_catalog().by_kind[SupportKind.RESOURCE][0]
OURS = resource(id="res-ours", title="A quixotically good guide")


def send(client: TestClient, **changes: Any) -> Any:
    line = OURS.model_copy(update=changes).model_dump_json()
    return client.post("/catalog/own", data={"resource_text": line, "provider_text": ""})


def test_files_are_read_first_and_used_when_the_curator_says_so(service: Service) -> None:
    curator = visitor(service, "curator")
    report = send(curator)
    assert report.status_code == 303, report.text
    page = curator.get(report.headers["Location"]).text
    assert "Nothing has changed yet." in page
    assert OURS.title in page
    assert OURS.title not in curator.get("/catalog?q=quixotically").text
    used = curator.post(f"{report.headers['Location']}/use")
    assert used.headers["Location"] == "/catalog/own?done=changed"
    own = curator.get("/catalog/own").text
    assert "What you add: 1" in own
    (address,) = re.findall(r'href="(/catalog/res-own-[^"]+)"', own)
    for scope in ("portal", "officer", "curator", "evaluator", "admin"):
        person = visitor(service, scope)
        assert OURS.title in person.get("/catalog?q=quixotically").text
        assert "Added by your organization" in person.get(address).text
        stranger = visitor(service, scope, organization="Elsewhere")
        assert OURS.title not in stranger.get("/catalog?q=quixotically").text
        assert stranger.get(address).status_code == 404


def test_a_report_is_the_organizations_own(service: Service) -> None:
    report = send(visitor(service, "curator")).headers["Location"]
    stranger = visitor(service, "curator", organization="Elsewhere")
    assert stranger.get(report).status_code == 404
    assert stranger.post(f"{report}/use").status_code == 404
    assert visitor(service, "operator").get(report).status_code == 403


def test_faults_come_back_on_the_page_and_change_nothing(service: Service) -> None:
    curator = visitor(service, "curator")
    refused = send(curator, url="https://example.org@evil.test/")
    assert refused.status_code == 422
    assert "without a user or password" in refused.text
    nothing = curator.post("/catalog/own", data={"resource_text": "", "provider_text": ""})
    assert (nothing.status_code, "Choose at least one file" in nothing.text) == (422, True)
    assert "What you add: 0" in curator.get("/catalog/own").text


def test_a_support_is_left_out_by_a_button_and_its_reason_is_for_officers_and_curators(service: Service) -> None:
    curator, page = visitor(service, "curator"), f"/catalog/{FIRST.id}"
    assert "Leave this out" in curator.get(page).text
    refused = curator.post(f"{page}/leave-out", data={"reason": "  "})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert curator.post(f"{page}/leave-out", data={"reason": "We have our own"}).headers["Location"] == page
    for scope, change in (("officer", False), ("evaluator", False), ("admin", True), ("curator", True)):
        seen = visitor(service, scope).get(page)
        assert (seen.status_code, "We have our own" in seen.text) == (200, True)
        assert ("Use it again" in seen.text) == change
        hits = visitor(service, scope).get("/catalog", params={"q": FIRST.display_title}).text
        assert f'href="/catalog/{FIRST.id}"' not in hits
    assert visitor(service, "portal").get(page).status_code == 404
    stranger = visitor(service, "curator", organization="Elsewhere").get(page)
    assert (stranger.status_code, "We have our own" in stranger.text) == (200, False)
    assert "We have our own" in curator.get("/catalog/own").text
    assert curator.post(f"{page}/use-again").headers["Location"] == page
    assert "What you leave out: 0" in curator.get("/catalog/own").text
    assert visitor(service, "portal").get(page).status_code == 200


@pytest.mark.parametrize("scope", ["portal", "officer", "evaluator", "operator"])
def test_only_curators_and_administrators_change_it(service: Service, scope: str) -> None:
    person = visitor(service, scope)
    assert person.get("/catalog/own").status_code == 403
    assert send(person).status_code == 403
    assert person.post(f"/catalog/{FIRST.id}/leave-out", data={"reason": "x"}).status_code == 403
    assert "Leave this out" not in person.get(f"/catalog/{FIRST.id}").text


def test_the_page_is_light(service: Service) -> None:
    assert weight(visitor(service, "curator"), "/catalog/own") < 150_000
