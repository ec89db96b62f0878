"""Reading a text into a checked value: the one way for every kind of file and body, with every fault in one report."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path as FilePath
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from models.base import Fault
from recommender.errors import InputError
from recommender.reading.fault_words import Hints
from recommender.reading.faults import FaultReport, Path
from recommender.reading.json_document import NotJson, check_json, parse_json
from recommender.reading.text import told_of_lines, without_mark
from recommender.reading.yaml_document import parse_document

__all__ = ["AllFaults", "Check", "Line", "Syntax", "fill", "parse_lines", "read_bytes", "read_lines", "read_value"]

V = TypeVar("V")
T = TypeVar("T")
Check = Callable[[Any, FaultReport], None]
"""Adds what a model cannot know of its document, which is plain data and may have any shape."""


class Syntax(Enum):
    """What a text is written in."""

    YAML = "YAML"
    JSON = "JSON"


@dataclass(frozen=True)
class Line(Generic[V]):
    """One document of a text with one a line."""

    number: int
    """From 1."""
    data: Any
    """Plain data; None where it is not JSON."""
    value: V | None
    """None where it is refused."""
    faults: tuple[Fault, ...]


def read_value(
    content: bytes | str,
    model: type[V] | TypeAdapter[V],
    *,
    syntax: Syntax,
    file: str | None = None,
    error: type[InputError] = InputError,
    check: Check | None = None,
    like: Mapping[str, str] | None = None,
) -> V:
    """The value of one document.

    Args:
        content: the text; bytes are UTF-8.
        model: what it must be.
        syntax: what it is written in.
        file: how faults name it.
        error: what to raise.
        check: finds what the model cannot know; where it speaks of a place, the model does not.
        like: what a value must look like, by the name of its field, for patterns and objects.

    Raises:
        InputError: as the class `error`; every fault, in document order, each with its line where it is YAML.
    """
    report = FaultReport()
    document, line = _parse(content, syntax, report)
    # What could be read in part only would have faults that its author never made.
    value = None if report and document is None else fill(model, document, report, check=check, like=like)
    if report or value is None:
        raise error(report.faults(document, file=file, line=line))
    return value


def fill(
    model: type[V] | TypeAdapter[V],
    document: object,
    report: FaultReport,
    *,
    at: Path = (),
    root: object = None,
    check: Check | None = None,
    like: Mapping[str, str] | None = None,
    strict: bool = False,
    secret: bool = False,
) -> V | None:
    """The value of a parsed document, or of a part of one; None where the report gets a fault of its shape.

    Args:
        model: what it must be.
        document: plain data.
        report: takes the faults.
        at: the place of the part; its faults are placed from the root.
        root: the whole document, where `at` is not its root.
        check: finds what the model cannot know; where it speaks of a place, the model does not.
        like: as for `read_value`.
        strict: whether `1` and `"1"` are different, by JSON's own rules.
        secret: whether no fault may repeat a value.
    """
    if check is not None:
        check(document, report)
    adapter = model if isinstance(model, TypeAdapter) else TypeAdapter(model)
    try:
        if strict:
            return adapter.validate_json(json.dumps(document), strict=True)
        return adapter.validate_python(document)
    except ValidationError as error:
        report.shape(error, root if at else document, model, at=at, like=like, secret=secret)
    return None


def parse_lines(
    content: bytes | str,
    read: Callable[[Any, FaultReport], V | None],
    *,
    file: str | None,
    empty: str | None = None,
) -> Iterator[Line[V]]:
    """Each document of a text with one JSON document a line: its value, its data, its line from 1, and its faults.

    A file of another kind has one fault, which says what it is. Blank lines and a byte order mark at the start are let
    pass. Only line feeds end a line: a text may hold other separators, such as U+2028.

    Args:
        content: the text; bytes are UTF-8.
        read: the value of a line's data, and its faults into the report.
        file: how faults name it.
        empty: the fault of a text without a line; None lets it pass.
    """
    raw = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    if (other := told_of_lines(content)) is not None:
        yield Line(other.line or 1, None, None, (Fault(pointer="", detail=other.detail, file=file, line=other.line),))
        return
    hints = Hints()
    any_line = False
    for number, line in enumerate(without_mark(raw).split(b"\n"), start=1):
        if not line.strip():
            continue
        any_line = True
        report = FaultReport(hints)
        value, document = None, None
        try:
            document = parse_json(line)
        except NotJson as error:
            report.add((), str(error))
        else:
            check_json(document, report)
            value = read(document, report)
        yield Line(number, document, value, report.faults(document, file=file, line=_every(number)))
    if empty is not None and not any_line:
        yield Line(1, None, None, (Fault(pointer="", detail=empty, file=file),))


def read_lines(
    paths: Sequence[FilePath], model: type[V], *, error: type[InputError] = InputError
) -> dict[FilePath, tuple[V, ...]]:
    """The values of files with one JSON object a line, in their order.

    Raises:
        InputError: as the class `error`; every fault of every line of every file, among them files that cannot be read.
    """
    faults: list[Fault] = []
    values: dict[FilePath, tuple[V, ...]] = {}
    for path in paths:
        try:
            content = read_bytes(path)
        except InputError as reason:
            faults += reason.faults
            continue
        lines = list(parse_lines(content, lambda data, report: fill(model, data, report), file=str(path)))
        faults += [fault for line in lines for fault in line.faults]
        values[path] = tuple(line.value for line in lines if line.value is not None)
    if faults:
        raise error(faults)
    return values


def read_bytes(path: FilePath, *, file: str | None = None, error: type[InputError] = InputError) -> bytes:
    """The content of a file; `file` is how the fault names it, by default by its path.

    Raises:
        InputError: as the class `error`; it cannot be opened.
    """
    try:
        return path.read_bytes()
    except OSError as reason:
        where = f" in {path.parent}" if file else ""
        detail = f"The file cannot be read{where}: {reason.strerror}."
        raise error([Fault(pointer="", detail=detail, file=file or str(path))]) from None


class AllFaults:
    """Holds back what the readers of several inputs refuse until every one of them has run."""

    def __init__(self) -> None:
        self._errors: list[InputError] = []

    def of(self, read: Callable[[], T]) -> T | None:
        """What `read` returns; None where it refuses its input, which is then reported by `report`."""
        try:
            return read()
        except InputError as error:
            self._errors.append(error)
            return None

    def report(self) -> None:
        """Go on where nothing was refused.

        Raises:
            InputError: The only refusal as it was, or one with the faults of all, in the order of reading.
        """
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise InputError([fault for error in self._errors for fault in error.faults])


def _parse(content: bytes | str, syntax: Syntax, report: FaultReport) -> tuple[Any, Callable[[str], int | None]]:
    if syntax is Syntax.YAML:
        document = parse_document(content, report)
        return document.data, document.line
    try:
        data = parse_json(content)
    except NotJson as error:
        report.add((), str(error))
        return None, _no_line
    check_json(data, report)
    return data, _no_line


def _every(number: int) -> Callable[[str], int | None]:
    return lambda _: number


def _no_line(_: str) -> None:
    return None
