"""How answers are handled stands in the instrument's file and outside its content hash."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from recommender.errors import InvalidInstrument
from recommender.instruments import default_instrument, load_instrument, restore_instrument

TEXT = Path("recommender/data/instruments/improvement-capacity-check-0.1.0.yaml").read_text("utf-8")
HASH_OF_0_1_0 = "acf295ca7fe803e51fb70b58412ba357e390fe80711d1d9f747689e86f3d1727"
"""Of the document before questions said how they are handled: stored windows and runs name it."""


def changed(change: Callable[[dict[str, dict[str, Any]]], object]) -> str:
    """The shipped file after `change` edited its context questions, by id, in place."""
    document = yaml.safe_load(TEXT)
    change({question["id"]: question for question in document["context"]})
    return yaml.safe_dump(document, sort_keys=False)


def test_the_content_hash_is_that_of_the_document_without_handling() -> None:
    loaded = default_instrument()
    assert loaded.version.content_hash == HASH_OF_0_1_0
    assert "page_groups" not in loaded.document
    assert not any("handling" in question for question in loaded.document["context"])
    reworded = load_instrument(changed(lambda asked: asked["state"]["handling"].update(hint="Every one.", place=9)))
    assert reworded.version == loaded.version
    assert reworded.handling["state"].hint == "Every one."


def test_a_stored_instrument_is_read_without_handling_and_keeps_its_version() -> None:
    restored = restore_instrument(json.loads(json.dumps(dict(default_instrument().document))))
    assert restored.version.content_hash == HASH_OF_0_1_0
    assert restored.instrument == default_instrument().instrument
    assert restored.page_groups == ()
    assert not restored.handling["state"].hint
    assert restored.short_name(restored.context["state"]) == "Which state or territory are your schools in?"


def test_questions_are_listed_by_their_place_and_equal_ones_by_the_file() -> None:
    text = changed(lambda asked: asked["designation"].update(handling={"desk_place": 1}))
    officer = load_instrument(text).placed(lambda handling: handling.desk_place)
    assert [question.id for question in officer][:3] == ["designation", "focus_areas", "grade_bands"]


@pytest.mark.parametrize(
    ("question", "handling", "pointer", "message"),
    [
        ("locale", {"rules": "words"}, "/rules", "Rules may not test who a team's students are"),
        ("form", {"rules": "words"}, "/rules", "Rules know 'form' already"),
        ("budget", {"group": "wrok"}, "/group", "'wrok' is not a page group. Did you mean 'work'?"),
        ("budget", {"option_hints": {"nothing": "x"}}, "/option_hints/nothing", "is not an option of 'budget'"),
        ("budget", {"rules": "numbers"}, "/rules", "Expected one of: words, language-tags"),
        ("budget", {"colour": "red"}, "/colour", "is not a field here"),
        ("budget", "work", "", "found 'work'"),
        ("access_needs", {"alone": ["nothing"]}, "/alone/0", "is not an option of 'access_needs'"),
        ("budget", {"alone": ["none"]}, "/alone/0", "beside which others can be chosen"),
        ("network_secondary", {"at_most": "budget"}, "/at_most", "not another question about a number"),
        ("network_size", {"at_most": "network_size"}, "/at_most", "not another question about a number"),
        ("network_size", {"trial_place": 1}, "/trial_place", "Only chosen answers can be tried"),
    ],
)
def test_a_wrong_handling_is_named_by_its_place(question: str, handling: object, pointer: str, message: str) -> None:
    place = list(default_instrument().context).index(question)
    with pytest.raises(InvalidInstrument) as caught:
        load_instrument(changed(lambda asked: asked[question].update(handling=handling)))
    faults = {fault.pointer: fault for fault in caught.value.faults}
    assert list(faults) == [f"/context/{place}/handling{pointer}"]
    (fault,) = faults.values()
    assert message in fault.detail
    assert fault.line is not None


def test_a_page_group_with_a_wrong_shape_or_given_twice_is_a_fault() -> None:
    with pytest.raises(InvalidInstrument) as caught:
        load_instrument(TEXT.replace("{id: network, title:", "{id: network, titel:"))
    assert {"/page_groups/2/title", "/page_groups/2/titel"} <= {fault.pointer for fault in caught.value.faults}
    with pytest.raises(InvalidInstrument, match="The page group 'work' is given twice"):
        load_instrument(TEXT.replace("{id: network, title:", "{id: work, title:"))
