import json

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
        (b"", "resources.jsonl: the file is empty; expected one record a line"),
        (b"\n \n", "resources.jsonl: the file is empty; expected one record a line"),
        (
            line(RESOURCE)[:150],
            'resources.jsonl:1: the line stops inside the record, after `art", "source_urls":`; was it cut in half?',
        ),
        (b'{"id": }', "resources.jsonl:1: not valid JSON at column 8: Expecting value"),
        (b"[1, 2]", "resources.jsonl:1: found [1, 2]; expected one JSON object"),
        (
            b'{"id": "\xff"}',
            "resources.jsonl:1: byte 9 of the line is not UTF-8; expected a file in UTF-8",
        ),
        (
            line(RESOURCE).replace(b'"year": 2020', b'"year": NaN'),
            "resources.jsonl:1: found NaN, which JSON does not have; expected a number or null",
        ),
        (
            line(RESOURCE).replace(b'"year": 2020', b'"year": 2020, "year": 2021'),
            'resources.jsonl:1: the key "year" occurs twice in one object; expected it once',
        ),
        (b"[" * 100_000, "resources.jsonl:1: the line nests too deeply or holds a number that is too long"),
        (
            line(RESOURCE).replace(b"2020", b"2" * 5000),
            "resources.jsonl:1: the line nests too deeply or holds a number that is too long",
        ),
    ],
)
def test_a_line_that_is_no_record_is_one_fault_with_its_place(content: bytes, said: str) -> None:
    assert faults_of(content) == [said]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"titel": "x"}, "/titel: unknown field 'titel'; did you mean 'title'?"),
        ({"title": ""}, "/title: found an empty text"),
        ({"title": 7}, "/title: found 7; expected text"),
        ({"year": "2020"}, '/year: found "2020"; expected a whole number'),
        ({"equity_centered": "no"}, '/equity_centered: found "no"; expected true or false'),
        ({"checked_on": "2026-13-01"}, '/checked_on: found "2026-13-01"; expected a date like 2026-11-21'),
        ({"checked_on": "soon"}, '/checked_on: found "soon"; expected a date like 2026-11-21'),
        ({"cost": "fre"}, '/cost: found "fre"; did you mean "free"? expected one of free, paid, mixed'),
        (
            {"modality": ["document", "selfpaced"]},
            '/modality/1: found "selfpaced"; did you mean "self-paced"? expected one of self-paced, '
            "facilitated-virtual, facilitated-in-person, hybrid, document",
        ),
        (
            {"url": "example.org"},
            '/url: found "example.org"; expected a web address that starts with http:// or https://',
        ),
        (
            {"source_urls": ["https://a b"]},
            '/source_urls/0: found "https://a b"; expected a web address that starts with http:// or https://',
        ),
        ({"levels": [0]}, "/levels/0: found 0; expected 1 or more"),
        ({"levels": [5]}, "/levels/0: found 5; expected 4 or less"),
        ({"levels": [True]}, "/levels/0: found true; expected a whole number"),
        ({"levels": 2}, "/levels: found 2; expected a list"),
        ({"levels": [2, 2]}, "/levels/1: 2 is listed twice"),
        ({"audiences": ["coach", "teacher", "coach"]}, '/audiences/2: "coach" is listed twice'),
        ({"domains": []}, "/domains: found 0 entries; expected at least 1"),
        ({"language": ["en_US"]}, '/language/0: found "en_US"; expected a BCP 47 language tag like en or zh-Hans'),
        ({"evidence": {"kind": "rct", "level": None}}, "/evidence/url: the field 'url' is missing"),
        ({"evidence": "rct"}, '/evidence: found "rct"; expected an object'),
        (
            {"id": "prov-run-chart"},
            "/id: found \"prov-run-chart\"; expected 'res-' (a resource) or 'prov-' (a provider) and then lowercase "
            "words or numbers joined by '-'",
        ),
        ({"summary": "\ud800"}, ": not valid JSON"),
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
        ({"serves": ["TX", "ZZ"]}, '/serves/1: found "ZZ"; expected one of US, AL, AK'),
        ({"serves": ["Texas"]}, '/serves/0: found "Texas"; expected a state code of two capital letters, or US'),
        (
            {"services": [{"type": "coaching", "description": "x", "domains": ["sustainability"] * 2}]},
            '/services/0/domains/1: "sustainability" is listed twice',
        ),
        (
            {"services": [{"type": "coaching", "domains": []}]},
            "/services/0/description: the field 'description' is missing",
        ),
        ({"provider_kind": "network"}, "/provider_kind: unknown field 'provider_kind'"),
    ],
)
def test_a_wrong_field_of_a_provider_is_one_fault(changes: dict[str, object], said: str) -> None:
    (fault,) = parse_file(line(PROVIDER, **changes), SupportKind.PROVIDER).faults
    assert f"{fault.pointer}: {fault.detail}".startswith(said)


def test_a_missing_field_is_named() -> None:
    content = line({key: value for key, value in RESOURCE.items() if key != "summary"})
    assert faults_of(content) == ["resources.jsonl:1 /summary: the field 'summary' is missing"]


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
    assert parsed.faults[2].detail == 'the id "res-run-chart" is already used at resources.jsonl:1; expected a new one'


def test_a_folder_without_its_files_names_each(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "resources.jsonl").write_bytes(line(RESOURCE))
    with pytest.raises(InvalidCatalog) as caught:
        load_catalog(tmp_path)
    assert caught.value.faults == (
        Fault(pointer="", detail=f"no such file in {tmp_path}; expected it there", file="providers.jsonl"),
    )


def test_the_version_depends_on_content_and_not_on_the_order_of_lines_or_keys(tmp_path) -> None:  # type: ignore[no-untyped-def]
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
