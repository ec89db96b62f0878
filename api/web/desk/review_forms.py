"""What an officer's forms ask for, and what they hold when they must be shown again."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from api.reviews.actions import NewAction
from models.base import Fault

__all__ = ["APPROVE_ALL", "AskedFor", "TypedFields", "read_asked"]

APPROVE_ALL = "approve-all"
"""The one thing that is done to every match that nobody has decided on."""

_ACTION: TypeAdapter[NewAction] = TypeAdapter(NewAction)
_PLACES: Mapping[str, str] = {
    "approve": "support_id",
    "remove": "support_id",
    "pin": "support_id",
    "unpin": "support_id",
    "move": "support_id",
    "add": "support_id",
    "comment": "support_id",
    "undo": "number",
    "assign": "assignee",
}
"""Verb to what its first word names; `move ID PLACE` has one more."""
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "remove": ("reason", "note"),
    "move": ("to_place",),
    "add": ("override", "reason"),
    "comment": ("text", "for_team"),
    "defer": ("until", "reason"),
    "assign": ("assignee",),
    "request_second_reader": ("reader",),
    "second_read": ("verdict", "note"),
    "recall": ("reason",),
}
_YES = {"override", "for_team"}
_NUMBERS = {"to_place", "number"}
_CLOSING = time(23, 59, tzinfo=UTC)
"""What is put off until a day is due at its end."""
_FAULTS: Mapping[str, str] = {
    "reason": "Say why.",
    "text": "Write something first.",
    "until": "Choose a day.",
    "to_place": "Give a place in the list as a number.",
    "verdict": "Choose one.",
}
_TOO_LONG = "Keep it under 2,000 characters."


class TypedFields(NamedTuple):
    """What somebody has typed into a form, and what is wrong with it by field."""

    values: Mapping[str, str] = {}
    faults: Mapping[str, str] = {}

    def value(self, name: str) -> str:
        """As it was typed."""
        return self.values.get(name, "")

    def fault(self, name: str) -> str:
        """Empty when nothing is wrong with the field."""
        return self.faults.get(name, "")


class AskedFor(NamedTuple):
    """One thing to do, as a form asks for it."""

    verb: str
    about: str
    """The first word after the verb: mostly a support's id."""
    version: int
    """Of the review as the officer saw it."""
    action: NewAction | None
    """None for `APPROVE_ALL`, and where there are faults."""
    typed: TypedFields

    def with_faults(self, faults: Mapping[str, str]) -> "AskedFor":
        """The same with what is wrong with it."""
        return self._replace(typed=self.typed._replace(faults=faults))


def read_asked(form: FormData) -> AskedFor:
    """What a form asks for; faults are in `typed`, under an empty name where no field is to blame.

    The field `do` holds a verb and what it is about: `approve ID`, `move ID 3`, `undo 7`, `release`.
    """
    values = {name: value for name, value in form.items() if isinstance(value, str)}
    verb, *words = values.get("do", "").split() or [""]
    version = values.get("version", "")
    about = words[0] if words else ""
    asked = AskedFor(
        verb, about, int(version) if version.isdecimal() and len(version) < 8 else 0, None, TypedFields(values)
    )
    if verb == APPROVE_ALL:
        return asked
    body: dict[str, Any] = {"action": verb}
    if about and verb in _PLACES:
        body[_PLACES[verb]] = about
    for name in _FIELDS.get(verb, ()):
        if name in values or name in _YES:
            body[name] = values.get(name) == "yes" if name in _YES else values[name]
    if verb == "move" and len(words) > 1:
        body["to_place"] = words[1]
    return _checked(asked, body)


def faults_by_field(faults: tuple[Fault, ...]) -> Mapping[str, str]:
    """What a use case refuses, by field; what is no field's goes under an empty name."""
    return {fault.pointer.removeprefix("/"): fault.detail for fault in faults}


def _checked(asked: AskedFor, body: dict[str, Any]) -> AskedFor:
    for name in _NUMBERS & body.keys():
        text = str(body[name])
        body[name] = int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None
    for name in ("assignee", "reader"):
        if body.get(name) == "":
            body[name] = None
    if "until" in body:
        body["until"] = _end_of(str(body["until"]))
    try:
        return asked._replace(action=_ACTION.validate_python(body))
    except ValidationError as error:
        found: dict[str, str] = {}
        for one in error.errors():
            name = str(one["loc"][-1]) if len(one["loc"]) > 1 else ""
            too_long = one["type"] == "string_too_long"
            found.setdefault(name, _TOO_LONG if too_long else _FAULTS.get(name, "We did not understand that."))
        return asked.with_faults(found)


def _end_of(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), _CLOSING)
    except ValueError:
        return None
