"""What HTTP allows and frameworks differ on: decided once, for every route."""

import gzip
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.fixtures.service import Service

JSON = {"Content-Type": "application/json"}
TEAM = {"name": "Riverside on-track team", "form": "team"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/instrument", "/v1/teams", "/openapi.json", "/docs"])
def test_head_answers_what_get_does_without_the_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers.get("etag") == got.headers.get("etag")


def test_head_of_what_cannot_be_read_is_refused(client: TestClient) -> None:
    assert client.head("/v1/recommendations:preview").status_code == 405
    assert client.head("/v1/teams", headers={"Authorization": ""}).status_code == 401


def test_a_wrong_method_is_told_every_right_one(client: TestClient) -> None:
    assert set(client.put("/v1/teams").headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert set(client.put("/v1/teams/x").headers["Allow"].split(", ")) == {"DELETE", "GET", "HEAD", "PATCH"}


@pytest.mark.parametrize("path", ["/v1/catalog/versions/x:activate", f"/v1/catalog/versions/{'a' * 64}:activate"])
def test_an_action_by_get_is_a_wrong_method_not_a_wrong_name(service: Service, path: str) -> None:
    client = service.as_("operator")
    answer = client.get(path)
    assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")
    assert answer.headers["Allow"] == "POST"
    assert client.get("/v1/catalog/versions/x:nothing").status_code == 422


def test_no_cache_keeps_what_is_for_one_caller(client: TestClient) -> None:
    for path in ("/v1/teams", "/v1/nowhere", "/sign-in", "/v1/instrument"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path
    for path in ("/docs", "/openapi.json", "/problems/conflict"):
        assert "no-store" not in client.get(path).headers.get("Cache-Control", ""), path


def test_a_fault_never_repeats_a_huge_name(client: TestClient) -> None:
    name = "n" * 200_000
    body = {**TEAM, "context": {name: {str(number): None for number in range(300)}}, name: [1]}
    answer = client.post("/v1/teams", json=body)
    assert answer.status_code == 422
    assert len(answer.content) < 100_000
    assert len(answer.content) < len(json.dumps(body)) / 2


@pytest.mark.parametrize("path", ["/v1/teams/", "/v1/instrument/", "/v1//teams", "/healthz/"])
def test_a_slash_too_many_is_another_path(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "gzip, identity"])
def test_a_compressed_body_is_refused(client: TestClient, encoding: str) -> None:
    body = gzip.compress(json.dumps(TEAM).encode())
    answer = client.post("/v1/teams", content=body, headers={**JSON, "Content-Encoding": encoding})
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media-type")
    plain = {**JSON, "Content-Encoding": "identity"}
    assert client.post("/v1/teams", content=json.dumps(TEAM), headers=plain).status_code == 201


@pytest.mark.parametrize("declared", [None, "text/plain", "application/x-www-form-urlencoded", "nonsense"])
@pytest.mark.parametrize("path", ["/v1/teams", "/v1/recommendations:preview"])
def test_a_body_must_say_that_it_is_json(client: TestClient, path: str, declared: str | None) -> None:
    headers = {"Content-Type": declared} if declared else {}
    answer = client.post(path, content=json.dumps(TEAM), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media-type")


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        ("/v1/teams", "limit=3&limit=4", ["limit"]),
        ("/v1/supports", "q=a&q=b&limit=1&limit=2&kind=provider&kind=resource", ["limit", "q"]),
    ],
)
def test_a_parameter_that_takes_one_value_is_not_given_twice(
    client: TestClient, path: str, query: str, names: list[str]
) -> None:
    answer = client.get(f"{path}?{query}")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-parameter")
    assert [error["parameter"] for error in answer.json()["errors"]] == names


def test_a_parameter_that_takes_several_is_given_several_times(client: TestClient) -> None:
    answer = client.get("/v1/supports?level=1&level=4&domain=sustainability&domain=data-and-measurement")
    assert answer.status_code == 200


NUL, HALF = "a\0b", '"\\ud800"'


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (json.dumps({**TEAM, "name": NUL}), ["/name"]),
        (f'{{"name": {HALF}, "form": "team"}}', ["/name"]),
        (json.dumps({**TEAM, "context": {NUL: [NUL]}}), ["/context/a\ufffdb", "/context/a\ufffdb/0"]),
        (f'{{"name": "x", "form": "team", "context": {{{HALF}: 1}}}}', ["/context/?"]),
        ('{"name": "one", "name": "two", "form": "team"}', ["/name"]),
        ('{"name": "x", "form": "team", "context": {"a": 1, "b": 2, "a": 3}}', ["/context/a"]),
        ('{"context": {"a": NaN, "b": [1e999]}, "form": -Infinity}', ["/context/a", "/context/b/0", "/form"]),
    ],
)  # fmt: skip
def test_what_no_database_keeps_is_refused_with_its_place(client: TestClient, body: str, pointers: list[str]) -> None:
    answer = client.post("/v1/teams", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-body")
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"nothing", "{}".encode("utf-16")],
    ids=["cut", "bytes", "deep", "digits", "word", "utf-16"],
)
def test_what_is_not_json_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/teams", content=body, headers=JSON)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_paths_and_queries_hold_no_zero_byte(client: TestClient) -> None:
    assert client.get("/v1/teams/a%00b").status_code == 404
    assert client.get("/v1/supports/%00").status_code == 404
    answer = client.get("/v1/supports?q=a%00b")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "q")
    assert client.get("/v1/teams/%ED%A0%80").status_code == 404


def test_text_of_every_script_comes_back_as_it_went_in(client: TestClient) -> None:
    name: Any = "Équipe 学校 فريق 👩‍🏫"
    assert client.post("/v1/teams", json={**TEAM, "name": name}).json()["name"] == name
