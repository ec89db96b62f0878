"""From a caller's document to a recommendation run: what HTTP and the command line both do."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models.assessment import Assessment
from models.base import Fault
from models.kinds import KINDS
from models.recommendation import RecommendationRun
from models.vocab import SupportKind
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.evidence import Basis
from recommender.diagnosis.release import released_team
from recommender.errors import InvalidAssessment
from recommender.instruments import LoadedInstrument
from recommender.pipeline import ListTerms, Recommender, Source
from recommender.reading.fault_words import Hints, found
from recommender.reading.faults import join_pointer
from recommender.reading.json_document import NotJson, parse_json

__all__ = ["MAX_K", "parse_preview", "recommend", "source_of"]

MAX_K = 50
"""Longest list that a recommendation may ask for."""


def recommend(
    recommender: Recommender,
    assessment: Assessment,
    *,
    today: date,
    as_of: date | None = None,
    kinds: Sequence[SupportKind] = tuple(KINDS),
    k: int | None = None,
    basis: Basis = "release",
) -> RecommendationRun:
    """The run of one assessment.

    Args:
        recommender: what ranks.
        assessment: the team's answers.
        today: the caller's clock, used where neither `as_of` nor the assessment names a date.
        as_of: the date that season and freshness use; wins over the assessment's own.
        kinds: kinds of support to list.
        k: longest list; None means the configured length.
        basis: `answers` uses them in full, for whoever owns them: what comes of it tells single answers.
    """
    terms = ListTerms(as_of or assessment.as_of or today, kinds=kinds, k=k)
    return recommender.recommend(source_of(recommender, assessment, basis), terms)


def source_of(recommender: Recommender, assessment: Assessment, basis: Basis) -> Source:
    """What the recommender gets of an assessment: all of it, or what everybody but its authors gets."""
    if basis == "answers":
        return assessment
    return released_team(assessment, recommender.instrument, recommender.config.scoring)


def parse_preview(body: bytes, instrument: LoadedInstrument) -> Assessment:
    """The assessment of a preview's body, with its `what_if` applied.

    `what_if` is an object with, both optional, `context` (merged over the team's context; null takes an answer out)
    and `answers` (item id to the answer that every respondent is then taken to have given).

    Raises:
        InvalidAssessment: every fault of the assessment, then every one that `what_if` adds, under `/what_if`.
    """
    try:
        document = parse_json(body)
    except NotJson as error:
        raise InvalidAssessment([Fault(pointer="", detail=str(error))]) from error
    if not isinstance(document, dict) or "what_if" not in document:
        return parse_assessment(document, instrument)
    what_if = document.pop("what_if")
    return _with_what_if(document, what_if, instrument)


def _with_what_if(document: dict[str, Any], what_if: Any, instrument: LoadedInstrument) -> Assessment:
    """The assessment of a parsed document, with the changes of a `what_if` as `parse_preview` describes it.

    Raises:
        InvalidAssessment: every fault of the assessment, then every one that `what_if` adds, under `/what_if`.
    """
    faults: list[Fault] = []
    try:
        parse_assessment(document, instrument)
    except InvalidAssessment as error:
        faults += error.faults
    known = {(fault.pointer, fault.detail) for fault in faults}
    if shape := _shape_faults(what_if):
        raise InvalidAssessment([*faults, *shape])
    context, answers = what_if.get("context", {}), what_if.get("answers", {})
    # What is wrong with a change is wrong for every response, so it is looked for in one of them: three hundred unknown
    # items for three hundred people would be ninety thousand faults.
    try:
        parse_assessment(_applied(_with_one_response(document), context, answers), instrument)
    except InvalidAssessment as error:
        unknown = (fault for fault in error.faults if (fault.pointer, fault.detail) not in known)
        moved = (_moved(fault, context, answers) for fault in unknown)
        if own := {(fault.pointer, fault.detail): fault for fault in moved if fault.pointer.startswith("/what_if/")}:
            raise InvalidAssessment([*faults, *own.values()]) from None
    try:
        assessment = parse_assessment(_applied(document, context, answers), instrument)
    except InvalidAssessment as error:
        moved = (_moved(fault, context, answers) for fault in error.faults)
        new = {(fault.pointer, fault.detail): fault for fault in moved}
        faults += [fault for what, fault in new.items() if what not in known]
    if faults:
        raise InvalidAssessment(faults)
    return assessment


def _with_one_response(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document with the first response in which answers can be changed; the others are left out."""
    responses = document.get("responses")
    if not isinstance(responses, list) or len(responses) < 2:
        return document
    usable = [one for one in responses if isinstance(one, dict) and isinstance(one.get("answers", {}), dict)]
    return {**document, "responses": usable[:1] or responses[:1]}


def _shape_faults(what_if: object) -> list[Fault]:
    if not isinstance(what_if, dict):
        detail = f"Expected an object with context, answers or both; found {found(what_if)}."
        return [Fault(pointer="/what_if", detail=detail)]
    faults = []
    for key, part in what_if.items():
        if key not in ("context", "answers"):
            detail = Hints().unknown_word(key, ("context", "answers"), what="a field here")
            faults.append(Fault(pointer=f"/what_if{_pointer(key)}", detail=detail))
        elif not isinstance(part, dict):
            faults.append(Fault(pointer=f"/what_if/{key}", detail=f"Expected an object; found {found(part)}."))
    return faults


def _applied(document: Mapping[str, Any], context: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the changes, as far as its shape lets them in."""
    changed = dict(document)
    team = changed.get("team")
    if isinstance(team, dict) and isinstance(given := team.get("context", {}), dict):
        merged = {**given, **context}
        kept = {key: value for key, value in merged.items() if not (key in context and value is None)}
        changed["team"] = {**team, "context": kept}
    if isinstance(responses := changed.get("responses"), list):
        changed["responses"] = [
            {**response, "answers": {**response.get("answers", {}), **answers}}
            if isinstance(response, dict) and isinstance(response.get("answers", {}), dict)
            else response
            for response in responses
        ]
    return changed


def _moved(fault: Fault, context: Mapping[str, Any], answers: Mapping[str, Any]) -> Fault:
    """The fault, pointing to where the caller wrote the value."""
    match fault.pointer.split("/")[1:]:
        case ["team", "context", key, *rest] if f"/{key}" in map(_pointer, context):
            pointer = "/".join(["", "what_if", "context", key, *rest])
        case ["responses", _, "answers", key, *rest] if f"/{key}" in map(_pointer, answers):
            pointer = "/".join(["", "what_if", "answers", key, *rest])
        case _:
            return fault
    return fault.model_copy(update={"pointer": pointer})


def _pointer(key: str) -> str:
    return join_pointer([key])
