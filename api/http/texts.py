"""What text may come in: only such as every database keeps and gives back unchanged."""

from urllib.parse import parse_qsl

from api.errors import InvalidBody, InvalidParameter
from models.base import Fault
from recommender.reading import json_document
from recommender.reading.fault_words import readable
from recommender.reading.faults import FaultReport, join_pointer
from recommender.reading.json_document import NotJson, fault_of_text, parse_json

__all__ = ["check_form", "check_json", "check_query", "check_zero_bytes"]


def check_json(body: bytes) -> None:
    """Go on only with a JSON document that says one thing and can be stored.

    Raises:
        InvalidBody: not JSON in UTF-8, or every key given twice, number beyond all bounds and text that cannot be
            stored, by JSON pointer in document order.
    """
    report = FaultReport()
    document = None
    try:
        document = parse_json(body)
    except NotJson as error:
        report.add((), str(error))
    json_document.check_json(document, report)
    if report:
        raise InvalidBody(report.faults(document))


def check_zero_bytes(body: bytes) -> None:
    """Go on unless a text of a JSON document holds a zero byte; what is not JSON passes.

    Raises:
        InvalidBody: each text that does.
    """
    if b"\\u0000" not in body:
        return
    try:
        document = parse_json(body)
    except NotJson:
        return
    report = FaultReport()
    json_document.check_json(document, report)
    if faults := [fault for fault in report.faults(document) if fault.detail == json_document.ZERO_BYTE]:
        raise InvalidBody(faults)


def check_form(body: bytes) -> None:
    """Go on only with a form (URL-encoded) whose texts can be stored.

    Raises:
        InvalidBody: each field that cannot, by its name.
    """
    bad = {name: why for name, text in _pairs(body.decode("latin-1")) if (why := fault_of_text(name + text))}
    if bad:
        raise InvalidBody([Fault(pointer=join_pointer([name]), detail=why) for name, why in sorted(bad.items())])


def check_query(query: str) -> None:
    """Go on only with query parameters that could be stored.

    Raises:
        InvalidParameter: each parameter that could not.
    """
    bad = {name: why for name, text in _pairs(query) if (why := fault_of_text(name + text))}
    if bad:
        raise InvalidParameter([Fault(pointer=readable(name), detail=why) for name, why in sorted(bad.items())])


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)
