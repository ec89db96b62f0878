"""What the framework finds wrong with a request, in the words of every report, with the body's faults beside."""

from collections.abc import Mapping, Sequence
from typing import Any, get_origin

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from api.http.sent import Sent
from models.base import Fault
from recommender.reading.faults import FaultReport

__all__ = ["body_faults", "parameter_faults", "query_faults"]


def parameter_faults(request: Request, error: RequestValidationError) -> list[Fault]:
    """The faults of parameters, each with the parameter's name in `pointer`."""
    report = FaultReport()
    given: dict[str, dict[str | int, object]] = {}
    lines: list[ErrorDetails] = []
    names = [field.alias for field in get_flat_params(request.scope["route"].dependant)]
    for details in error.errors():
        where, *path = details["loc"]
        if where == "body":
            continue
        name = path[0] if path else where
        given.setdefault(where, {})[name] = details["input"]
        if details["type"] == "extra_forbidden":
            report.unknown_word((where, name), name, names, what="a parameter here")
        else:
            lines.append(_placed(details, (where, name)))
    report.shape(lines, given, None)
    return [fault.model_copy(update={"pointer": _name(fault.pointer)}) for fault in report.faults(given)]


def query_faults(error: ValidationError, given: Mapping[str, object]) -> list[Fault]:
    """The faults of the parameters of an address that a page has read itself, each with its name in `pointer`."""
    report = FaultReport()
    report.shape([_placed(details, details["loc"][:1]) for details in error.errors()], given, None)
    return [fault.model_copy(update={"pointer": _name(fault.pointer)}) for fault in report.faults(given)]


def body_faults(request: Request, error: RequestValidationError) -> Sequence[Fault]:
    """The faults of the body's shape, whether the framework looked at it or left it to the use case."""
    report = FaultReport()
    body = error.body
    field = request.scope["route"].body_field if isinstance(request.scope["route"], APIRoute) else None
    model: Any = None if field is None else field.field_info.annotation
    lines = [_placed(details, details["loc"][1:]) for details in error.errors() if details["loc"][0] == "body"]
    broken = [details for details in lines if details["type"] == "json_invalid"]
    report.shape([_placed(details, ()) for details in broken] or lines, body, model)
    kind = get_origin(model) or model
    if not lines and isinstance(body, Mapping) and isinstance(kind, type) and issubclass(kind, Sent):
        read: TypeAdapter[Sent[Any]] = TypeAdapter(model)
        sent = read.validate_python(body)
        sent.shape(report)
    return report.faults(body)


def _name(pointer: str) -> str:
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def _placed(details: Any, loc: Sequence[str | int]) -> ErrorDetails:
    return ErrorDetails(**{**details, "loc": tuple(loc)})  # type: ignore[typeddict-item]  # only the place is another
