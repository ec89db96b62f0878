"""Bringing in a catalog by the pages: a report first, then to store it, then to put it in use."""

import io
import json
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.principals import Principal, Scope
from api.catalog.versions import import_catalog
from models.support import Support
from models.vocab import SupportKind
from recommender.catalog.load import Catalog, starter_catalog
from recommender.pipeline import Recommender
from tests.fixtures.catalogs import catalog_texts
from tests.fixtures.engines import make_recommender
from tests.fixtures.pages import weight
from tests.fixtures.service import Service, running_service
from tests.fixtures.supports import provider, resource
from tests.fixtures.visitors import visitor

GONE, CHANGED = (support.id for support in starter_catalog().by_kind[SupportKind.RESOURCE][:2])
MARKUP = "<img src=x onerror=alert(1)>"
TINY: tuple[Support, ...] = (resource(), resource(id="res-b", title="B"), provider())


def line(support: Support, **changes: Any) -> str:
    return json.dumps(support.model_dump(mode="json", by_alias=True) | changes)


def send(
    client: TestClient,
    *,
    resources: str | bytes | None = None,
    providers: str | bytes | None = None,
    called: str | None = None,
) -> Any:
    """Send files by the form; `called` is their name where they come from."""
    files = {"resource_file": resources, "provider_file": providers}
    names = {"resource_file": called or "resources.jsonl", "provider_file": called or "providers.jsonl"}
    chosen = {
        name: (names[name], content.encode() if isinstance(content, str) else content)
        for name, content in files.items()
        if content is not None
    }
    # A browser sends the fields that were left empty, too.
    empty = {name: ("", b"") for name in files if name not in chosen}
    return client.post("/catalog/import", files={**chosen, **empty}, data={"resource_text": "", "provider_text": ""})


def versions(service: Service) -> list[str]:
    return [one["version"] for one in service.as_("operator").get("/v1/catalog/versions").json()["items"]]


def tally(page: str) -> dict[str, int]:
    return {title: int(n.replace(",", "")) for title, n in re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)</dd>", page)}


def faults(page: str) -> list[tuple[str, ...]]:
    rows = re.findall(r"<tr><td>(.*?)</td><td class=\"number\">(.*?)</td><td>(.*?)</td><td>(.*?)</td></tr>", page)
    return [tuple(re.sub(r"<[^>]+>", "", cell) for cell in row) for row in rows]


@pytest.mark.parametrize("scope", ["portal", "officer", "evaluator", "curator", "admin"])
def test_only_operators_bring_in_the_catalog_of_all(service: Service, scope: str) -> None:
    client = visitor(service, scope)
    version = starter_catalog().version
    assert client.get("/catalog/import").status_code == 403
    assert client.get("/catalog/versions").status_code == 403
    assert client.get(f"/catalog/import/{version}").status_code == 403
    assert send(client, resources=line(resource())).status_code == 403
    assert client.post(f"/catalog/import/{version}/store").status_code == 403
    assert client.post(f"/catalog/versions/{version}/use").status_code == 403


def test_nobody_is_led_to_the_sign_in(service: Service) -> None:
    assert visitor(service).get("/catalog/import").headers["Location"].startswith("/sign-in?next=")
    assert send(visitor(service), resources=line(resource())).status_code == 401


def test_another_site_can_neither_send_nor_store_nor_use(service: Service) -> None:
    client = visitor(service, "operator")
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert send(client, resources=line(resource())).status_code == 403
    assert client.post(f"/catalog/versions/{starter_catalog().version}/use").status_code == 403


def test_a_report_comes_first_and_changes_nothing(service: Service) -> None:
    client = visitor(service, "operator")
    before = versions(service)
    texts = catalog_texts(without={GONE}, changed={CHANGED: {"title": "Another title"}})
    checked = send(client, **texts)
    assert checked.status_code == 303
    report = client.get(checked.headers["Location"]).text
    assert tally(report) == {"New": 0, "Changed": 1, "Removed": 1, "The same": len(starter_catalog().supports) - 2}
    assert "Another title" in report
    assert "Title</span>" in report, "the field that differs is named"
    assert "Nothing has changed yet" in report
    assert "Put it in use</button>" not in report
    assert versions(service) == before
    assert service.as_("admin").get("/v1/audit").json()["items"][-1]["action"] != "catalog.import"
    assert client.get(f"/catalog/{GONE}").status_code == 200
    version = checked.headers["Location"].rpartition("/")[2]
    assert client.post(f"/catalog/versions/{version}/use").status_code == 404, "what is not stored cannot be used"


def test_a_file_that_is_left_out_keeps_its_supports_as_they_are(tmp_path: Path, migrated_url: str) -> None:
    with running_service(make_recommender(TINY), tmp_path, url=migrated_url) as service:
        client = visitor(service, "operator")
        added = line(resource(id="res-c", title="C"))
        checked = send(client, resources="\n".join([line(TINY[0], title="A2"), added]))
        report = client.get(checked.headers["Location"]).text
        assert tally(report) == {"New": 1, "Changed": 1, "Removed": 1, "The same": 1}
        assert "2 resources and 1 provider" in report
        pasted = client.post("/catalog/import", data={"provider_text": line(TINY[2], name="P2")})
        assert tally(client.get(pasted.headers["Location"]).text) == {
            "New": 0,
            "Changed": 1,
            "Removed": 0,
            "The same": 2,
        }


