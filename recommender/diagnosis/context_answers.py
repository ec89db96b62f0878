"""Checking the answers about a team's situation against the instrument's context questions."""

from collections.abc import Mapping
from typing import Any, TypeGuard

from models.instrument import ContextQuestion
from models.vocab import Form
from recommender.instruments import LoadedInstrument
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport, Path

__all__ = ["ELSEWHERE", "check_context"]

ELSEWHERE = {"form": "/form", "answer_mode": "/answer_mode", "role": "/responses/…/role"}
"""Context questions whose answers live outside the context, and where."""


def check_context(
    context: Mapping[str, Any],
    instrument: LoadedInstrument,
    form: Form | None,
    *,
    report: FaultReport,
    at: Path = ("team", "context"),
) -> None:
    """Add a fault to `report` for each context answer that its question does not take.

    Args:
        context: the answers by question.
        instrument: the questions.
        form: the form of the assessment; None when it is itself a fault, and then no question is refused for it.
        report: takes the faults.
        at: the place of the answers.
    """
    for key, value in context.items():
        path: Path = (*at, key)
        question = instrument.context.get(key)
        if key in ELSEWHERE:
            report.add(path, f"The answer to '{key}' lives at {ELSEWHERE[key]}, not in the context.")
        elif question is None:
            ids = [q.id for q in instrument.context.values() if q.id not in ELSEWHERE and (not form or form in q.forms)]
            report.unknown_word(path, key, ids, what="a context question")
        elif form is not None and form not in question.forms:
            forms = " and ".join(question.forms)
            report.add(path, f"The question '{key}' is asked on the {forms} form only; this is the {form} form.")
        elif value is None:
            report.add(path, "null is not an answer; leave the question out when the answer is unknown.")
        else:
            _check_value(path, question, value, report)
    _check_together(context, instrument, report, at)


def _check_together(context: Mapping[str, Any], instrument: LoadedInstrument, report: FaultReport, at: Path) -> None:
    """Add a fault for each answer that contradicts another one, as far as both are answers."""
    for key, value in context.items():
        if (handling := instrument.handling.get(key)) is None:
            continue
        if isinstance(value, list | tuple) and any(word != value[0] for word in value):
            for index, word in enumerate(value):
                if word in handling.alone:
                    report.add((*at, key, index), f"'{word}' stands alone: leave it out, or leave out the others.")
        whole = context.get(handling.at_most) if handling.at_most else None
        if handling.at_most and _is_whole(value) and _is_whole(whole) and value > whole:
            text = instrument.context[handling.at_most].text
            report.add((*at, key), f"Expected at most {whole}, the answer to “{text}”; found {value}.")


def _check_value(path: Path, question: ContextQuestion, value: object, report: FaultReport) -> None:
    options = [option.key for option in question.options]
    what = f"an option of '{question.id}'"
    match question.kind:
        case "single":
            if not isinstance(value, str):
                report.add(path, f"Expected one option as text; found {found(value)}.")
            elif value not in options:
                report.unknown_word(path, value, options, what=what)
        case "multi":
            if not isinstance(value, list | tuple):
                report.add(path, f"Expected a list of options; found {found(value)}.")
                return
            seen: set[str] = set()
            for index, word in enumerate(value):
                if word not in options:
                    report.unknown_word((*path, index), word, options, what=what)
                elif word in seen:
                    report.add((*path, index), f"The option {found(word)} is given twice.")
                else:
                    seen.add(word)
            if question.max is not None and len(value) > question.max:
                report.add(path, f"At most {question.max} options; found {len(value)}.")
        case "percent":
            _check_number(path, value, report, low=0, high=100)
        case "integer":
            _check_number(path, value, report, low=question.min, high=question.max)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_number(path: Path, value: object, report: FaultReport, *, low: int | None, high: int | None) -> None:
    if not (_is_whole(value) and (low is None or value >= low) and (high is None or value <= high)):
        if low is None:
            expected = "" if high is None else f" of at most {high}"
        else:
            expected = f" of at least {low}" if high is None else f" from {low} to {high}"
        report.add(path, f"Expected a whole number{expected}; found {found(value)}.")
