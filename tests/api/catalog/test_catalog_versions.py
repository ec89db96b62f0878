"""Importing catalogs over the API, and putting one in use."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from api.engine import engine
from models.vocab import SupportKind
from recommender.catalog.load import starter_catalog
from recommender.pipeline import Recommender
from tests.fixtures.catalogs import catalog_texts, import_and_serve, serve
from tests.fixtures.service import Service, running_service

GONE, CHANGED = (support.id for support in starter_catalog().by_kind[SupportKind.RESOURCE][:2])
CHANGES: dict[str, Any] = {"without": {GONE}, "changed": {CHANGED: {"title": "Another title"}}}


def test_an_import_reports_what_differs_and_changes_nothing_yet(service: Service) -> None:
    operator = service.as_("operator")
    made = operator.post("/v1/catalog/versions", json=catalog_texts(**CHANGES))
    assert made.status_code == 201, made.text
    report = made.json()
    assert (report["added"], report["changed"], report["removed"]) == ([], [CHANGED], [GONE])
    assert report["n_resources"] == len(starter_catalog().by_kind[SupportKind.RESOURCE]) - 1
    kept = operator.get(made.headers["Location"]).json()
    assert (kept["active"], kept["serving"], kept["activated_at"]) == (False, False, None)
    assert operator.get(f"/v1/supports/{GONE}").status_code == 200


def test_a_dry_run_reports_the_same_and_keeps_nothing(service: Service) -> None:
    operator = service.as_("operator")
    tried = operator.post("/v1/catalog/versions", params={"dry_run": True}, json=catalog_texts(**CHANGES))
    assert (tried.status_code, tried.json()["stored"]) == (200, False)
    assert operator.get(f"/v1/catalog/versions/{tried.json()['version']}").status_code == 404
    made = operator.post("/v1/catalog/versions", json=catalog_texts(**CHANGES))
    assert made.json() == {**tried.json(), "stored": True}


def test_an_activated_catalog_comes_into_use_and_the_earlier_one_can_come_back(service: Service) -> None:
    operator = service.as_("operator")
    version = import_and_serve(service, **CHANGES)
    assert operator.get(f"/v1/supports/{GONE}").status_code == 404
    assert operator.get(f"/v1/supports/{CHANGED}").json()["title"] == "Another title"
    assert service.anonymous().get("/readyz").json()["versions"]["catalog"] == version
    listed = operator.get("/v1/catalog/versions").json()["items"]
    assert {item["version"]: (item["active"], item["serving"]) for item in listed} == {
        version: (True, True),
        starter_catalog().version: (False, False),
    }
    serve(service, starter_catalog().version)
    assert operator.get(f"/v1/supports/{GONE}").status_code == 200


def test_every_fault_is_reported_with_its_file_and_line_and_nothing_is_kept(service: Service) -> None:
    texts = catalog_texts()
    lines = texts["resources"].splitlines()
    lines[4] = lines[4].replace('"cost"', '"costs"')
    lines[9] = lines[9][:50]
    texts["resources"] = "\n".join(lines)
    texts["providers"] = ""
    for dry_run in (True, False):
        answer = service.as_("operator").post("/v1/catalog/versions", params={"dry_run": dry_run}, json=texts)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-body")
        faults = [(fault["pointer"], fault["detail"].partition(": ")[0]) for fault in answer.json()["errors"]]
        assert ("/resources", "resources.jsonl:5 /costs") in faults
        assert ("/resources", "resources.jsonl:10") in faults
        assert ("/providers", "providers.jsonl") in faults
    assert len(service.as_("operator").get("/v1/catalog/versions").json()["items"]) == 1


def test_text_that_is_no_unicode_is_a_fault_and_not_a_failure(service: Service) -> None:
    body = json.dumps({"resources": '{"id": "\ud800"}', "providers": ""})
    headers = {"Content-Type": "application/json"}
    answer = service.as_("operator").post("/v1/catalog/versions", content=body, headers=headers)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("scope", ["portal", "officer", "evaluator", "curator", "admin"])
def test_only_operators_change_the_catalog_of_all(service: Service, scope: str) -> None:
    version = starter_catalog().version
    caller = service.as_(scope)
    assert caller.post("/v1/catalog/versions", json={"resources": "", "providers": ""}).status_code == 403
    assert caller.post(f"/v1/catalog/versions/{version}:activate").status_code == 403
    assert caller.get("/v1/catalog/versions").status_code == 403
    assert caller.get(f"/v1/catalog/versions/{version}").status_code == 403


def test_a_catalog_that_is_not_kept_cannot_be_activated(service: Service) -> None:
    answer = service.as_("operator").post(f"/v1/catalog/versions/{'0' * 64}:activate")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-thing")
    assert service.as_("operator").post("/v1/catalog/versions/latest:activate").status_code == 422


def test_another_process_takes_the_catalog_up_and_a_restarted_one_begins_with_it(
    starter: Recommender, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    with running_service(starter, tmp_path, url=url) as one, running_service(starter, tmp_path, url=url) as other:
        version = import_and_serve(one, **CHANGES)
        _wait_for(other, version)
        assert other.as_("operator").get(f"/v1/supports/{GONE}").status_code == 404
    with running_service(starter, tmp_path, url=url) as again:
        _wait_for(again, version)


def test_a_catalog_that_cannot_be_served_leaves_the_present_one(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Recommender:
        raise RuntimeError("no memory")

    monkeypatch.setattr(engine, "open_recommender", fail)
    operator = service.as_("operator")
    version = operator.post("/v1/catalog/versions", json=catalog_texts(**CHANGES)).json()["version"]
    activated = operator.post(f"/v1/catalog/versions/{version}:activate").json()
    assert (activated["active"], activated["serving"]) == (True, False)
    assert operator.get(f"/v1/supports/{GONE}").status_code == 200
    assert service.anonymous().get("/readyz").json()["versions"]["catalog"] == starter_catalog().version


def _wait_for(service: Service, version: str) -> None:
    end = time.monotonic() + 60
    while service.anonymous().get("/readyz").json()["versions"]["catalog"] != version:
        assert time.monotonic() < end, "the catalog does not come into use"
        time.sleep(0.05)
