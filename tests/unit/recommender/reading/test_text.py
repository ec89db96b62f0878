"""What a file is, when it is not what was asked for; and the mark at the start of a text."""

import json

import pytest

from models.vocab import SupportKind
from recommender.catalog.parse import parse_file
from recommender.reading.json_document import parse_json
from recommender.reading.text import NotText, text_of

RECORDS = [{"id": f"res-{n}", "title": "Café on track", "levels": [1, 2]} for n in range(3)]
LINES = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in RECORDS)
TABLE = 'id,title,levels\nres-1,"Café, on track",1\n'


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04.....xl/workbook.xml", "an Excel workbook"),
        (b"PK\x03\x04.....word/document.xml", "a Word document"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (LINES.encode("utf-16"), "UTF-16"),
        (LINES.encode("utf-16-le"), "UTF-16"),
        (LINES.encode("utf-16-be"), "UTF-16"),
        (LINES.encode("utf-32"), "UTF-32"),
        (LINES.encode("cp1252"), "Windows-1252"),
        (json.dumps(RECORDS).encode(), "one JSON list"),
        (json.dumps(RECORDS, indent=2).encode(), "one JSON list"),
        ("\n".join(json.dumps(one, indent=2) for one in RECORDS).encode(), "spread over several lines"),
        (json.dumps(RECORDS[0], indent=2).encode(), "spread over several lines"),
        (json.dumps(RECORDS, indent=2).encode()[:-9], "spread over several lines"),
        (json.dumps({"@context": "https://schema.org", **RECORDS[0]}, indent=1).encode(), "JSON-LD"),
        (LINES.replace("}\n", "},\n").encode(), "commas between them"),
        (LINES.replace("\n", "\r").encode(), "carriage returns"),
        (TABLE.encode(), "table with commas"),
        (b"\xef\xbb\xbf" + TABLE.replace(",", ";").encode(), "table with semicolons"),
        (TABLE.replace(",", "\t").encode(), "table with tabs"),
        (b"<!doctype html>\n<html>", "a web page"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_of_another_kind_is_one_fault_that_names_it(content: bytes, what: str) -> None:
    (fault,) = parse_file(content, SupportKind.RESOURCE, name="sent.dat").faults
    assert what in fault.detail
    assert fault.file == "sent.dat"


@pytest.mark.parametrize(
    "content",
    [
        LINES.encode(),
        b"\xef\xbb\xbf" + LINES.encode(),
        LINES.replace("\n", "\r\n").encode(),
        b"\n\n" + LINES.encode(),
        LINES.encode() + b'{"id": "Caf\xe9"}\n',  # one damaged line among good ones
        b'{"id": 1\n' + LINES.encode(),
    ],
)
def test_lines_of_records_are_read_line_by_line(content: bytes) -> None:
    faults = parse_file(content, SupportKind.RESOURCE).faults
    assert len({fault.line for fault in faults}) >= 3, "each of these records lacks fields of a resource"


def test_a_mark_at_the_start_is_no_part_of_a_text() -> None:
    assert text_of(b"\xef\xbb\xbfcase-1 0 res-1 2") == "case-1 0 res-1 2"
    assert parse_json(b"\xef\xbb\xbf[1]") == parse_json("\ufeff[1]") == [1]


def test_bytes_that_are_no_text_are_told_by_their_place() -> None:
    with pytest.raises(NotText, match="byte 2 is not UTF-8 text"):
        text_of(b"ab\xff")
