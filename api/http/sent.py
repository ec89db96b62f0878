"""Bodies of requests that are read as far as they fit what they should be."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import core_schema

from api.errors import InvalidRequest
from models.base import Fault
from recommender.reading.faults import FaultReport

__all__ = ["Sent"]

M = TypeVar("M")


class Sent(Generic[M]):
    """A JSON body that should be an `M`, which a use case reads before its shape is refused.

    So one answer lists what is wrong with the shape and what is wrong in its context. A route declares it as
    `Annotated[Sent[M], Body()]`; in the description of the API it looks as `M` does.
    """

    model: ClassVar[type[BaseModel] | None] = None
    """What it should be, in a subclass for a model that is made when the program runs."""

    def __init__(self, model: Any, document: Any, value: M | None, error: ValidationError | None) -> None:
        self.document = document
        """The body as plain data."""
        self._model = model
        self._value = value
        self._error = error

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        model = cls.model or get_args(source)[0]

        def read(document: Any, inner: core_schema.ValidatorFunctionWrapHandler) -> "Sent[M]":
            try:
                return cls(model, document, inner(document), None)
            except ValidationError as error:
                return cls(model, document, None, error)

        return core_schema.no_info_wrap_validator_function(read, handler(model))

    @property
    def fields(self) -> Mapping[str, Any]:
        """The body's members, of any shape; none where the body is no object."""
        return self.document if isinstance(self.document, Mapping) else {}

    def value(self, also: Callable[[], Iterable[Fault]] = tuple) -> M:
        """The body, when it has its shape.

        Args:
            also: finds what else is wrong with what can be read; called only where the shape is at fault, because who
                takes the value checks it whole.

        Raises:
            InvalidRequest: every fault of the shape, and of its context as far as it can be read.
        """
        if self._error is None and self._value is not None:
            return self._value
        report = FaultReport()
        self.shape(report)
        report.take(also(), self.document)
        raise InvalidRequest(report.faults(self.document))

    def shape(self, report: FaultReport) -> None:
        """Add the faults of the shape."""
        if self._error is not None:
            report.shape(self._error, self.document, self._model)

    def readable(self) -> M | None:
        """The body without the members that are at fault; None when the rest is no `M`."""
        if self._error is None:
            return self._value
        report = FaultReport()
        self.shape(report)
        bad = {path[0] for path in report.paths if path}
        try:
            model: TypeAdapter[M] = TypeAdapter(self._model)
            return model.validate_python({name: part for name, part in self.fields.items() if name not in bad})
        except ValidationError:
            return None
