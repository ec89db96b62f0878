"""Requests must be as the OpenAPI document describes them: checked here once, for every route."""

from collections import Counter
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from api.errors import InvalidParameter, UnsupportedMediaType
from api.services.texts import check_form, check_json, check_query, fault_of_text
from models.base import Fault

__all__ = ["as_described"]

_FORM = "application/x-www-form-urlencoded"


async def as_described(request: Request) -> None:
    """Refuse what frameworks let pass: repeated single parameters, other media types, texts that cannot be stored.

    Raises:
        InvalidParameter: a parameter that is given twice, or holds what no text may hold.
        UnsupportedMediaType: a body that does not say that it is JSON.
        InvalidBody: not JSON, or with repeated keys or texts that cannot be stored.
        HTTPException: 404 for a path that holds what no id may hold.
    """
    if any(fault_of_text(str(part)) for part in request.path_params.values()):
        raise HTTPException(404)
    check_query(request.url.query)
    operation = _operation(request)
    _check_repeats(request, operation)
    body = await request.body()
    if not body:
        return
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    described = operation.get("requestBody", {}).get("content", {media_type: {}})
    if media_type not in described and not media_type.endswith("+json"):
        declared = f"declared as '{media_type}'" if media_type else "not declared"
        raise UnsupportedMediaType(f"The body is {declared}; send it with Content-Type: application/json.")
    if media_type == _FORM:
        check_form(body)
    # A route without a parsed body reads it itself and reports its faults beside those of the content.
    elif getattr(request.scope["route"], "body_field", None) is not None:
        check_json(body)


def _operation(request: Request) -> dict[str, Any]:
    """What the document says of this route; empty for pages, which are not in it."""
    app: FastAPI = request.app
    operations = app.openapi()["paths"].get(request.scope["route"].path_format, {})
    operation: dict[str, Any] = operations.get(request.method.lower(), {})
    return operation


def _check_repeats(request: Request, operation: dict[str, Any]) -> None:
    times = Counter(name for name, _ in request.query_params.multi_items())
    single = {
        parameter["name"]
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and not _takes_several(parameter["schema"])
    }
    if repeated := sorted(name for name, count in times.items() if count > 1 and name in single):
        raise InvalidParameter([Fault(pointer=name, detail="Given more than once; it takes one.") for name in repeated])


def _takes_several(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "array" or any(map(_takes_several, schema.get("anyOf", ())))