def test_store_and_use_are_two_steps_and_both_may_be_sent_twice(service: Service) -> None:
    client = visitor(service, "operator", name="Kim Operator")
    report = send(client, **catalog_texts(without={GONE})).headers["Location"]
    version = report.rpartition("/")[2]
    stored = [client.post(f"{report}/store") for _ in range(2)]
    assert [answer.status_code for answer in stored] == [303, 303]
    assert versions(service).count(version) == 1
    page = client.get(stored[0].headers["Location"]).text
    assert "This version is stored" in page
    assert "Put it in use</button>" in page
    assert client.get(f"/catalog/{GONE}").status_code == 200, "stored is not used"
    used = [client.post(f"/catalog/versions/{version}/use") for _ in range(2)]
    assert {answer.headers["Location"] for answer in used} == {"/catalog/versions?done=used"}
    await_serving(client, version)
    assert client.get(f"/catalog/{GONE}").status_code == 404
    actions = [one["action"] for one in service.as_("operator").get("/v1/audit").json()["items"]]
    assert (actions.count("catalog.import"), actions.count("catalog.activate")) == (1, 1)
    listed = client.get("/catalog/versions").text
    assert "by Kim Operator" in listed
    row = next(row for row in re.findall(r"<tr.*?</tr>", listed, re.DOTALL) if version[:12] in row)
    assert f">{len(starter_catalog().by_kind[SupportKind.RESOURCE]) - 1}<" in row
    assert "In use" in row
    assert "This version is in use" in client.get(report).text


def test_an_earlier_version_can_be_put_in_use_again(service: Service) -> None:
    client = visitor(service, "operator")
    report = send(client, **catalog_texts(without={GONE})).headers["Location"]
    version = report.rpartition("/")[2]
    client.post(f"{report}/store")
    client.post(f"/catalog/versions/{version}/use")
    await_serving(client, version)
    earlier = starter_catalog().version
    assert client.post(f"/catalog/versions/{earlier}/use").status_code == 303
    await_serving(client, earlier)
    assert client.get(f"/catalog/{GONE}").status_code == 200


def await_serving(client: TestClient, version: str) -> None:
    end = time.monotonic() + 60
    while True:
        page = client.get("/catalog/versions").text
        row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if version[:12] in row)
        if ">In use<" in row:
            return
        assert "being prepared" in page, "until it serves, the page says that it is being prepared"
        assert time.monotonic() < end, "the catalog does not come into use"
        time.sleep(0.05)


def test_every_fault_is_listed_by_file_line_and_field_and_nothing_is_laid_aside(service: Service) -> None:
    client = visitor(service, "operator")
    rows = [
        line(resource(id="res-one")),
        line(resource(id="res-two"), cost="cheap", url="javascript:alert(1)"),
        "{" + MARKUP,
        "",
        line(resource(id="res-one"), levels=[5]),
    ]
    before = versions(service)
    page = send(client, resources="\n".join(rows), providers=line(provider(), serves=["XX"]))
    assert page.status_code == 422
    found = faults(page.text)
    places = [(file, number, field) for file, number, field, _ in found]
    assert places == [
        ("resources.jsonl", "2", "url"),
        ("resources.jsonl", "2", "cost"),
        ("resources.jsonl", "3", "whole line"),
        ("resources.jsonl", "5", "levels.0"),
        ("resources.jsonl", "5", "id"),
        ("providers.jsonl", "1", "serves.0"),
    ]
    assert "6 things to mend, in 4 places" in page.text
    assert "Nothing was changed" in page.text
    assert MARKUP not in page.text
    assert 'href="javascript' not in page.text
    assert versions(service) == before


def test_bytes_that_are_not_utf_8_are_told_by_line(service: Service) -> None:
    content = line(resource()).encode() + b'\n{"id": "res-\xff"}\n'
    page = send(visitor(service, "operator"), resources=content)
    assert page.status_code == 422
    ((file, number, field, detail),) = faults(page.text)
    assert (file, number, field) == ("resources.jsonl", "2", "whole line")
    assert "UTF-8" in detail


def test_a_file_of_another_kind_has_one_fault_under_the_name_that_it_was_sent_with(service: Service) -> None:
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as file:
        file.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    page = send(visitor(service, "operator"), resources=workbook.getvalue(), called="our list.xlsx")
    assert page.status_code == 422
    ((name, _, field, detail),) = faults(page.text)
    assert (name, field) == ("our list.xlsx", "whole file")
    assert "this is an Excel workbook" in detail


def test_an_empty_file_is_a_fault_and_not_an_empty_catalog(service: Service) -> None:
    page = send(visitor(service, "operator"), resources=b"")
    assert page.status_code == 422
    assert "The file is empty" in page.text


