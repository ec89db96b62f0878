"""What the endpoints answer when all is well."""

import copy
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.engine.samples import SAMPLES, sample_documents
from api.errors import InvalidSetting
from api.settings import load_settings
from models.recommendation import RecommendationRun
from recommender.pipeline import Recommender

PREVIEW = "/v1/recommendations:preview"


def preview(client: TestClient, document: object, **params: Any) -> dict[str, Any]:
    response = client.post(PREVIEW, json=document, params=params)
    assert response.status_code == 200, response.text
    run: dict[str, Any] = response.json()
    return run


def test_alive_and_ready_with_versions(client: TestClient, recommender: Recommender) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    ready = client.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["versions"] == recommender.versions.model_dump(mode="json")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_preview_is_the_run_of_the_core(client: TestClient, recommender: Recommender, name: str) -> None:
    run = RecommendationRun.model_validate(preview(client, sample_documents()[name], k=3))
    assert run.team_name == sample_documents()[name]["team"]["name"]
    assert run.as_of.isoformat() == sample_documents()[name]["as_of"]
    assert [ranked.kind for ranked in run.lists] == ["resource", "provider"]
    assert all(len(ranked.matches) <= 3 for ranked in run.lists)
    assert run.versions == recommender.versions


def test_the_same_body_gives_the_same_bytes(client: TestClient, sample: dict[str, Any]) -> None:
    first, second = (client.post(PREVIEW, json=sample).content for _ in range(2))
    assert first == second


def test_a_preview_is_not_kept_by_caches(client: TestClient, sample: dict[str, Any]) -> None:
    assert client.post(PREVIEW, json=sample).headers["cache-control"] == "private, no-store"


def test_kinds_can_be_chosen(client: TestClient, sample: dict[str, Any]) -> None:
    assert [ranked["kind"] for ranked in preview(client, sample, kind="provider")["lists"]] == ["provider"]
    both = preview(client, sample, kind=["provider", "resource"])
    assert [ranked["kind"] for ranked in both["lists"]] == ["resource", "provider"]
    assert preview(client, sample, kinds="all") == preview(client, sample) == both


def test_what_if_equals_the_changed_assessment(client: TestClient, sample: dict[str, Any]) -> None:
    changed = copy.deepcopy(sample)
    changed["team"]["context"]["budget"] = "50000-plus"
    del changed["team"]["context"]["modality"]
    for response in changed["responses"]:
        response["answers"]["tt2"] = 4
    what_if = {"context": {"budget": "50000-plus", "modality": None}, "answers": {"tt2": 4}}
    assert preview(client, sample | {"what_if": what_if}) == preview(client, changed)


def test_an_empty_what_if_changes_nothing(client: TestClient, sample: dict[str, Any]) -> None:
    assert preview(client, sample | {"what_if": {}}) == preview(client, sample)


def test_faults_of_what_if_point_into_it_beside_those_of_the_assessment(
    client: TestClient, sample: dict[str, Any]
) -> None:
    sample["responses"][0]["answers"]["la2"] = 7
    sample["what_if"] = {"context": {"state": ["Idaho"], "focus_areas": "math"}, "answers": {"la1": 5, "zz": 1}}
    errors = client.post(PREVIEW, json=sample).json()["errors"]
    assert [error["pointer"] for error in errors] == [
        "/responses/0/answers/la2",
        "/what_if/context/state/0",
        "/what_if/context/focus_areas",
        "/what_if/answers/la1",
        "/what_if/answers/zz",
    ]


