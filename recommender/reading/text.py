"""Bytes of a file -> its text, and what a file is that is not the text that was asked for. Pure."""

import codecs
import json
import re
from typing import NamedTuple

__all__ = ["AnotherKind", "NotText", "text_of", "told_of_lines", "without_mark"]

_SAVE_AS_UTF8 = "save it as UTF-8 text"
_ONE_A_LINE = "one JSON record on each line"
_KINDS = (
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"\xd0\xcf\x11\xe0", "an Office file of an older kind"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
)
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_NOT_OF_WINDOWS = (b"\xfe", b"\xff", b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
"""Bytes that Windows-1252 lacks, and two that are no letters of English or Spanish."""
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_COLUMN = re.compile(r'"[^"\n]*"|[^{}\[\]":,;\t\n]*')


class AnotherKind(NamedTuple):
    """What a whole file is, where something else was asked for."""

    detail: str
    line: int | None = None
    """The first line that shows it, from 1; None where it is the file as a whole."""


class NotText(ValueError):
    """A file that is no UTF-8 text; the message is one sentence for a person, without its end."""


def without_mark(content: bytes) -> bytes:
    """The content without the byte order mark that some programs put at the start."""
    return content.removeprefix(codecs.BOM_UTF8)


def text_of(content: bytes) -> str:
    """The text of a file in UTF-8; a byte order mark at the start is let pass.

    Raises:
        NotText: what it is instead, as far as its bytes tell, and the first byte that is not UTF-8.
    """
    if (what := _kind_of_bytes(content)) is not None:
        raise NotText(what)
    try:
        return without_mark(content).decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotText(f"byte {error.start} is not UTF-8 text") from None


def told_of_lines(content: bytes | str) -> AnotherKind | None:
    """What a file is that should hold one JSON object on each line, and what to do; None where it may be one.

    What is wrong with single lines is for their reader: here is said what would be wrong with all of them.
    """
    if isinstance(content, bytes):
        if (what := _kind_of_bytes(content)) is not None:
            return AnotherKind(f"Expected {_ONE_A_LINE}; {what}.")
        if (number := _first_of_windows(content)) is not None:
            detail = f"Not UTF-8 text; the file seems to be in Windows-1252, as older programs write: {_SAVE_AS_UTF8}."
            return AnotherKind(detail, number)
        content = content.decode("utf-8", "replace")
    text = content.removeprefix("\ufeff").strip()
    first = next(iter(text.split("\n")))
    if not first or _is_object(first):
        return None
    what = _kind_of_text(text, first.strip())
    return None if what is None else AnotherKind(f"Expected {_ONE_A_LINE}; {what}.")


def _kind_of_bytes(content: bytes) -> str | None:
    if content.startswith(b"PK\x03\x04"):
        if b"xl/" in content:
            return "this is an Excel workbook"
        return "this is a Word document" if b"word/" in content else "this is a ZIP archive"
    for mark, name in _KINDS:
        if content.startswith(mark):
            return f"this is {name}"
    for mark, name in _WIDE_MARKS:
        if content.startswith(mark):
            return f"this is text in {name}: {_SAVE_AS_UTF8}"
    start = content[:64]
    if len(start) >= 4 and (not any(start[::2]) or not any(start[1::2])):
        return f"this is text in UTF-16: {_SAVE_AS_UTF8}"
    return None


def _first_of_windows(content: bytes) -> int | None:
    """The first line, from 1, with characters of Windows-1252; None where any line has characters of UTF-8."""
    if content.isascii() or any(byte in content for byte in _NOT_OF_WINDOWS):
        return None
    found = None
    for number, line in enumerate(without_mark(content).split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            found = found or number
        else:
            return None
    return found


def _kind_of_text(text: str, first: str) -> str | None:
    if first.lower().startswith(("<!doctype", "<html", "<?xml")):
        return "this is a web page or XML"
    if "\r" in text and "\n" not in text and _is_object(text.split("\r")[0]):
        return "its lines end in carriage returns, as on early Macs: save it with line feeds"
    if first.endswith(",") and _is_object(first.removesuffix(",")):
        return "these records have commas between them: leave out the comma at the end of each line"
    if text[0] in "[{":
        return _kind_of_document(text)
    for separator, name in _SEPARATORS.items():
        columns = first.split(separator)
        if len(columns) > 1 and all(_COLUMN.fullmatch(column) for column in columns):
            return f"this is a table with {name} between its columns (CSV)"
    return None


def _kind_of_document(text: str) -> str | None:
    """What text is that begins as JSON does, and whose first line is no object."""
    try:
        document, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        # It may have a fault further on; that a bracket stands alone tells enough.
        return _spread("records") if text.split("\n")[0].strip() in ("{", "[", "[{") else None
    if isinstance(document, dict):
        if "\n" not in text[:end]:
            return None
        if "@context" in document:
            return "this is one JSON-LD document, and its fields have other names"
        return _spread("a record")
    listed = isinstance(document, list) and bool(document) and all(isinstance(one, dict) for one in document)
    if not listed or text[end:].strip():
        return None
    return "this is one JSON list: write each record on a line of its own, without the brackets and commas between"


def _spread(what: str) -> str:
    return f"this is JSON with {what} spread over several lines: write each on a line of its own"


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
