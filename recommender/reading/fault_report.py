"""Collecting every fault of a JSON-like document in one report, each with its JSON pointer, in document order."""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from pydantic import ValidationError

from models.base import Fault
from recommender.reading.faults import join_pointer

__all__ = ["FaultReport", "Path", "found"]

Path = tuple[str | int, ...]
"""Keys and list positions from the root of a document."""

# difflib is slow: a hostile file with a million unknown words must not cost a minute.
_MAX_SUGGESTIONS = 25
_MAX_WORD = 60
_SHOWN_OPTIONS = 15
_PLAIN = (
    (re.compile(r"a valid dictionary( or instance of \w+)?"), "an object"),
    (re.compile(r"a valid (list|tuple)"), "a list"),
    (re.compile(r"a valid string"), "text"),
)


def found(value: object) -> str:
    """A value as it can stand in a message: short, and never a whole document."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value}'" if len(value) <= _MAX_WORD else f"a text of {len(value)} characters"
        case int():
            return str(value) if abs(value) < 10**18 else "a very large number"
        case float():
            return str(value)
        case Mapping():
            return "an object"
        case Sequence():
            return "a list"
    return type(value).__name__


class FaultReport:
    """Gathers faults by place while a document is checked.

    What a check says of a place, or inside it, stands; a shape fault of the same place is then dropped, because it
    would say the same thing in the words of a type checker.
    """

    def __init__(self) -> None:
        self._details: dict[Path, list[str]] = {}
        self._suggestions = 0

    def __bool__(self) -> bool:
        return bool(self._details)

    def add(self, path: Path, detail: str) -> None:
        """Record one fault; a place can have several, the same sentence only once."""
        details = self._details.setdefault(path, [])
        if detail not in details:
            details.append(detail)

    def unknown_word(self, path: Path, word: object, allowed: Sequence[str], *, what: str) -> None:
        """Record a word that is not among `allowed`, with the closest allowed word or the whole list if it is short."""
        self.add(path, f"{found(word)} is not {what}.{self._hint(word, allowed)}")

    def shape(self, error: ValidationError, document: object, *, at: Path = ()) -> None:
        """Record the faults of a failed model validation of the part of `document` at `at`."""
        # A union is at fault as a whole when one member is: what a check said inside it is enough.
        said = {path[:depth] for path in self._details for depth in range(1, len(path) + 1)}
        lines = error.errors(include_url=False, include_context=False)
        parents = {line["loc"][:depth] for line in lines for depth in range(len(line["loc"]))}
        for line in lines:
            path = _existing(at + line["loc"], document, missing=line["type"] == "missing")
            # pydantic calls a list too short when its only member is faulty; the member's own fault says it all.
            if path in said or (line["type"] == "too_short" and line["loc"] in parents):
                continue
            if line["type"] == "missing":
                self.add(path, "This field is required, but missing.")
            elif line["type"] == "extra_forbidden":
                self.add(path, "There is no field of this name here.")
            else:
                self.add(path, f"{_in_plain_words(line['msg'])}; found {found(line['input'])}.")

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
            Fault(pointer=pointer, detail=detail, file=file, line=line(pointer))
            for pointer, details in ((join_pointer(path), details) for path, details in ordered)
            for detail in details
        )

    def _hint(self, word: object, allowed: Sequence[str]) -> str:
        close: list[str] = []
        if isinstance(word, str) and len(word) <= _MAX_WORD and self._suggestions < _MAX_SUGGESTIONS:
            self._suggestions += 1
            by_folded = {option.casefold(): option for option in reversed(allowed)}
            close = [by_folded[match] for match in get_close_matches(word.casefold(), list(by_folded), n=1)]
        hint = f" Did you mean '{close[0]}'?" if close else ""
        if len(allowed) <= _SHOWN_OPTIONS:
            hint += f" Expected one of: {', '.join(allowed)}." if allowed else ""
        elif not close:
            hint += f" Expected one of {len(allowed)} words: {', '.join(allowed[:_SHOWN_OPTIONS])}, …"
        return hint


def _in_plain_words(message: str) -> str:
    """A type checker's message in the words of these reports."""
    message = message.removeprefix("Value error, ").replace("Input should be", "Expected")
    for pattern, plain in _PLAIN:
        message = pattern.sub(plain, message)
    return message[:1].upper() + message[1:]


def _existing(loc: Path, document: object, *, missing: bool) -> Path:
    """The part of a validation location that exists: the rest names union members or `[key]`, not places."""
    node = document
    for depth, part in enumerate(loc):
        in_list = isinstance(part, int) and isinstance(node, (list, tuple)) and part < len(node)
        if not in_list and not (isinstance(node, Mapping) and part in node):
            return loc[: depth + 1] if missing else loc[:depth]
        node = node[part]  # type: ignore[index]  # either a list with that place or a mapping with that key
    return loc


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
