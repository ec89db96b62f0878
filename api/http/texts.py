"""What text may come in: only such as every database keeps and gives back unchanged."""

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from api.errors import InvalidBody, InvalidParameter
from models.base import Fault
from recommender.diagnosis.assessments import read_json
from recommender.errors import InvalidAssessment

__all__ = ["check_form", "check_json", "check_query", "check_zero_bytes", "fault_of_text"]

_ZERO_BYTE = "The text holds a zero byte (U+0000)."
_Path = tuple[str | int, ...]


def fault_of_text(text: str) -> str | None:
    """Why a text cannot be stored, None if it can: a zero byte, which PostgreSQL refuses, or half a character."""
    if "\0" in text:
        return _ZERO_BYTE
    try:
        text.encode()
    except UnicodeEncodeError:
        return "The text holds half a character (a lone surrogate)."
    return None


def check_json(body: bytes) -> None:
    """Go on only with a JSON document that says one thing and can be stored.

    Raises:
        InvalidBody: not JSON in UTF-8, or every key given twice, number beyond all bounds and text that cannot be
            stored, by JSON pointer in document order.
    """
    try:
        document = read_json(body)
    except InvalidAssessment as error:
        faults = [fault.model_copy(update={"detail": _for_any(fault.detail)}) for fault in error.faults]
        raise InvalidBody(faults) from error
    if faults := _faults(document):
        raise InvalidBody(faults)


def check_zero_bytes(body: bytes) -> None:
    """Go on unless a text of a JSON document holds a zero byte; what is not JSON passes.

    Raises:
        InvalidBody: each text that does.
    """
    if b"\\u0000" not in body:
        return
    with suppress(InvalidAssessment):
        if faults := [fault for fault in _faults(read_json(body)) if fault.detail == _ZERO_BYTE]:
            raise InvalidBody(faults)


def check_form(body: bytes) -> None:
    """Go on only with a form (URL-encoded) whose texts can be stored.

    Raises:
        InvalidBody: each field that cannot, by its name.
    """
    bad = {name: why for name, text in _pairs(body.decode("latin-1")) if (why := fault_of_text(name + text))}
    if bad:
        raise InvalidBody([Fault(pointer=f"/{_step(name)}", detail=why) for name, why in sorted(bad.items())])


def check_query(query: str) -> None:
    """Go on only with query parameters that could be stored.

    Raises:
        InvalidParameter: each parameter that could not.
    """
    bad = {name: why for name, text in _pairs(query) if (why := fault_of_text(name + text))}
    if bad:
        raise InvalidParameter([Fault(pointer=_step(name), detail=why) for name, why in sorted(bad.items())])


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)


def _faults(document: Any) -> list[Fault]:
    faults: list[Fault] = []
    stack: list[tuple[_Path, Any]] = [((), document)]
    while stack:
        path, node = stack.pop()
        why = None
        if isinstance(node, Mapping):
            faults += [_fault((*path, key), "The key is given twice.") for key in getattr(node, "repeated", ())]
            faults += [_fault((*path, key), bad) for key in node if (bad := fault_of_text(key))]
            stack.extend(reversed([((*path, key), child) for key, child in node.items()]))
        elif isinstance(node, list):
            stack.extend(reversed([((*path, index), child) for index, child in enumerate(node)]))
        elif isinstance(node, str):
            why = fault_of_text(node)
        elif isinstance(node, float) and not math.isfinite(node):
            why = "The number is not finite."
        if why:
            faults.append(_fault(path, why))
    return faults


def _fault(path: _Path, detail: str) -> Fault:
    return Fault(pointer="".join(f"/{_step(part)}" for part in path), detail=detail)


def _step(part: str | int) -> str:
    # The report itself must be text that any reader takes.
    return str(part).replace("~", "~0").replace("/", "~1").replace("\0", "�").encode(errors="replace").decode()


def _for_any(detail: str) -> str:
    return detail.replace("Not an assessment", "Not usable")
