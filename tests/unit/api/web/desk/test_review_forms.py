"""What an officer's forms ask for."""

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.datastructures import FormData

from api.web.desk.review_forms import APPROVE_ALL, AskedFor, read_asked


def asked(do: str, **fields: str) -> AskedFor:
    return read_asked(FormData({"do": do, "version": "4", **fields}))


def action(do: str, **fields: str) -> dict[str, Any]:
    made = asked(do, **fields)
    assert made.action is not None, made.typed.faults
    return made.action.model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("do", "fields", "expected"),
    [
        ("approve res-a", {}, {"action": "approve", "support_id": "res-a"}),
        ("pin res-a", {}, {"action": "pin", "support_id": "res-a"}),
        ("move res-a 3", {}, {"action": "move", "support_id": "res-a", "to_place": 3}),
        ("move res-a", {"to_place": "2"}, {"action": "move", "support_id": "res-a", "to_place": 2}),
        ("undo 7", {}, {"action": "undo", "number": 7}),
        ("assign me", {}, {"action": "assign", "assignee": "me"}),
        ("assign", {"assignee": ""}, {"action": "assign"}),
        ("release", {}, {"action": "release"}),
        (
            "comment res-a",
            {"text": "Look", "for_team": "yes"},
            {"action": "comment", "support_id": "res-a", "text": "Look", "for_team": True},
        ),
    ],
)
def test_a_verb_and_its_fields_are_one_action(do: str, fields: dict[str, str], expected: dict[str, Any]) -> None:
    assert {name: value for name, value in action(do, **fields).items() if name in expected} == expected
    assert asked(do, **fields).version == 4


def test_what_is_put_off_until_a_day_is_due_at_its_end() -> None:
    until = action("defer", until="2026-11-02", reason="After the break")["until"]
    assert until == datetime(2026, 11, 2, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("do", "fields", "faults"),
    [
        ("comment", {"text": ""}, {"text": "Write something first."}),
        ("comment", {"text": "x" * 3000}, {"text": "Keep it under 2,000 characters."}),
        ("remove res-a", {"reason": ""}, {"reason": "Say why."}),
        ("defer", {"until": "soon", "reason": "x"}, {"until": "Choose a day."}),
        ("move res-a x", {}, {"to_place": "Give a place in the list as a number."}),
        ("move res-a ²", {}, {"to_place": "Give a place in the list as a number."}),
        ("second_read", {}, {"verdict": "Choose one."}),
        ("explode", {}, {"": "We did not understand that."}),
        ("", {}, {"": "We did not understand that."}),
    ],
)
def test_a_fault_is_told_at_its_field_and_what_was_typed_stays(
    do: str, fields: dict[str, str], faults: dict[str, str]
) -> None:
    made = asked(do, **fields)
    assert made.action is None
    assert dict(made.typed.faults) == faults
    assert all(made.typed.value(name) == value for name, value in fields.items())


def test_a_version_that_is_no_number_is_none_of_the_reviews() -> None:
    for version in ("", "x", "-1", "123456789", "²"):
        assert read_asked(FormData({"do": "release", "version": version})).version == 0


def test_approving_all_is_no_single_action() -> None:
    made = asked(APPROVE_ALL)
    assert (made.verb, made.action, dict(made.typed.faults)) == (APPROVE_ALL, None, {})
