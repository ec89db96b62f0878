"""Reading an assessment: JSON to answers that fit their instrument, or one report of everything that does not."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from models.assessment import Assessment
from models.base import Fault
from models.vocab import AnswerMode, Form, Length
from recommender.diagnosis.context_answers import check_context
from recommender.diagnosis.form_check import FormCheck
from recommender.errors import InvalidAssessment
from recommender.instruments import LoadedInstrument
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport, Path
from recommender.reading.json_document import NotJson, check_json, parse_json
from recommender.reading.values import fill, parse_lines

__all__ = ["fill_assessment", "parse_assessment", "parse_assessments"]


def parse_assessment(raw: bytes | str | Mapping[str, Any], instrument: LoadedInstrument) -> Assessment:
    """An assessment that fits its instrument.

    Args:
        raw: one JSON document (bytes are UTF-8), or the same already parsed.
        instrument: the instrument that the assessment must name.

    Returns:
        The answers. Answers to items that a short form does not ask are kept, but never scored.

    Raises:
        InvalidAssessment: lists every fault with its JSON pointer, in document order: not JSON, repeated keys,
            numbers that JSON lacks, wrong shapes, unknown ids and words, and answers that the form does not ask for.
    """
    report = FaultReport()
    document: object = raw
    if isinstance(raw, bytes | str):
        try:
            document = parse_json(raw)
        except NotJson as error:
            raise InvalidAssessment([Fault(pointer="", detail=str(error))]) from error
    check_json(document, report)
    assessment = fill_assessment(document, report, instrument=instrument)
    if report or assessment is None:
        raise InvalidAssessment(report.faults(document))
    return assessment


def parse_assessments(
    content: bytes, read: Callable[[Any, FaultReport], Assessment | None], *, file: str, empty: str | None = None
) -> tuple[Assessment, ...]:
    """The assessments of a text with one JSON object a line, in its order; blank lines are skipped.

    Args:
        content: the text, in UTF-8.
        read: the assessment of a line's data, as `fill_assessment` gives it.
        file: how faults name it.
        empty: the fault of a text without an assessment; None lets it pass.

    Raises:
        InvalidAssessment: every fault of every line with `file` and line, repeated assessment ids among them.
    """
    assessments: list[Assessment] = []
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for line in parse_lines(content, read, file=file, empty=empty):
        faults += line.faults
        if line.value is None or line.faults:
            continue
        earlier = first.setdefault(line.value.assessment_id, line.number)
        if earlier != line.number:
            detail = f"The assessment id '{line.value.assessment_id}' is already used on line {earlier}."
            faults.append(Fault(pointer="/assessment_id", detail=detail, file=file, line=line.number))
        assessments.append(line.value)
    if faults:
        raise InvalidAssessment(faults)
    return tuple(assessments)


def fill_assessment(document: object, report: FaultReport, *, instrument: LoadedInstrument) -> Assessment | None:
    """The assessment of a parsed document; None, and faults in the report, where it does not fit its instrument."""
    if not isinstance(document, Mapping):
        report.add((), f"Expected a JSON object with an assessment; found {found(document)}.")
        return None
    _check_head(document, instrument, report)
    _check_answers(document, instrument, report)
    return fill(Assessment, document, report)


def _check_head(document: Mapping[str, Any], instrument: LoadedInstrument, report: FaultReport) -> None:
    assessment_id = document.get("assessment_id")
    # Rankings are written as files whose columns are separated by spaces.
    if isinstance(assessment_id, str) and (not assessment_id or any(letter.isspace() for letter in assessment_id)):
        report.add(("assessment_id",), "An assessment id is one word without spaces.")
    reference = document.get("instrument")
    version = instrument.version
    for key, expected in (("id", version.id), ("version", version.version)):
        given = reference.get(key) if isinstance(reference, Mapping) else None
        if isinstance(given, str) and given != expected:
            report.unknown_word(("instrument", key), given, [expected], what=f"the {key} of the instrument in use")
    forms = [form for form in Form if form in instrument.instrument.forms]
    for key, words, what in (
        ("form", forms, "a form of this instrument"),
        ("answer_mode", list(AnswerMode), "an answer mode"),
        ("length", list(Length), "a length"),
    ):
        if key in document and document[key] not in words:
            report.unknown_word((key,), document[key], words, what=what)
    as_of = document.get("as_of")
    if as_of is not None and not _is_date(as_of):
        report.add(("as_of",), f"Expected a date such as 2026-10-15; found {found(as_of)}.")
    retake = document.get("retake")
    if isinstance(retake, Mapping) and assessment_id is not None and retake.get("previous_id") == assessment_id:
        report.add(("retake", "previous_id"), "An assessment cannot be its own retake.")


def _check_answers(document: Mapping[str, Any], instrument: LoadedInstrument, report: FaultReport) -> None:
    given = document.get("form")
    form = next((form for form in instrument.instrument.forms if form == given), None)
    team = document.get("team")
    context = team.get("context") if isinstance(team, Mapping) else None
    if isinstance(context, Mapping):
        check_context(context, instrument, form, report=report)
    check = FormCheck(instrument, form, report)
    check.window(document)
    responses = document.get("responses")
    if not isinstance(responses, list | tuple):
        return
    if not responses:
        report.add(("responses",), "Nobody has answered: at least one response is needed.")
    if document.get("answer_mode") == AnswerMode.CONSENSUS and len(responses) > 1:
        detail = f"In consensus mode there is exactly one response, the agreed one; found {len(responses)}."
        report.add(("responses",), detail)
    first: dict[str, int] = {}
    for index, response in enumerate(responses):
        if not isinstance(response, Mapping):
            continue
        at: Path = ("responses", index)
        name = response.get("respondent")
        if isinstance(name, str) and first.setdefault(name, index) != index:
            detail = f"Two respondents have the id {found(name)} (the other is /responses/{first[name]})."
            report.add((*at, "respondent"), detail)
        check.response(response, at)


def _is_date(value: object) -> bool:
    # The model alone would also take a number of seconds.
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
