"""Reading a YAML file into one of our values, with the line of every fault."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from models.base import Fault, Value
from recommender.errors import InputError
from recommender.reading.faults import value_faults
from recommender.reading.yaml_document import parse_document

__all__ = ["InvalidFile", "parse_yaml", "read_yaml"]

V = TypeVar("V", bound=Value)


class InvalidFile(InputError):
    """An experiment or a file of checks that names what does not exist, or is not YAML."""

    slug = "invalid-evaluation-file"
    title = "The evaluation file is not valid"


def read_yaml(
    path: Path,
    model: type[V],
    *,
    fields: Collection[str] = (),
    check: Callable[[object], Sequence[Fault]] | None = None,
) -> V:
    """The value in a file; see `parse_yaml`. A file that cannot be read is a fault."""
    try:
        content = path.read_bytes()
    except OSError as error:
        detail = f"The file cannot be read: {error.strerror}."
        raise InvalidFile([Fault(pointer="", detail=detail, file=str(path))]) from None
    return parse_yaml(content, model, file=str(path), fields=fields, check=check)


def parse_yaml(
    content: bytes,
    model: type[V],
    *,
    file: str,
    fields: Collection[str] = (),
    check: Callable[[object], Sequence[Fault]] | None = None,
) -> V:
    """The value in YAML.

    Args:
        content: One YAML document.
        model: What it must be.
        file: Named in faults.
        fields: Field names of the models inside, to suggest one for an unknown field.
        check: Finds what the model cannot know, in the plain data, which may have any shape.

    Raises:
        InvalidFile: Every fault with file and line.
    """
    document = parse_document(content)
    faults = list(document.faults)
    value: V | None = None
    if not faults:
        try:
            value = model.model_validate(document.data)
        except ValidationError as error:
            faults += value_faults(error, document.data, fields={*model.model_fields, *fields})
        if check:
            faults += check(document.data)
    if faults or value is None:
        placed = [
            fault.model_copy(update={"file": file, "line": fault.line or document.line(fault.pointer)})
            for fault in faults
        ]
        raise InvalidFile(sorted(placed, key=lambda fault: fault.line or 0))
    return value
