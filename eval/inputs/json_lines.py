"""Files of one JSON object a line, read into values with every fault at once."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from models.base import Fault, Value
from recommender.errors import InputError
from recommender.reading.faults import value_faults

__all__ = ["parse_lines", "read_lines", "read_text", "write_line"]

V = TypeVar("V", bound=Value)


def parse_lines(
    text: str, model: type[V], *, file: str | None = None, error: type[InputError] = InputError
) -> tuple[V, ...]:
    """The values of a text with one JSON object a line, in its order; blank lines are skipped.

    Args:
        text: Lines end with line feeds only: a text inside may hold other separators.
        model: What each line is.
        file: Name for the fault report.
        error: What to raise.

    Raises:
        InputError: As the class `error`; every fault of every line.
    """
    faults: list[Fault] = []
    values: list[V] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            document = json.loads(line)
        except (ValueError, RecursionError) as reason:
            faults.append(Fault(pointer="", detail=f"The line is not JSON: {reason}.", file=file, line=number))
            continue
        try:
            # From the text, because JSON's own rules (a list for a tuple, a text for a time) are the file's rules.
            values.append(model.model_validate_json(line))
        except ValidationError as invalid:
            found = value_faults(invalid, document, fields=model.model_fields)
            faults += [fault.model_copy(update={"file": file, "line": number}) for fault in found]
    if faults:
        raise error(faults)
    return tuple(values)


def read_lines(
    paths: Sequence[Path], model: type[V], *, error: type[InputError] = InputError
) -> dict[Path, tuple[V, ...]]:
    """The values of each file.

    Raises:
        InputError: As the class `error`; every fault of every file, among them files that cannot be read.
    """
    faults: list[Fault] = []
    found: dict[Path, tuple[V, ...]] = {}
    for path in paths:
        try:
            found[path] = parse_lines(read_text(path), model, file=str(path), error=error)
        except InputError as reason:
            faults += reason.faults
    if faults:
        raise error(faults)
    return found


def read_text(path: Path) -> str:
    """The file's text.

    Raises:
        InputError: It cannot be opened, or is not UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError([Fault(pointer="", detail=f"The file cannot be read: {reason}.", file=str(path))]) from error


def write_line(value: Value) -> str:
    """The value as one line of JSON, with its newline."""
    return json.dumps(value.model_dump(mode="json"), ensure_ascii=False, allow_nan=False) + "\n"
