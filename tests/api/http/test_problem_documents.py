"""Every failure of every endpoint has the one shape, says all it found, and leaks nothing."""

import json
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.problems import PROBLEM_KINDS, kind_of
from recommender import errors
from recommender.pipeline import Recommender
from tests.fixtures.service import running_service

PREVIEW = "/v1/recommendations:preview"
FIELDS = ["type", "title", "status", "detail", "instance", "request_id", "errors", "n_errors"]


def problem_of(response: Any, status: int) -> dict[str, Any]:
    """The problem document, after checking what all of them share."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert list(problem) == FIELDS
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["type"].removeprefix("/problems/") in PROBLEM_KINDS
    assert problem["title"] == PROBLEM_KINDS[problem["type"].removeprefix("/problems/")].title
    assert "Traceback" not in response.text
    return problem


def post(client: TestClient, document: object, **params: Any) -> Any:
    return client.post(PREVIEW, json=document, params=params)


def pointers(problem: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in problem["errors"]]


def test_unknown_path(client: TestClient) -> None:
    problem = problem_of(client.get("/v2/nothing"), 404)
    assert (problem["type"], problem["instance"]) == ("/problems/not-found", "/v2/nothing")


def test_wrong_method_names_the_allowed_ones(client: TestClient) -> None:
    response = client.delete("/v1/instrument")
    problem_of(response, 405)
    assert response.headers["allow"] == "GET, HEAD"


def test_a_form_is_not_json(client: TestClient) -> None:
    problem = problem_of(client.post(PREVIEW, data={"a": "b"}), 415)
    assert "application/x-www-form-urlencoded" in problem["detail"]


def test_text_that_is_not_json_says_where_it_stops_being_json(client: TestClient) -> None:
    response = client.post(PREVIEW, content=b'{"assessment_id": ', headers={"content-type": "application/json"})
    problem = problem_of(response, 422)
    assert problem["type"] == "/problems/invalid-assessment"
    assert pointers(problem) == [""]
    assert "Not JSON" in problem["errors"][0]["detail"]
    assert "column 19" in problem["errors"][0]["detail"]


def test_every_fault_is_listed_at_once(client: TestClient, sample: dict[str, Any]) -> None:
    sample["responses"][0]["answers"]["la1"] = 5
    sample["responses"][0]["answers"]["zz9"] = 2
    sample["responses"][1]["answers"]["nl1"] = 2
    sample["responses"][2]["respondent"] = "r1"
    sample["team"]["context"]["budget"] = "nothing"
    problem = problem_of(post(client, sample), 422)
    assert pointers(problem) == [
        "/team/context/budget",
        "/responses/0/answers/la1",
        "/responses/0/answers/zz9",
        "/responses/1/answers/nl1",
        "/responses/2/respondent",
    ]
    details = " ".join(error["detail"] for error in problem["errors"])
    for words in ("found 5", "'zz9' is not an item", "hub form only", "have the id 'r1'", "'nothing' is not"):
        assert words in details


def test_nobody_answered(client: TestClient, sample: dict[str, Any]) -> None:
    problem = problem_of(post(client, sample | {"responses": []}), 422)
    assert "/responses" in pointers(problem)


@pytest.mark.parametrize("declared", [True, False], ids=["with a length", "streamed without a length"])
def test_ten_megabytes_are_refused(client: TestClient, declared: bool) -> None:
    body = b"x" * 10_000_000

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    response = client.post(
        PREVIEW, content=body if declared else chunks(), headers={"content-type": "application/json"}
    )
    problem = problem_of(response, 413)
    assert problem["detail"] == "The body may have at most 1,048,576 bytes."


def test_a_body_of_exactly_the_limit_is_read(recommender: Recommender, tmp_path: Path) -> None:
    with running_service(recommender, tmp_path, max_body_bytes=4) as service:
        client = service.as_("portal")
        headers = {"content-type": "application/json"}
        problem_of(client.post(PREVIEW, content=b"null", headers=headers), 422)
        problem_of(client.post(PREVIEW, content=b" null", headers=headers), 413)


@pytest.mark.parametrize(
    ("params", "parameter", "words"),
    [
        ({"k": 0}, "k", "Expected 1 or more"),
        ({"k": 51}, "k", "Expected 50 or less"),
        ({"k": "ten"}, "k", "Expected a whole number"),
        ({"kind": "gathering"}, "kind", "Expected one of: resource, provider, all."),
        ({"limit": 3}, "limit", "is not a parameter here"),
    ],
)
def test_parameters_are_named(
    client: TestClient, sample: dict[str, Any], params: dict[str, Any], parameter: str, words: str
) -> None:
    problem = problem_of(post(client, sample, **params), 422)
    assert problem["type"] == "/problems/invalid-parameter"
    assert problem["errors"][0]["parameter"] == parameter
    assert words in problem["errors"][0]["detail"]


def test_unknown_filter_words_list_the_allowed_ones(client: TestClient) -> None:
    problem = problem_of(client.get("/v1/supports", params={"domain": "data", "cost": "cheap"}), 422)
    by_parameter = {error["parameter"]: error["detail"] for error in problem["errors"]}
    assert "data-and-measurement" in by_parameter["domain"]
    assert "Expected one of: free, paid, mixed." in by_parameter["cost"]
    assert "'cheap'" in by_parameter["cost"]


def test_an_unknown_support_names_close_ids(client: TestClient) -> None:
    known = client.get("/v1/supports", params={"limit": 1}).json()["items"][0]["id"]
    problem = problem_of(client.get(f"/v1/supports/{known}x"), 404)
    assert problem["type"] == "/problems/unknown-support"
    assert known in problem["detail"]


def test_a_sane_request_id_is_kept_and_any_other_replaced(client: TestClient) -> None:
    assert client.get("/nope", headers={"X-Request-Id": "portal-7.a_b"}).json()["request_id"] == "portal-7.a_b"
    for bad in ("a b", "<script>", "x" * 65):
        given = client.get("/nope", headers={"X-Request-Id": bad}).json()["request_id"]
        assert given != bad
        assert len(given) == 32


def test_a_failure_of_ours_says_nothing_of_the_inside(
    recommender: Recommender, sample: dict[str, Any], tmp_path: Path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret path /etc/x")

    broken = copy(recommender)
    broken.recommend = fail  # type: ignore[method-assign]
    with running_service(broken, tmp_path) as service:
        response = post(service.as_("portal"), sample)
        assert "secret" not in response.text
        assert problem_of(response, 500)["type"] == "/problems/internal-error"


def test_every_error_of_the_core_has_a_kind() -> None:
    def tree(error: type[errors.TrellisError]) -> Iterator[type[errors.TrellisError]]:
        for child in error.__subclasses__():
            yield child
            yield from tree(child)

    for error in tree(errors.TrellisError):
        if error.__module__.startswith("eval."):  # of commands alone, which other tests may have loaded
            continue
        kind = kind_of(error.__new__(error))
        assert kind.slug != "error", f"{error.__name__} is not mapped to a status"
        assert json.dumps(kind)


def test_every_type_has_its_page(client: TestClient) -> None:
    for slug, kind in PROBLEM_KINDS.items():
        page = client.get(f"/problems/{slug}").json()
        assert (page["type"], page["status"], page["title"]) == (f"/problems/{slug}", kind.status, kind.title)
        assert page["meaning"]
    problem_of(client.get("/problems/none-such"), 404)
