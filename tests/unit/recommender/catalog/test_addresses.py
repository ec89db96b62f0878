import json

import pytest

from models.vocab import SupportKind
from recommender.catalog.addresses import address_fault, host_of
from recommender.catalog.parse import parse_file
from tests.unit.recommender.catalog.test_catalog_parse import RESOURCE


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://example.org/page?a=b@c#d", "example.org"),
        ("http://www.Example.org:443/a%20b", "example.org"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("https://192.0.2.1/x", "192.0.2.1"),
        ("https://example.org/ü", "example.org"),
    ],
)
def test_an_address_that_leads_where_it_seems_to_is_taken_and_its_host_is_told(address: str, host: str) -> None:
    assert address_fault(address) is None
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("javascript:alert(1)", "starts with http:// or https://"),
        ("ftp://example.org", "starts with http:// or https://"),
        ("//example.org", "starts with http:// or https://"),
        ("", "starts with http:// or https://"),
        ("https://example.org@evil.test/", "without a user or password"),
        ("https://example.org:secret@evil.test/", "without a user or password"),
        ("https://evil.test\\@example.org/", "without backslashes"),
        ("https://example.org/\\..", "without backslashes"),
        ("https://example.org/\u202egpj.exe", "U+202E"),
        ("https://example.org/\u2066x", "U+2066"),
        ("https://exam\u200bple.org/", "U+200B"),
        ("https://example.org/\u00ad", "U+00AD"),
        ("https://example.org/\n", "U+000A"),
        ("https://example.org/\x7f", "U+007F"),
        ("https://example.org/a b", "U+0020"),
        ("https://example.org/\u00a0", "U+00A0"),
        ("https:///example.org", "names a host"),
        ("https://", "names a host"),
        ("https://:443/", "names a host"),
        ("https://[half/", "that can be read"),
        ("https://example.org:port/", "that can be read"),
        ("https://example.org:99999/", "that can be read"),
        ("https://ex\u0430mple.org/", "names in other scripts as xn--"),
        ("https://example\uff0eorg/", "names in other scripts as xn--"),
        ("https://exam%70le.org/", "names in other scripts as xn--"),
        ("https://-example.org/", "names in other scripts as xn--"),
        ("https://a..b/", "names in other scripts as xn--"),
        (f"https://{'a.' * 200}org/", "names in other scripts as xn--"),
    ],
)
def test_an_address_that_hides_where_it_leads_is_one_clear_fault_and_has_no_host_to_show(
    address: str, said: str
) -> None:
    assert said in (address_fault(address) or "")
    assert host_of(address) == ""
    record = json.dumps({**RESOURCE, "url": address}).encode()
    (fault,) = parse_file(record, SupportKind.RESOURCE).faults
    assert (fault.pointer, said in fault.detail) == ("/url", True)


def test_every_address_of_a_record_is_checked() -> None:
    bad = "https://example.org@evil.test/"
    changes = {
        "url": bad,
        "source_urls": ["https://example.org", bad],
        "evidence": {"kind": "rct", "level": None, "url": bad},
    }
    faults = parse_file(json.dumps({**RESOURCE, **changes}).encode(), SupportKind.RESOURCE).faults
    assert [fault.pointer for fault in faults] == ["/url", "/source_urls/1", "/evidence/url"]
