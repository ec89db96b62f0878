"""The OpenAPI document: FastAPI's own, and what holds for every operation, said once."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.http.problems import PROBLEM_MEDIA_TYPE, Problem

__all__ = ["describe"]

_FRAMEWORK = ("HTTPValidationError", "ValidationError")
_WITH_KEY = {
    "401": "No key, or one that is unknown or revoked.",
    "403": "The key's scope does not allow this.",
    "429": "More requests than the limit allows.",
    "503": "Too many requests at once, or the database or something else that this needs is not available now.",
}
_WITH_BODY = {
    "408": "The body came too slowly.",
    "413": "The body is too large.",
    "415": "The body is not JSON, or it is compressed.",
    "422": "The body or a parameter has faults; each is listed.",
}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}}


def describe(app: FastAPI, unseen: list[type[BaseModel]]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an application.

    Args:
        app: what is described.
        unseen: models of raw request bodies, which FastAPI does not find by itself.
    """
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, openapi_version="3.1.0"
    )
    _, found = models_json_schema(
        [(Problem, "serialization"), *((model, "validation") for model in unseen)],
        ref_template="#/components/schemas/{model}",
    )
    document = _with_public_names(document)
    schemas = found["$defs"] | document.setdefault("components", {}).get("schemas", {})
    document["components"]["schemas"] = {name: schemas[name] for name in sorted(schemas) if name not in _FRAMEWORK}
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete(operation)
            for media in operation.get("requestBody", {}).get("content", {}).values():
                if not {"example", "examples"} & set(media):
                    media["example"] = _example(media["schema"], schemas)
    return document


def _with_public_names(document: dict[str, Any]) -> dict[str, Any]:
    """Two models of one name are told apart by their file, not by the whole path of their module."""
    renamed = {}
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        parts = ["", *str(name).replace("-", "").split("__")]
        file, short = parts[-2], parts[-1]
        public = "".join(word.title() for word in file.split("_")) + short
        if public != name:
            renamed[name] = schema["title"] = public  # generators name their classes by the title
    text = json.dumps(document)
    for name, public in renamed.items():
        text = text.replace(f'"{name}"', f'"{public}"').replace(f'/{name}"', f'/{public}"')
    named: dict[str, Any] = json.loads(text)
    return named


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """What a schema's own examples add up to; of an object, all that is required and all that has an example."""
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for known in ("examples", "enum"):
        if known in schema:
            return schema[known][0]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas)
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)]
    required = schema.get("required", ())
    shown = [name for name, part in schema.get("properties", {}).items() if name in required or "examples" in part]
    return {name: _example(schema["properties"][name], schemas) for name in shown}


def _complete(operation: dict[str, Any]) -> None:
    """Add the problems that every operation of its kind may answer with."""
    answers: dict[str, Any] = operation["responses"]
    usual: dict[str, str] = {}
    if any(scheme.keys() & {"key", "invitation"} for scheme in operation.get("security", ())):
        usual |= _WITH_KEY
    if "requestBody" in operation:
        usual |= _WITH_BODY
    elif "parameters" in operation:
        usual["422"] = "A parameter is not valid."
    for status, why in usual.items():
        if status not in answers or "application/json" in answers[status].get("content", ()):
            content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            answers[status] = {"description": why, "content": content}
    for status in {"429", "503"} & set(answers):
        answers[status]["headers"] = _RETRY_AFTER
    operation["responses"] = dict(sorted(answers.items()))
