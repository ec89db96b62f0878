import json
from pathlib import Path

import pytest

from models.base import Fault
from models.vocab import SupportKind
from recommender.catalog.load import Catalog, load_catalog, starter_catalog
from recommender.catalog.parse import parse_catalog, parse_file
from recommender.errors import InvalidCatalog, UnknownSupport, describe

RESOURCE = {
    "id": "res-run-chart",
    "title": "Run charts for school teams",
    "publisher": "A public agency",
    "url": "https://example.org/run-chart",
    "source_urls": ["https://example.org/run-chart"],
    "resource_type": "template",
    "summary": "A sheet that draws a run chart from weekly counts.",
    "domains": ["data-and-measurement"],
    "levels": [1, 2],
    "focus_areas": ["attendance"],
    "grade_bands": ["all"],
    "audiences": ["teacher"],
    "modality": ["document"],
    "cost": None,
    "year": 2020,
    "language": ["en"],
    "equity_centered": False,
    "evidence": None,
    "license": None,
    "checked_on": "2026-11-21",
    "needs_met": [],
}
PROVIDER = {
    **{key: RESOURCE[key] for key in RESOURCE if key not in {"title", "publisher", "resource_type", "year"}},
    "id": "prov-coaches",
    "name": "Coaches for schools",
    "kind": "nonprofit",
    "services": [{"type": "coaching", "description": "Coaches teams.", "domains": ["team-and-time"]}],
    "serves": ["US"],
}
del PROVIDER["evidence"], PROVIDER["license"]


def line(record: dict[str, object], **changes: object) -> bytes:
    return json.dumps({**record, **changes}).encode()


def faults_of(content: bytes, kind: SupportKind = SupportKind.RESOURCE) -> list[str]:
    return [describe(fault) for fault in parse_file(content, kind).faults]


def test_a_good_line_has_no_fault() -> None:
    parsed = parse_file(line(RESOURCE), SupportKind.RESOURCE)
    assert parsed.faults == ()
    assert [support.id for support in parsed.supports] == ["res-run-chart"]


def test_blank_lines_and_a_byte_order_mark_are_let_pass_and_do_not_shift_line_numbers() -> None:
    content = b"\xef\xbb\xbf" + line(RESOURCE) + b"\r\n\n  \n" + line(RESOURCE, id="res-two", cost="cheap")
    parsed = parse_file(content, SupportKind.RESOURCE)
    assert len(parsed.supports) == 1
    assert [fault.line for fault in parsed.faults] == [4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "resources.jsonl: The file is empty; expected one record a line."),
        (b"\n \n", "resources.jsonl: The file is empty; expected one record a line."),
        (
            line(RESOURCE)[:150],
            'resources.jsonl:1: Not JSON: it stops inside the object at column 151, after `art", "source_urls":`; '
            "was it cut in half?",
        ),
        (b'{"id": }', "resources.jsonl:1: Not JSON: Expecting value (column 8)."),
        (b"[1, 2]", "resources.jsonl:1: Expected one JSON object; found a list."),
        (
            b'{"id": "\xff"}',
            "resources.jsonl:1: Not JSON: byte 8 is not UTF-8 text.",
        ),
        (
            line(RESOURCE).replace(b'"year": 2020', b'"year": NaN'),
            "resources.jsonl:1 /year: NaN and infinity are no values; leave an unknown value out.",
        ),
        (
            line(RESOURCE).replace(b'"year": 2020', b'"year": 2020, "year": 2021'),
            "resources.jsonl:1 /year: The key is given twice.",
        ),
        (b"[" * 100_000, "resources.jsonl:1: Not usable: brackets are nested too deeply."),
        (
            line(RESOURCE).replace(b"2020", b"2" * 5000),
            "resources.jsonl:1: Not usable: a number has too many digits.",
        ),
    ],
)
def test_a_line_that_is_no_record_is_one_fault_with_its_place(content: bytes, said: str) -> None:
    assert faults_of(content) == [said]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"titel": "x"}, "/titel: 'titel' is not a field here. Did you mean 'title'?"),
        ({"title": ""}, "/title: Expected text; found an empty one"),
        ({"title": 7}, "/title: Expected text; found 7"),
        ({"year": "2020"}, "/year: Expected a whole number; found '2020'"),
        ({"equity_centered": "no"}, "/equity_centered: Expected true or false; found 'no'"),
        ({"checked_on": "2026-13-01"}, "/checked_on: Expected a date such as 2026-10-15; found '2026-13-01'"),
        ({"checked_on": "soon"}, "/checked_on: Expected a date such as 2026-10-15; found 'soon'"),
        ({"cost": "fre"}, "/cost: 'fre' is not allowed here. Did you mean 'free'? Expected one of: free, paid, mixed"),
        (
            {"modality": ["document", "selfpaced"]},
            "/modality/1: 'selfpaced' is not allowed here. Did you mean 'self-paced'? Expected one "
            "of: self-paced, facilitated-virtual, facilitated-in-person, hybrid, document",
        ),
        (
            {"url": "example.org"},
            "/url: Expected a web address that starts with http:// or https://; found 'example.org'",
        ),
        (
            {"source_urls": ["https://a b"]},
            "/source_urls/0: Expected a web address without spaces and hidden signs; U+0020 stands in it; found 'https",
        ),
        ({"levels": [0]}, "/levels/0: Expected 1 or more; found 0"),
        ({"levels": [5]}, "/levels/0: Expected 4 or less; found 5"),
        ({"levels": [True]}, "/levels/0: Expected a whole number; found true"),
        ({"levels": 2}, "/levels: Expected a list; found 2"),
        ({"levels": [2, 2]}, "/levels/1: 2 is listed twice"),
        ({"audiences": ["coach", "teacher", "coach"]}, "/audiences/2: 'coach' is listed twice"),
        ({"domains": []}, "/domains: Expected at least 1 entry; found 0"),
        ({"language": ["en_US"]}, "/language/0: Expected a BCP 47 language tag such as en or zh-Hans; found 'en_US'"),
        ({"evidence": {"kind": "rct", "level": None}}, "/evidence/url: This is required, but missing."),
        ({"evidence": "rct"}, "/evidence: Expected an object; found 'rct'"),
        (
            {"id": "prov-run-chart"},
            "/id: Expected 'res-' and then lowercase words or numbers joined by '-'; found 'prov-run-chart'.",
        ),
        ({"summary": "\ud800"}, "/summary: The text holds half a character"),
    ],
)
def test_a_wrong_field_of_a_resource_is_one_fault_that_says_what_was_expected(
    changes: dict[str, object], said: str
) -> None:
    (fault,) = parse_file(line(RESOURCE, **changes), SupportKind.RESOURCE).faults
    assert (fault.file, fault.line) == ("resources.jsonl", 1)
    assert f"{fault.pointer}: {fault.detail}".startswith(said)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"serves": ["TX", "ZZ"]}, "/serves/1: 'ZZ' is not a state. Expected one of 57 words: US, AL, AK"),
        ({"serves": ["Texas"]}, "/serves/0: 'Texas' is not a state. Expected one of 57 words"),
        (
            {"services": [{"type": "coaching", "description": "x", "domains": ["sustainability"] * 2}]},
            "/services/0/domains/1: 'sustainability' is listed twice",
        ),
        (
            {"services": [{"type": "coaching", "domains": []}]},
            "/services/0/description: This is required, but missing.",
        ),
        ({"provider_kind": "network"}, "/provider_kind: 'provider_kind' is not a field here"),
    ],
)
def test_a_wrong_field_of_a_provider_is_one_fault(changes: dict[str, object], said: str) -> None:
    (fault,) = parse_file(line(PROVIDER, **changes), SupportKind.PROVIDER).faults
    assert f"{fault.pointer}: {fault.detail}".startswith(said)


