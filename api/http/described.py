"""What every request must keep to, checked here once for all routes: what frameworks let pass or decide differently."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from fastapi import HTTPException, Request, params
from fastapi._compat import ModelField, field_annotation_is_sequence
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute, iter_route_contexts

from api.errors import InvalidParameter, UnsupportedMediaType
from api.http.texts import check_form, check_json, check_query, check_zero_bytes
from models.base import Fault
from recommender.reading.json_document import fault_of_text

__all__ = ["as_described"]

_JSON = "application/json"
_SHORT = 8_192
"""Bytes that are checked sooner than a thread is found for it."""
_FORM = "application/x-www-form-urlencoded"


async def as_described(request: Request) -> None:
    """Refuse what frameworks let pass: repeated single parameters, other media types, texts that cannot be stored.

    Raises:
        InvalidParameter: a parameter that is given twice, or holds what no text may hold.
        UnsupportedMediaType: a body that does not say that it is JSON.
        InvalidBody: not JSON, or with repeated keys or texts that cannot be stored.
        HTTPException: 404 for a path that holds what no id may hold, 405 for an action by a wrong method.
    """
    if any(fault_of_text(str(part)) for part in request.path_params.values()):
        raise HTTPException(404)
    check_query(request.url.query)
    route: APIRoute = request.scope["route"]
    _check_verb(request, route)
    _check_repeats(request, route)
    body = await request.body()
    if not body:
        return
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    parsed = route.body_field is not None and not isinstance(route.body_field.field_info, params.Form)
    taken = (route.openapi_extra or {}).get("requestBody", {}).get("content", {_JSON: {}} if parsed else {})
    is_json = media_type == _JSON or media_type.endswith("+json")
    if taken and media_type not in taken and not (is_json and _JSON in taken):
        declared = f"declared as '{media_type}'" if media_type else "not declared"
        raise UnsupportedMediaType(f"The body is {declared}; send it with Content-Type: application/json.")
    check: Callable[[bytes], None] | None = None
    if media_type == _FORM:
        check = check_form
    elif parsed:
        check = check_json
    elif is_json:
        # Who reads the body itself reports what is no JSON, and repeated keys, beside the faults of the content.
        check = check_zero_bytes
    if check is not None and len(body) > _SHORT:  # others must not wait meanwhile
        await run_in_threadpool(check, body)
    elif check is not None:
        check(body)


def _check_verb(request: Request, route: APIRoute) -> None:
    """Refuse to take `x:activate` for the id of a thing, where it is the name of something to do by another method."""
    _, colon, verb = request.url.path.rpartition("/")[2].rpartition(":")
    if not colon or ":" in route.path:
        return
    done_by = {
        method
        for context in iter_route_contexts(request.app.routes)
        if str(context.path).endswith(f":{verb}") and _alike(str(context.path), request.url.path)
        for method in context.methods or ()
    }
    if done_by:
        request.scope["allowed"] = sorted(done_by)
        raise HTTPException(405)


def _alike(template: str, path: str) -> bool:
    return re.fullmatch("[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", template))), path) is not None


def _check_repeats(request: Request, route: APIRoute) -> None:
    times = Counter(name for name, _ in request.query_params.multi_items())
    if max(times.values(), default=0) < 2:
        return
    several = {field.alias for field in get_flat_params(route.dependant) if field_annotation_is_sequence(_type(field))}
    if repeated := sorted(name for name, count in times.items() if count > 1 and name not in several):
        raise InvalidParameter([Fault(pointer=name, detail="Given more than once; it takes one.") for name in repeated])


def _type(field: ModelField) -> Any:
    return field.field_info.annotation
