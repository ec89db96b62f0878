"""Whatever is put where in an assessment, the answer is a run or a report of faults, never a failure."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.engine.samples import sample_documents

pytestmark = pytest.mark.full

SAMPLE = sample_documents()["new-school-team"]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


TEXTS = st.text(max_size=6)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(document)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return changed


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(list(places(SAMPLE))), value=JUNK, what_if=st.none() | JUNK, in_what_if=st.booleans())
def test_junk_anywhere_is_a_run_or_a_report(
    client: TestClient, path: tuple[Any, ...], value: Any, what_if: Any, in_what_if: bool
) -> None:
    document = put(SAMPLE, path, value)
    if in_what_if and isinstance(document, dict):
        document = document | {"what_if": what_if}
    response = client.post("/v1/recommendations:preview", json=document, params={"k": 1})
    assert response.status_code in (200, 422), response.text
    if response.status_code == 422:
        problem = response.json()
        assert problem["type"] in ("/problems/invalid-assessment", "/problems/invalid-body")
        assert problem["errors"]
        assert all(error["pointer"] == "" or error["pointer"].startswith("/") for error in problem["errors"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    context=st.dictionaries(st.text(max_size=6), JUNK, max_size=3), answers=st.dictionaries(st.text(max_size=4), JUNK)
)
def test_junk_in_what_if_is_reported_there(
    client: TestClient, context: dict[str, Any], answers: dict[str, Any]
) -> None:
    document = SAMPLE | {"what_if": {"context": context, "answers": answers}}
    response = client.post("/v1/recommendations:preview", json=document, params={"k": 1})
    assert response.status_code in (200, 422), response.text
    for error in response.json().get("errors", []):
        assert error["pointer"].startswith("/what_if/"), error
