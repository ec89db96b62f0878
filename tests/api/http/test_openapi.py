"""The OpenAPI document: valid, complete, and changed only on purpose."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema_rs import Draft202012Validator, meta  # comes with schemathesis

from tests.fixtures.places import ROOT

GOLDEN = ROOT / "tests/golden/openapi_operations.txt"
PROBLEM = {"$ref": "#/components/schemas/Problem"}


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/openapi.json").json()
    return answer


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, found) for path, each in document["paths"].items() for method, found in each.items()]


def test_operations_stay_as_they_are(document: dict[str, Any], request: pytest.FixtureRequest) -> None:
    """`pytest tests/api/test_openapi.py --renew-golden` writes the list anew."""
    lines = sorted(f"{found['operationId']} {method.upper()} {path}\n" for path, method, found in operations(document))
    if request.config.getoption("--renew-golden"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text("".join(lines))
    assert "".join(lines) == GOLDEN.read_text()


def test_every_operation_says_what_it_is_for(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len({operation["operationId"] for *_, operation in found}) == len(found)
    for path, method, operation in found:
        where = f"{method} {path}"
        assert operation["summary"], where
        assert not operation["summary"].endswith("."), where
        assert len(operation["tags"]) == 1, where


def test_every_operation_with_a_key_names_the_problems_of_keys(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        schemes = {name for scheme in operation.get("security", ()) for name in scheme}
        assert (path.startswith("/v1/") or path == "/metrics") <= bool(schemes), where
        if schemes & {"key", "invitation"}:
            assert {"401", "403", "429", "503"} <= set(operation["responses"]), where
        if "requestBody" in operation:
            assert {"413", "415", "422"} <= set(operation["responses"]), where
        for status, answer in operation["responses"].items():
            if status >= "400":
                content = {name: media["schema"] for name, media in answer["content"].items()}
                if (path, status) in {("/sign-in", "401"), ("/sign-in", "429")}:
                    del content["text/html"]  # for forms
                assert content == {"application/problem+json": PROBLEM}, where


def test_every_body_has_an_example_and_every_example_is_valid(document: dict[str, Any]) -> None:
    components = {"components": document["components"]}
    checked = 0
    for path, method, operation in operations(document):
        for name, media in operation.get("requestBody", {}).get("content", {}).items():
            found = [example["value"] for example in media.get("examples", {}).values()]
            found += [media["example"]] if "example" in media else []
            assert found, f"{method} {path}: no example of {name}"
            for example in found:
                errors = list(Draft202012Validator(media["schema"] | components).iter_errors(example))
                assert not errors, f"{method} {path}: {errors}"
                checked += 1
    assert checked


def test_the_examples_of_fields_are_valid(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    components = {"components": document["components"]}
    for name, schema in schemas.items():
        meta.validate(schema)
        for example in schema.get("examples", []):
            Draft202012Validator({"$ref": f"#/components/schemas/{name}"} | components).validate(example)
        for field, part in schema.get("properties", {}).items():
            for example in part.get("examples", []):
                errors = list(Draft202012Validator(part | components).iter_errors(example))
                assert not errors, f"{name}.{field}: {errors}"
