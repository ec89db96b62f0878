"""Bodies that we read ourselves: to report every fault at once, or to repeat no secret in a fault."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qs

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from api.errors import InvalidBody
from models.base import Fault
from recommender.reading.faults import FaultReport
from recommender.reading.json_document import NotJson, parse_json

__all__ = ["RawBody", "body_of", "is_form", "secret_body"]

_FORM = "application/x-www-form-urlencoded"
B = TypeVar("B", bound=BaseModel)


async def _raw_body(request: Request) -> bytes:
    return await request.body()


RawBody = Annotated[bytes, Depends(_raw_body)]
"""The bytes of a JSON body."""


def secret_body(model: type[B]) -> Callable[[Request], Any]:
    """A dependency that reads a JSON object or a form whose values no error message repeats."""

    async def read(request: Request) -> B:
        raw = await request.body()
        sent: object = None
        try:
            if is_form(request):
                fields = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=20)
                sent = {name: values[-1] for name, values in fields.items()}
            else:
                sent = parse_json(raw)
            return model.model_validate(sent)
        except NotJson as error:
            raise InvalidBody([Fault(pointer="", detail=str(error))]) from None
        except ValidationError as error:
            report = FaultReport()
            report.shape(error, sent, model, secret=True)
            raise InvalidBody(report.faults(sent)) from None
        except ValueError:
            raise InvalidBody([Fault(pointer="", detail="This is neither a JSON object nor a form.")]) from None

    return read


def body_of(model: type[BaseModel], **example: str) -> dict[str, Any]:
    """What OpenAPI says of such a body, with an example."""
    shape = {"schema": model.model_json_schema(), "example": example}
    return {"requestBody": {"required": True, "content": {"application/json": shape, _FORM: shape}}}


def is_form(request: Request) -> bool:
    """Whether a request carries a form, as browsers send it."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