def test_a_missing_field_is_named() -> None:
    content = line({key: value for key, value in RESOURCE.items() if key != "summary"})
    assert faults_of(content) == ["resources.jsonl:1 /summary: This is required, but missing."]


def test_every_fault_of_every_line_is_reported_in_the_order_of_the_files_and_lines() -> None:
    resources = b"\n".join([line(RESOURCE, cost="cheap", year="x"), line(RESOURCE), b"{"])
    parsed = parse_catalog({SupportKind.PROVIDER: line(PROVIDER, id="res-run-chart"), SupportKind.RESOURCE: resources})
    places = [(fault.file, fault.line, fault.pointer) for fault in parsed.faults]
    assert places == [
        ("resources.jsonl", 1, "/cost"),
        ("resources.jsonl", 1, "/year"),
        ("resources.jsonl", 2, "/id"),
        ("resources.jsonl", 3, ""),
        ("providers.jsonl", 1, "/id"),
        ("providers.jsonl", 1, "/id"),
    ]
    assert parsed.faults[2].detail == "The id 'res-run-chart' is already used at resources.jsonl:1; expected a new one."


def test_a_folder_without_its_files_names_each(tmp_path: Path) -> None:
    (tmp_path / "resources.jsonl").write_bytes(line(RESOURCE))
    with pytest.raises(InvalidCatalog) as caught:
        load_catalog(tmp_path)
    assert caught.value.faults == (
        Fault(pointer="", detail=f"no such file in {tmp_path}; expected it there", file="providers.jsonl"),
    )


def test_the_version_depends_on_content_and_not_on_the_order_of_lines_or_keys(tmp_path: Path) -> None:
    records = [RESOURCE, {**RESOURCE, "id": "res-a"}]
    versions = []
    for name, lines in (("one", records), ("two", [dict(reversed(record.items())) for record in reversed(records)])):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "resources.jsonl").write_bytes(b"\n".join(map(line, lines)))
        (folder / "providers.jsonl").write_bytes(line(PROVIDER))
        versions.append(load_catalog(folder).version)
    assert versions[0] == versions[1]
    (folder / "providers.jsonl").write_bytes(line(PROVIDER, cost="paid"))
    assert load_catalog(folder).version != versions[0]


def test_the_starter_catalog_is_whole_sorted_and_found_by_id() -> None:
    catalog = starter_catalog()
    assert (len(catalog.by_kind[SupportKind.RESOURCE]), len(catalog.by_kind[SupportKind.PROVIDER])) == (442, 109)
    assert list(catalog.supports) == sorted(catalog.supports, key=lambda support: (support.kind, support.id))
    assert catalog.get(catalog.by_kind[SupportKind.PROVIDER][3].id) is catalog.by_kind[SupportKind.PROVIDER][3]
    assert Catalog.of(reversed(catalog.supports)) == catalog


def test_an_unknown_id_names_close_ones() -> None:
    with pytest.raises(UnknownSupport) as caught:
        starter_catalog().get("prov-achieve-atlantta")
    assert caught.value.close[0] == "prov-achieve-atlanta"
