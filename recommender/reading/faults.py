"""Collecting every fault of a JSON-like document in one report, each with its JSON pointer, in document order."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.base import Fault
from recommender.reading.fault_words import (
    MISSING,
    Hints,
    expectation,
    fields_at,
    found,
    readable,
    told_whole,
    words_of,
)

__all__ = ["FaultReport", "Path", "join_pointer"]

Path = tuple[str | int, ...]
"""Keys and list positions from the root of a document."""


def join_pointer(parts: Iterable[str | int]) -> str:
    """The RFC 6901 JSON pointer of a path of keys and positions; the empty path is the empty text."""
    return "".join("/" + readable(str(part)).replace("~", "~0").replace("/", "~1") for part in parts)


class FaultReport:
    """Gathers faults by place while a document is checked, in time that grows as their number does.

    What a check says of a place stands; a shape fault of the same place is then dropped, because it would say the same
    thing in the words of a type checker.
    """

    def __init__(self, hints: Hints | None = None) -> None:
        """`hints` are shared by the reports on the lines of one file, which has as many as one document."""
        self._details: dict[Path, dict[str, int | None]] = {}
        self._hints = hints or Hints()

    def __bool__(self) -> bool:
        return bool(self._details)

    @property
    def paths(self) -> Collection[Path]:
        """Every place with a fault, in the order in which they were found."""
        return self._details.keys()

    def add(self, path: Path, detail: str, *, line: int | None = None) -> None:
        """Record one fault; a place can have several, the same sentence only once. `line` wins over the place's own."""
        self._details.setdefault(path, {}).setdefault(detail, line)

    def take(self, faults: Iterable[Fault], document: object) -> None:
        """Record faults that were found elsewhere, by their pointers into `document`.

        A place that has a fault already keeps it alone: what else was found there follows from it.
        """
        said = set(self._details)
        for fault in faults:
            if (path := _path_of(fault.pointer, document)) not in said:
                self.add(path, fault.detail, line=fault.line)

    def unknown_word(self, path: Path, word: object, allowed: Sequence[str], *, what: str = "allowed here") -> None:
        """Record a word that is not among `allowed`, with the closest allowed word or the whole list if it is short."""
        self.add(path, self._hints.unknown_word(word, allowed, what=what))

    def shape(
        self,
        error: ValidationError | Sequence[ErrorDetails],
        document: object,
        model: Any,
        *,
        at: Path = (),
        like: Mapping[str, str] | None = None,
        secret: bool = False,
    ) -> None:
        """Record the faults of a failed validation.

        Args:
            error: what validating the part of `document` at `at` raised, or its errors.
            document: the parsed input; decides which parts of pydantic's location are places in it (the tag of a union
                is not).
            model: what the part was to be, for the names of its fields.
            at: the place of the part.
            like: what a value must look like, by the name of its field, for patterns and objects.
            secret: whether no fault may repeat a value.
        """
        # A union is at fault as a whole when one member is: what is said inside it is enough.
        said = set(self._details)
        lines = error.errors(include_url=False) if isinstance(error, ValidationError) else error
        parents = {line["loc"][:depth] for line in lines for depth in range(len(line["loc"]))}
        paths = [_existing(at + line["loc"], document, missing=line["type"] == "missing") for line in lines]
        around = {path[:depth] for path in (*said, *paths) for depth in range(len(path))}
        wanted: dict[Path, tuple[list[str], object]] = {}
        for line, path in zip(lines, paths, strict=True):
            if path in said or (path in around and len(path) < len(at) + len(line["loc"])):
                continue
            # What is no character is told by `check_json`; the model then cannot read the rest.
            if line["type"] == "json_invalid" and said:
                continue
            # pydantic calls a list too short when its only member is faulty; the member's own fault says it all.
            if line["type"] == "too_short" and line["loc"] in parents:
                continue
            name = next((part for part in reversed(path) if isinstance(part, str)), "")
            if (expected := self._shape(line, path, model, like or {}, name)) is not None:
                options, _ = wanted.setdefault(path, ([], line["input"]))
                if expected not in options:
                    options.append(expected)
        for path, (options, value) in wanted.items():
            self.add(path, f"Expected {_either(options)}" + ("." if secret else f"; found {found(value)}."))

    def _shape(self, line: ErrorDetails, path: Path, model: Any, like: Mapping[str, str], name: str) -> str | None:
        """Record one error, or give what it expects, for the others of its place expect something else."""
        match line["type"]:
            case "missing":
                self.add(path, MISSING)
            case "extra_forbidden":
                self.unknown_word(path, line["loc"][-1], fields_at(model, line["loc"][:-1]), what="a field here")
            case "union_tag_not_found":
                self.add((*path, line["ctx"]["discriminator"].strip("'")), MISSING)
            case "union_tag_invalid":
                place = (*path, line["ctx"]["discriminator"].strip("'"))
                self.unknown_word(place, line["ctx"]["tag"], words_of(line) or ())
            case _:
                if (words := words_of(line)) is not None:
                    self.unknown_word(path, line["input"], words)
                elif (expected := expectation(line, like, name)) is not None:
                    return expected
                else:
                    self.add(path, told_whole(line))
        return None

    def faults(
        self, document: object, *, file: str | None = None, line: Callable[[str], int | None] = lambda _: None
    ) -> tuple[Fault, ...]:
        """All faults, ordered by their place in `document`; a missing member comes after its siblings.

        Args:
            document: the document that was checked, for the order.
            file: name of the file, copied into each fault.
            line: the line of a JSON pointer, from 1; None where there are no lines.
        """
        places: dict[int, dict[object, int]] = {}
        ordered = sorted(self._details.items(), key=lambda entry: _position(entry[0], document, places))
        return tuple(
            Fault(pointer=pointer, detail=detail, file=file, line=own or line(pointer))
            for pointer, details in ((join_pointer(path), details) for path, details in ordered)
            for detail, own in details.items()
        )


def _path_of(pointer: str, document: object) -> Path:
    node, path = document, list[str | int]()
    for step in pointer.split("/")[1:]:
        part: str | int = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list | tuple) and step.isdecimal():
            part = int(step)
            node = node[part] if part < len(node) else None
        else:
            node = node.get(part) if isinstance(node, Mapping) else None
        path.append(part)
    return tuple(path)


def _either(options: Sequence[str]) -> str:
    return options[0] if len(options) == 1 else f"{', '.join(options[:-1])} or {options[-1]}"


def _existing(loc: Path, document: object, *, missing: bool) -> Path:
    """The part of a validation location that exists: what is not there names union members or `[key]`, not places."""
    node, path = document, list[str | int]()
    for depth, part in enumerate(loc):
        in_list = isinstance(part, int) and isinstance(node, (list, tuple)) and part < len(node)
        if in_list or (isinstance(node, Mapping) and part in node):
            node = node[part]  # type: ignore[index]  # either a list with that place or a mapping with that key
            path.append(part)
        elif missing and depth == len(loc) - 1:
            path.append(part)
    return tuple(path)


def _position(path: Path, document: object, places: dict[int, dict[object, int]]) -> tuple[int, ...]:
    """Sort key of a path: its place among its siblings, level by level."""
    node: object = document
    position: list[int] = []
    for part in path:
        if isinstance(node, Mapping):
            if id(node) not in places:
                places[id(node)] = {key: place for place, key in enumerate(node)}
            position.append(places[id(node)].get(part, len(node)))
            node = node.get(part)
        elif isinstance(node, (list, tuple)) and isinstance(part, int):
            position.append(part)
            node = node[part] if part < len(node) else None
        else:
            position.append(0)
            node = None
    return tuple(position)
