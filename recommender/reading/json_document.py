"""JSON text -> plain data, and what JSON lets pass that no reader of ours can use. Pure."""

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from recommender.reading.faults import FaultReport, Path
from recommender.reading.text import NotText, text_of

__all__ = ["ZERO_BYTE", "NotJson", "check_json", "fault_of_text", "parse_json"]

ZERO_BYTE = "The text holds a zero byte, which is no character."


class NotJson(ValueError):
    """A text that is no JSON document; the message is one sentence for a person."""


class _Object(dict[str, Any]):
    """A JSON object that remembers keys given twice, which `dict` would silently drop."""

    repeated: tuple[str, ...] = ()


def parse_json(raw: bytes | str) -> Any:
    """The data of one JSON document (bytes are UTF-8); its objects remember keys given twice, for `check_json`.

    Raises:
        NotJson: not JSON, not UTF-8, nested too deeply, or a number of too many digits.
    """
    try:
        text = text_of(raw) if isinstance(raw, bytes) else raw.removeprefix("\ufeff")
    except NotText as error:
        raise NotJson(f"Not JSON: {error}.") from error
    try:
        return json.loads(text, object_pairs_hook=_keep_repeats)
    except json.JSONDecodeError as error:
        one_line = text.strip()
        if "\n" not in one_line and one_line.startswith("{") and not one_line.endswith("}"):
            where = f"at column {error.colno}, after `{one_line[-20:]}`"
            raise NotJson(f"Not JSON: it stops inside the object {where}; was it cut in half?") from error
        line = f"line {error.lineno}, " if "\n" in one_line else ""
        raise NotJson(f"Not JSON: {error.msg} ({line}column {error.colno}).") from error
    except RecursionError as error:
        raise NotJson("Not usable: brackets are nested too deeply.") from error
    except ValueError as error:
        # Python refuses to read integers of thousands of digits.
        raise NotJson("Not usable: a number has too many digits.") from error


def check_json(document: object, report: FaultReport) -> None:
    """Add what JSON allows in part but nothing can hold: repeated keys, NaN and infinity, and what no text may hold."""
    stack: list[tuple[Path, object]] = [((), document)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, Mapping):
            for key in getattr(node, "repeated", ()):
                report.add((*path, key), "The key is given twice.")
            for key, child in node.items():
                if (why := fault_of_text(key)) is not None:
                    report.add((*path, key), why)
                stack.append(((*path, key), child))
        elif isinstance(node, list | tuple):
            stack.extend(((*path, index), child) for index, child in enumerate(node))
        elif isinstance(node, float) and not math.isfinite(node):
            report.add(path, "NaN and infinity are no values; leave an unknown value out.")
        elif isinstance(node, str) and (why := fault_of_text(node)) is not None:
            report.add(path, why)


def fault_of_text(text: str) -> str | None:
    """Why a text cannot be stored, None if it can: a zero byte, which PostgreSQL refuses, or half a character."""
    if "\0" in text:
        return ZERO_BYTE
    try:
        text.encode()
    except UnicodeEncodeError:
        return "The text holds half a character (a lone surrogate)."
    return None


def _keep_repeats(pairs: list[tuple[str, Any]]) -> _Object:
    parsed = _Object(pairs)
    if len(parsed) < len(pairs):
        parsed.repeated = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return parsed