def test_thousands_of_faults_show_the_first_ones_and_their_number(service: Service) -> None:
    page = send(visitor(service, "operator"), resources="x\n" * 3000)
    assert "3,000 things to mend" in page.text
    assert len(faults(page.text)) == 200
    assert len(page.content) < 150_000


def test_nothing_chosen_and_both_chosen_are_faults_of_the_form_and_what_was_pasted_stays(service: Service) -> None:
    client = visitor(service, "operator")
    nothing = send(client)
    assert nothing.status_code == 422
    assert "Choose at least one file" in nothing.text
    both = client.post(
        "/catalog/import",
        files={"resource_file": ("resources.jsonl", line(resource()).encode())},
        data={"resource_text": "my pasted <line>"},
    )
    assert both.status_code == 422
    assert "not both" in both.text
    assert "my pasted &lt;line&gt;</textarea>" in both.text


def test_what_was_pasted_stays_beside_its_faults(service: Service) -> None:
    page = visitor(service, "operator").post("/catalog/import", data={"resource_text": f"{MARKUP}\r\nsecond"})
    assert page.status_code == 422
    assert [number for _, number, *_ in faults(page.text)] == ["1", "2"]
    assert "second</textarea>" in page.text
    assert MARKUP not in page.text


def test_an_upload_over_the_limit_is_refused_and_one_over_the_limit_of_other_forms_is_not(
    starter: Recommender, tmp_path: Path, migrated_url: str
) -> None:
    limits = {"max_body_bytes": 20_000, "max_catalog_bytes": 2_000_000}
    with running_service(starter, tmp_path, url=migrated_url, **limits) as service:
        client = visitor(service, "operator")
        assert send(client, **catalog_texts()).status_code == 303
        page = send(client, resources=b"x" * 2_000_001)
        assert page.status_code == 413
        assert "That is too much at once" in page.text
        # Pasted text may be as large as a file.
        texts = catalog_texts()
        pasted = client.post("/catalog/import", data={"resource_text": texts["resources"]})
        assert pasted.status_code == 303, pasted.text[:500]


def test_a_broken_form_is_refused_in_words(service: Service) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    page = visitor(service, "operator").post("/catalog/import", content=b"nonsense", headers=headers)
    assert page.status_code == 422


def test_a_checked_upload_is_forgotten_after_a_day(service: Service) -> None:
    client = visitor(service, "operator")
    first = send(client, **catalog_texts(without={GONE})).headers["Location"]
    service.clock.forward(hours=11)
    assert client.get(first).status_code == 200
    service.clock.forward(hours=14)
    again = visitor(service, "operator")
    send(again, **catalog_texts(without={CHANGED}))
    gone = again.get(first)
    assert gone.status_code == 404
    assert again.post(f"{first}/store").status_code == 404


def test_what_is_worth_a_look_is_told_and_stops_nothing(tmp_path: Path, migrated_url: str) -> None:
    summary = "A guide for teams that plan small tests of change, with forms for each step and notes on what to ask."
    twin = resource(id="res-twin", title="A guide to tests", summary=summary, levels=[], url="https://example.org/twin")
    other = resource(id="res-other", title="A guide to tests", summary=summary, url="https://example.org/other")
    with running_service(make_recommender(TINY), tmp_path, url=migrated_url) as service:
        client = visitor(service, "operator")
        report = client.get(send(client, resources="\n".join(map(line, (twin, other)))).headers["Location"]).text
    assert "This takes out 67% of the catalog" in report
    assert "No level" in report
    assert "100% alike" in report
    assert "Store this version</button>" in report


def test_the_same_catalog_says_that_nothing_would_change(service: Service) -> None:
    client = visitor(service, "operator")
    report = client.get(send(client, **catalog_texts()).headers["Location"]).text
    assert tally(report)["The same"] == len(starter_catalog().supports)
    assert "This version is in use" in report


def test_titles_with_markup_stay_text_in_the_report(tmp_path: Path, migrated_url: str) -> None:
    with running_service(make_recommender(TINY), tmp_path, url=migrated_url) as service:
        client = visitor(service, "operator")
        report = client.get(send(client, resources=line(resource(title=MARKUP))).headers["Location"]).text
    assert MARKUP not in report
    assert "&lt;img" in report


def test_who_belongs_to_another_organization_is_not_named(service: Service) -> None:
    """Versions that curators of organizations brought in when the catalog was theirs."""
    made = service.as_("admin").post(
        "/v1/people", json={"email": "kim@example.org", "name": "Secret Name", "scope": "curator"}
    )
    kim = Principal(f"person:{made.json()['id']}", "org", Scope.CURATOR)
    with service.database.writing() as session:
        import_catalog(session, kim, Catalog.of([resource()]), now=service.clock())
    page = visitor(service, "operator").get("/catalog/versions").text
    assert "Secret Name" not in page
    assert "by someone else" in page


def test_pages_are_light(service: Service) -> None:
    client = visitor(service, "operator")
    changed = {support.id: {"summary": "New words."} for support in starter_catalog().supports}
    report = send(client, **catalog_texts(changed=changed)).headers["Location"]
    for path in ("/catalog/import", report, "/catalog/versions"):
        assert weight(client, path) < 150_000
