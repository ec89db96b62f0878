from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.vocab import Domain, Form, Length
from recommender.errors import InvalidInstrument
from recommender.instruments import default_instrument, load_instrument

TEXT = Path("recommender/data/instruments/improvement-capacity-check-0.1.0.yaml").read_text("utf-8")


def faults_of(change: Callable[[Any], None]) -> dict[str, str]:
    """Faults, by pointer, of the shipped instrument after `change` edited its document in place."""
    document = yaml.safe_load(TEXT)
    change(document)
    with pytest.raises(InvalidInstrument) as caught:
        load_instrument(yaml.safe_dump(document, sort_keys=False))
    return {fault.pointer: fault.detail for fault in caught.value.faults}


def test_the_shipped_instrument_is_valid_and_indexed() -> None:
    loaded = default_instrument()
    assert loaded.version.id == "improvement-capacity-check"
    assert loaded.version.version == "0.1.0"
    assert len(loaded.version.content_hash) == 64
    assert len(loaded.items) == 55
    assert list(loaded.domains) == list(Domain)
    assert loaded.domain_of["dm3"] is Domain.DATA_AND_MEASUREMENT
    assert loaded.items["tt4"].na_ok
    assert default_instrument() is loaded


@pytest.mark.parametrize(("form", "full", "core", "focused"), [(Form.TEAM, 50, 20, 29), (Form.HUB, 55, 22, 31)])
def test_forms_ask_as_many_items_as_designed(form: Any, full: int, core: int, focused: int) -> None:
    focus = (Domain.SUSTAINABILITY, Domain.TEAM_AND_TIME, Domain.DATA_AND_MEASUREMENT)

    def count(**how: Any) -> int:
        return sum(len(items) for items in default_instrument().asked(form, **how).values())

    assert count() == full
    assert count(length=Length.SHORT) == core
    assert count(length=Length.SHORT, focus_domains=focus) == focused


def test_the_version_hash_sees_content_not_layout() -> None:
    relaid = yaml.safe_dump(yaml.safe_load(TEXT), sort_keys=True)
    assert load_instrument(relaid).version == default_instrument().version
    reworded = TEXT.replace("They know about the work", "They have heard of the work")
    assert load_instrument(reworded).version.content_hash != default_instrument().version.content_hash


def test_a_file_is_read_from_its_path_and_named_in_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT, "utf-8")
    assert load_instrument(path).version == default_instrument().version
    path.write_text("a: [1", "utf-8")
    with pytest.raises(InvalidInstrument) as caught:
        load_instrument(path)
    assert caught.value.faults[0].file == "mine.yaml"
    with pytest.raises(InvalidInstrument, match=r"other\.yaml: The file cannot be read in .*: No such file"):
        load_instrument(tmp_path / "other.yaml")
    path.write_bytes(b"\xff")
    with pytest.raises(InvalidInstrument, match="not UTF-8"):
        load_instrument(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1, 2", r"^line \d: Not YAML: "),
        ("a: 2020-99-99", "'a' is not a field here"),
        ("", "Expected an object"),
        ("- 1", "Expected an object"),
        ("a: &x [*x]", "privacy"),
    ],
)
def test_what_is_not_an_instrument_is_one_clear_fault(text: str, message: str) -> None:
    with pytest.raises(InvalidInstrument, match=message):
        load_instrument(text)


def test_every_fault_is_reported_at_once_with_its_line() -> None:
    broken = TEXT.replace("min_team: 3", "min_team: 9").replace("full_items: 50", "full_items: 51")
    broken = broken.replace("id: la2", "id: la1").replace("{key: teacher,", "{key: techer,")
    with pytest.raises(InvalidInstrument) as caught:
        load_instrument(broken)
    faults = {fault.pointer: fault for fault in caught.value.faults}
    assert list(faults) == [
        "/privacy",
        "/forms/team/full_items",
        "/domains/0/items/1/id",
        "/context/1/options/0",
    ]
    assert faults["/privacy"].detail.startswith("Min_detail 5 is below min_team 9")
    assert faults["/forms/team/full_items"].detail == "full_items says 51, but the team form has 50."
    assert faults["/domains/0/items/1/id"].detail == "The item id 'la1' is given twice."
    assert "Did you mean 'teacher'?" in faults["/context/1/options/0"].detail
    lines = broken.splitlines()
    assert "id: la1" in lines[faults["/domains/0/items/1/id"].line - 1]
    assert "min_team: 9" in lines[faults["/privacy"].line - 1]


