"""Files that an evaluation reads and writes: experiments, checks, records, lines of JSON."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from models.base import Fault, Value
from recommender.errors import InputError
from recommender.reading.text import NotText, text_of
from recommender.reading.values import Check, Syntax, read_bytes, read_value

__all__ = ["InvalidFile", "read_file", "read_text", "write_line"]

V = TypeVar("V")


class InvalidFile(InputError):
    """An experiment or a file of checks that names what does not exist, or is not YAML."""

    slug = "invalid-evaluation-file"
    title = "The evaluation file is not valid"


def read_file(
    path: Path,
    model: type[V] | TypeAdapter[V],
    *,
    syntax: Syntax,
    error: type[InputError] = InvalidFile,
    check: Check | None = None,
) -> V:
    """The value in a file; see `read_value`. A file that cannot be read is a fault."""
    content = read_bytes(path, error=error)
    return read_value(content, model, syntax=syntax, file=str(path), error=error, check=check)


def read_text(path: Path, *, file: str | None = None) -> str:
    """The file's text; `file` is how the fault names it, by default by its path.

    Raises:
        InputError: It cannot be opened, or is not UTF-8.
    """
    try:
        return text_of(read_bytes(path, file=file))
    except NotText as error:
        detail = f"The file cannot be read: {error}."
        raise InputError([Fault(pointer="", detail=detail, file=file or str(path))]) from None


def write_line(value: Value) -> str:
    """The value as one line of JSON, with its newline."""
    return json.dumps(value.model_dump(mode="json"), ensure_ascii=False, allow_nan=False) + "\n"
