"""One voice: the same mistake is told in the same words, in whatever kind of document it is made."""

import time
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from models.vocab import SupportKind
from recommender.catalog.parse import parse_file
from recommender.config_load import parse_config
from recommender.errors import InputError, InvalidConfig, describe
from recommender.reading.fault_words import close_words, fields_at, found
from recommender.reading.faults import FaultReport
from recommender.reading.values import Syntax, read_value
from recommender.rules.load import parse_ruleset


class Cat(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=1, le=9)] = 9


class Dog(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["dog"]
    tricks: dict[str, str] = {}


class House(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=20)]
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
    rooms: int | list[int] = 1


def told(text: str, syntax: Syntax = Syntax.JSON) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_value(text, House, syntax=syntax, file="house")
    return [describe(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("json_text", "yaml_text"),
    [('{"name": "a", "rooom": 1}', "name: a\nrooom: 1"), ('{"name": 7}', "name: 7"), ("{}", "{}"), ("[]", "[]")],
)
def test_yaml_and_json_are_told_the_same_but_for_the_line(json_text: str, yaml_text: str) -> None:
    in_yaml = [
        text.replace("house:1 ", "house ").replace("house:2 ", "house ") for text in told(yaml_text, Syntax.YAML)
    ]
    assert [text.replace("house:1:", "house:") for text in in_yaml] == told(json_text)


def test_every_kind_of_fault_of_a_document_is_one_line_in_its_order() -> None:
    text = (
        '{"colour": 1, "name": "", "pets": [{"kind": "cat", "lives": 12}, {"kind": "cow"}, {"trick": 1},'
        ' {"kind": "dog", "trick": {}}], "rooms": ["x"]}'
    )
    assert told(text) == [
        "house /colour: 'colour' is not a field here. Expected one of: name, pets, rooms.",
        "house /name: Expected text; found an empty one.",
        "house /pets/0/lives: Expected 9 or less; found 12.",
        "house /pets/1/kind: 'cow' is not allowed here. Expected one of: cat, dog.",
        "house /pets/2/kind: This is required, but missing.",
        "house /pets/3/trick: 'trick' is not a field here. Did you mean 'tricks'? Expected one of: kind, tricks.",
        "house /rooms/0: Expected a whole number; found 'x'.",
    ]


def test_what_a_check_says_of_a_place_stands_alone_there() -> None:
    def check(document: Any, report: FaultReport) -> None:
        report.add(("name",), "Houses have names.")

    with pytest.raises(InputError) as caught:
        read_value('{"name": 7, "rooms": 1.5}', House, syntax=Syntax.JSON, check=check)
    assert [describe(fault) for fault in caught.value.faults] == [
        "/name: Houses have names.",
        "/rooms: Expected a whole number or a list; found 1.5.",
    ]


def test_repeated_keys_and_unreadable_texts_are_told_beside_wrong_shapes() -> None:
    assert told('{"name": "a", "name": "\\u0000", "rooms": "x", "pets": [NaN]}') == [
        "house /name: The key is given twice.",
        "house /name: The text holds a zero byte, which is no character.",
        "house /rooms: Expected a whole number or a list; found 'x'.",
        "house /pets/0: NaN and infinity are no values; leave an unknown value out.",
    ]


@pytest.mark.parametrize("tagged", ["!!int w", "!!bool w", "!!float w", "!secret w"])
def test_what_a_tag_of_yaml_cannot_read_is_told_in_our_words(tagged: str) -> None:
    (line,) = told(f"name: a\nrooms: {tagged}", Syntax.YAML)
    assert line.startswith("house:2 /rooms: 'w' cannot be read as ")


def test_no_word_of_the_library_that_checks_comes_through() -> None:
    for one in list_all_errors():
        kind = one["type"]
        context = one["example_context"]
        if kind in ("value_error", "assertion_error"):
            context = {"error": ValueError("the words of our own model")}
        error = {
            "type": kind,
            "loc": ("field",),
            "msg": one["example_message_python"],
            "input": 1,
            "ctx": context or {},
        }
        report = FaultReport()
        report.shape([error], {"field": 1}, None)  # type: ignore[list-item]  # as the library gives them
        for fault in report.faults({"field": 1}):
            assert "Input" not in fault.detail, kind
            assert "valid" not in fault.detail, kind
            assert fault.detail.endswith((".", "?", "…")), (kind, fault.detail)


def test_secrets_are_not_repeated() -> None:
    report = FaultReport()
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(House).validate_python({"name": ["my password"]})
    report.shape(caught.value, {"name": ["my password"]}, House, secret=True)
    assert [fault.detail for fault in report.faults({})] == ["Expected text."]


def test_fields_are_found_through_lists_tags_and_alternatives() -> None:
    assert fields_at(House, ()) == ("name", "pets", "rooms")
    assert fields_at(House, ("pets", 3, "dog")) == ("kind", "tricks")
    assert fields_at(House | None, ("pets", 0, "cat")) == ("kind", "lives")
    assert fields_at(House, ("rooms",)) == ()


def test_close_words_are_found_whatever_their_case() -> None:
    assert close_words("Fre", ["free", "paid"]) == ["free"]
    assert close_words("xyz", ["free", "paid"]) == []


def test_a_value_in_a_report_is_short_and_readable_by_anyone() -> None:
    assert found("\ud800\0") == "'?\N{REPLACEMENT CHARACTER}'"
    assert found("x" * 61) == "a text of 61 characters"
    assert found({"a": 1}) == "an object"


@pytest.mark.parametrize("kind", ["catalog", "rules", "configuration"])
def test_twenty_thousand_typos_are_told_within_seconds(kind: str) -> None:
    started = time.perf_counter()
    if kind == "catalog":
        line = b'{"id": "res-a", "cost": "fre", "titel": "x"}\n'
        assert len(parse_file(line * 1000, SupportKind.RESOURCE).faults) >= 20_000
    elif kind == "rules":
        labels = "".join(f"  wrod-{number}: x\n" for number in range(20_000))
        with pytest.raises(InputError) as caught:
            parse_ruleset(f"id: a\nversion: 1.0.0\nlabels:\n{labels}rules: []\n", file="rules.yaml")
        assert caught.value.faults
    else:
        features = "".join(f"      need_fokus_{number}: 1\n" for number in range(20_000))
        with pytest.raises(InvalidConfig) as refused:
            parse_config(f"id: a\nversion: 1.0.0\nkinds:\n  resource:\n    features:\n{features}".encode(), file="c")
        assert len(refused.value.faults) >= 20_000
    assert time.perf_counter() - started < 20