def test_a_key_given_twice_is_a_fault() -> None:
    with pytest.raises(InvalidInstrument, match="/privacy: The key is given twice"):
        load_instrument(TEXT + "\nprivacy: {min_team: 1, min_detail: 1}\n")


def edit(path: Sequence[Any], value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        node = document
        for part in path[:-1]:
            node = node[part]
        if value is None:
            del node[path[-1]]
        else:
            node[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "pointer", "message"),
    [
        (["domains", 0, "items", 0, "core"], False, "/forms/team/domains/0", "has 1 core items on the team form"),
        (
            ["forms", "team", "short_core_items"],
            19,
            "/forms/team/short_core_items",
            "says 19, but the team form has 20",
        ),
        (["domains", 0, "items", 0, "forms"], ["hub"], "/forms/team/full_items", "the team form has 49"),
        (["domains", 0, "items", 0, "forms"], [], "/domains/0/items/0/forms", "is on no form"),
        (["domains", 0, "items", 0, "levels", 4], None, "/domains/0/items/0/levels", "needs the levels 1, 2, 3, 4"),
        (["domains", 1, "id"], "leadership-alignment", "/domains/1/id", "given twice"),
        (["domains", 1, "id"], "teamwork", "/domains/1/id", "Expected"),
        (["domains", 1, "colour"], "red", "/domains/1/colour", "is not a field here"),
        (["domains", 1, "name"], None, "/domains/1/name", "required, but missing"),
        (["importance", "options", 0, "key"], "useful", "/importance/options", "each once"),
        (["levels", 0, "value"], 2, "/levels", "each once; found [2, 2, 3, 4]"),
        (["special_answers", 0, "key"], "unsure", "/special_answers", "each once"),
        (["readiness", 1, "id"], "rd1", "/readiness/1/id", "given twice"),
        (["readiness", 1, "part"], "motivation", "/readiness/1/part", "given twice"),
        (["readiness", 1, "levels"], {1: "a"}, "/readiness/1/levels", "found [1]"),
        (["context", 2, "id"], "role", "/context/2/id", "given twice"),
        (["context", 1, "vocabulary"], "audience", "/context/1/vocabulary", "Did you mean 'audiences'?"),
        (["context", 2, "options"], [], "/context/2/options", "needs options"),
        (["context", 6, "options"], ["x"], "/context/6/options", "takes no options"),
        (["context", 2, "options", 1], "AL", "/context/2/options/1", "given twice"),
        (["open_text", 0, "id"], "joys", "/open_text/0/id", "is not an open-text answer"),
    ],
)
def test_contradictions_are_found_where_they_are(path: Any, value: Any, pointer: str, message: str) -> None:
    faults = faults_of(edit(path, value))
    assert message in faults[pointer]


def test_a_budget_may_only_filter_on_known_costs() -> None:
    def change(document: Any) -> None:
        budget = next(question for question in document["context"] if question["id"] == "budget")
        budget["options"][0]["cost_filter"] = ["fre"]

    (pointer,) = faults_of(change)
    assert pointer.endswith("/options/0/cost_filter/0")


def test_form_and_domains_must_name_each_other() -> None:
    def drop(document: Any) -> None:
        document["forms"]["team"]["domains"].remove("sustainability")

    assert "does not list it" in faults_of(drop)["/forms/team/domains"]

    def add(document: Any) -> None:
        document["forms"]["team"]["domains"].append("network-leadership")

    assert "has no item on the team form" in faults_of(add)["/forms/team/domains/10"]
