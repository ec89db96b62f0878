"""How pages and rules handle context questions: kept in the document of an instrument, but apart from what it asks.

Stored assessments, windows and runs name the content hash of the instrument they used. A new hint or another order of a
page changes none of them, so these parts stand outside the hash, and instruments stored without them stay readable.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from models.instrument import ContextQuestion, Handling, PageGroup
from models.rules import DEMOGRAPHIC_FIELDS, TeamFact
from recommender.reading.faults import FaultReport, Path
from recommender.reading.values import fill

__all__ = ["Apart", "check_handling", "handling_in", "page_groups_in", "take_apart"]

_GROUPS = "page_groups"
_HANDLING = "handling"
_ALL_GROUPS = TypeAdapter(tuple[PageGroup, ...])


class Apart(NamedTuple):
    """A document in its two parts."""

    asked: dict[str, Any]
    """What is asked: the part that the content hash covers."""
    groups: object
    """The page groups as they stand in the document."""
    handling: Mapping[int, object]
    """Place of a context question to its handling as it stands in the document."""


def take_apart(document: Mapping[str, Any]) -> Apart:
    """What a document asks, and how its answers are handled; either part may still have a wrong shape."""
    asked = {key: value for key, value in document.items() if key != _GROUPS}
    context = document.get("context")
    if not isinstance(context, list):
        return Apart(asked, document.get(_GROUPS, ()), {})
    asked["context"] = [
        {key: value for key, value in question.items() if key != _HANDLING}
        if isinstance(question, Mapping)
        else question
        for question in context
    ]
    handling = {
        place: question[_HANDLING]
        for place, question in enumerate(context)
        if isinstance(question, Mapping) and _HANDLING in question
    }
    return Apart(asked, document.get(_GROUPS, ()), handling)


def page_groups_in(apart: Apart) -> tuple[PageGroup, ...]:
    """The page groups, in their order.

    Raises:
        pydantic.ValidationError: they have a wrong shape.
    """
    return _ALL_GROUPS.validate_python(apart.groups)


def handling_in(apart: Apart, questions: Sequence[ContextQuestion]) -> dict[str, Handling]:
    """How each question is handled, by its id; all defaults where the document says nothing.

    Raises:
        pydantic.ValidationError: one has a wrong shape.
    """
    return {
        question.id: Handling.model_validate(apart.handling.get(place, {})) for place, question in enumerate(questions)
    }


def check_handling(apart: Apart, report: FaultReport) -> None:
    """Add a fault to `report` for every wrong shape, unknown group or option, and answer that rules may never test."""
    groups = _groups(apart, report)
    names = [group.id for group in groups]
    for name in {name for name in names if names.count(name) > 1}:
        report.add((_GROUPS,), f"The page group '{name}' is given twice.")
    context = enumerate(apart.asked["context"]) if apart.handling else ()
    questions = {place: read for place, one in context if (read := _question(one)) is not None}
    for place, raw in apart.handling.items():
        at: Path = ("context", place, _HANDLING)
        handling = fill(Handling, raw, report, at=at, root={"context": {place: {_HANDLING: raw}}})
        if handling is None:
            continue
        if handling.group is not None and handling.group not in names:
            report.unknown_word((*at, "group"), handling.group, names, what="a page group")
        if (question := questions.get(place)) is None:
            continue
        options = [option.key for option in question.options]
        numbers = [one.id for one in questions.values() if one.kind == "integer" and one.id != question.id]
        for option in handling.option_hints:
            if option not in options:
                what = f"an option of '{question.id}'"
                report.unknown_word((*at, "option_hints", option), option, options, what=what)
        for index, option in enumerate(handling.alone):
            if option not in options or question.kind != "multi":
                what = f"an option of '{question.id}' beside which others can be chosen"
                report.unknown_word(
                    (*at, "alone", index), option, options if question.kind == "multi" else [], what=what
                )
        if handling.at_most is not None and (question.kind != "integer" or handling.at_most not in numbers):
            report.unknown_word((*at, "at_most"), handling.at_most, numbers, what="another question about a number")
        if handling.trial_place is not None and not question.options:
            report.add((*at, "trial_place"), f"Only chosen answers can be tried; a {question.kind} question has none.")
        for detail in _closed_to_rules(question) if handling.rules else ():
            report.add((*at, "rules"), detail)


def _groups(apart: Apart, report: FaultReport) -> tuple[PageGroup, ...]:
    return fill(_ALL_GROUPS, apart.groups, report, at=(_GROUPS,), root={_GROUPS: apart.groups}) or ()


def _question(raw: object) -> ContextQuestion | None:
    try:
        return ContextQuestion.model_validate(raw)
    except ValidationError:
        return None


def _closed_to_rules(question: ContextQuestion) -> Iterator[str]:
    """Why rules may not test an answer."""
    if question.id in DEMOGRAPHIC_FIELDS:
        yield "Rules may not test who a team's students are, where it is, or its size."
    elif question.id in set(TeamFact):
        yield f"Rules know '{question.id}' already, as a fact about the team."
    elif not question.options:
        yield f"Rules test words; a {question.kind} question gives a number."