@pytest.mark.parametrize(
    ("what_if", "pointer"),
    [([], "/what_if"), (None, "/what_if"), ({"contxt": {}}, "/what_if/contxt"), ({"answers": [1]}, "/what_if/answers")],
)
def test_a_misshapen_what_if_is_a_fault(client: TestClient, sample: dict[str, Any], what_if: Any, pointer: str) -> None:
    response = client.post(PREVIEW, json=sample | {"what_if": what_if})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_the_instrument_has_its_content_hash_as_etag(client: TestClient, recommender: Recommender) -> None:
    response = client.get("/v1/instrument")
    assert response.headers["etag"] == f'"{recommender.instrument.version.content_hash}"'
    assert response.json()["instrument"]["id"] == "improvement-capacity-check"
    assert len(response.json()["domains"]) == 11
    for known in (response.headers["etag"], f'"other", W/{response.headers["etag"]}', "*"):
        again = client.get("/v1/instrument", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get("/v1/instrument", headers={"If-None-Match": '"other"'}).status_code == 200


def test_pages_list_every_support_once_in_a_stable_order(client: TestClient, recommender: Recommender) -> None:
    ids: list[str] = []
    params: dict[str, Any] = {"limit": 100}
    while True:
        page = client.get("/v1/supports", params=params).json()
        assert page["total"] == len(recommender.catalog.supports)
        assert page["catalog"] == recommender.catalog.version
        ids += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert ids == [support.id for support in recommender.catalog.supports]


def test_a_cursor_belongs_to_its_filters(client: TestClient) -> None:
    cursor = client.get("/v1/supports", params={"limit": 5}).json()["next_cursor"]
    for params in (
        {"cursor": cursor, "kind": "provider"},
        {"cursor": "AAAA"},
        {"cursor": "é"},
        {"cursor": cursor + "x"},
    ):
        response = client.get("/v1/supports", params=params)
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"] == "cursor"
    assert client.get("/v1/supports", params={"cursor": cursor, "limit": 7}).status_code == 200


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({"kind": "provider"}, lambda item: item["kind"] == "provider" and "provider_kind" in item),
    ({"domain": "sustainability"}, lambda item: "sustainability" in item["domains"]),
    ({"level": [1, 4]}, lambda item: {1, 4} & set(item["levels"])),
    ({"focus_area": "math"}, lambda item: "math" in item["focus_areas"]),
    ({"grade_band": "middle"}, lambda item: {"middle", "all"} & set(item["grade_bands"])),
    ({"audience": "coach"}, lambda item: "coach" in item["audiences"]),
    ({"modality": "facilitated-virtual"}, lambda item: {"facilitated-virtual", "hybrid"} & set(item["modality"])),
    ({"cost": "free"}, lambda item: item["cost"] == "free"),
    ({"language": "es"}, lambda item: any(tag.split("-")[0] == "es" for tag in item["language"])),
    ({"kind": "provider", "state": "TX"}, lambda item: {"TX", "US"} & set(item["serves"])),
    ({"equity": "true"}, lambda item: item["equity_centered"]),
]


@pytest.mark.parametrize(("params", "holds"), FILTERS, ids=[next(iter(params)) for params, _ in FILTERS])
def test_a_filter_keeps_exactly_what_meets_it(client: TestClient, params: dict[str, Any], holds: Any) -> None:
    def every(params: dict[str, Any]) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor = ""
        while cursor is not None:
            page = client.get("/v1/supports", params=params | {"limit": 100, "cursor": cursor}).json()
            items, cursor = items + page["items"], page["next_cursor"]
        return items

    kept = every(params)
    kinds = {"kind": params["kind"]} if "kind" in params else {}
    assert [item["id"] for item in kept] == [item["id"] for item in every(kinds) if holds(item)]
    assert kept


def test_search_ranks_by_words_and_counts_all_hits(client: TestClient) -> None:
    page = client.get("/v1/supports", params={"q": "run charts", "limit": 3}).json()
    assert page["total"] > 3
    assert "chart" in str(page["items"][0]).lower()
    assert client.get("/v1/supports", params={"q": "zzqx"}).json() == {
        "total": 0, "items": [], "next_cursor": None, "catalog": page["catalog"],
    }  # fmt: skip


def test_one_support_is_the_record_of_the_list(client: TestClient) -> None:
    item = client.get("/v1/supports", params={"kind": "provider", "limit": 1}).json()["items"][0]
    assert client.get(f"/v1/supports/{item['id']}").json() == item
    assert item["kind"] == "provider"


def test_every_answer_forbids_sniffing_and_framing(client: TestClient) -> None:
    for path in ("/healthz", "/nope"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_the_openapi_document_is_whole(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    known = document["components"]["schemas"]

    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [ref for child in node.values() for ref in references(child)]
        return [ref for child in node for ref in references(child)] if isinstance(node, list) else []

    assert {ref.removeprefix("#/components/schemas/") for ref in references(document)} <= set(known)
    assert "HTTPValidationError" not in known
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if status >= "400" and path != "/sign-in":  # its form comes back as a page
                    assert list(response["content"]) == ["application/problem+json"]
    body = document["paths"][PREVIEW]["post"]["requestBody"]["content"]["application/json"]
    assert sorted(body["examples"]) == sorted(SAMPLES)
    for example in body["examples"].values():
        assert preview(client, example["value"], k=1)


def test_settings_with_impossible_values_are_named_by_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRELLIS_PORT", "seventy")
    monkeypatch.setenv("TRELLIS_MODEL_SHA256", "abc")
    with pytest.raises(InvalidSetting) as caught:
        load_settings()
    assert sorted(fault.pointer for fault in caught.value.faults) == ["TRELLIS_MODEL_SHA256", "TRELLIS_PORT"]
