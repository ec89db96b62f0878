"""Reading an assessment: JSON to answers that fit their instrument, or one report of everything that does not."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from models.assessment import Assessment
from models.base import Fault
from models.vocab import AnswerMode, Domain, Form, ImportanceKey, Length, SpecialAnswer
from recommender.diagnosis.context_answers import check_context
from recommender.errors import InvalidAssessment
from recommender.instruments import LoadedInstrument
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport, Path
from recommender.reading.json_document import NotJson, check_json, parse_json
from recommender.reading.values import fill, parse_lines

__all__ = ["fill_assessment", "parse_assessment", "parse_assessments"]

_LEVELS = (1, 2, 3, 4)


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
    _Answers(document, instrument, report).check()
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


def _objects(raw: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, part in enumerate(raw if isinstance(raw, list | tuple) else ()):
        if isinstance(part, Mapping):
            yield index, part


class _Answers:
    """The checks that depend on the form: domains, items, roles, and the words and numbers that answer them."""

    def __init__(self, document: Mapping[str, Any], instrument: LoadedInstrument, report: FaultReport) -> None:
        self.document = document
        self.instrument = instrument
        self.report = report
        given = document.get("form")
        self.form = next((form for form in instrument.instrument.forms if form == given), None)
        """None when the document has no usable form; what depends on it is then not checked."""
        self.domains = list(instrument.form_domains(self.form)) if self.form else list(instrument.domains)
        self.item_ids = [item.id for item in instrument.items.values() if not self.form or self.form in item.forms]
        self.roles = (
            [option.key for option in instrument.context["role"].options] if "role" in instrument.context else None
        )
        self.text_limits = {question.id: question.max_chars for question in instrument.instrument.open_text}
        self.readiness_ids = [item.id for item in instrument.instrument.readiness]
        self.top_three_max = next(
            (o.max_domains for o in instrument.instrument.importance.options if o.key is ImportanceKey.TOP_THREE), None
        )

    def check(self) -> None:
        team = self.document.get("team")
        context = team.get("context") if isinstance(team, Mapping) else None
        if isinstance(context, Mapping):
            check_context(context, self.instrument, self.form, report=self.report)
        self._domain_list("focus_domains")
        limit = self.instrument.instrument.short_form.before_calibration.focus_domains_max
        focus = self.document.get("focus_domains")
        if isinstance(focus, list | tuple) and len(focus) > limit:
            self.report.add(("focus_domains",), f"At most {limit} focus domains; found {len(focus)}.")
        for path, domain in self._domain_list("set_aside"):
            if self.instrument.domains[domain].skippable_when is None:
                skippable = [d for d in self.domains if self.instrument.domains[d].skippable_when is not None]
                only = f"; only {', '.join(skippable)} can be" if skippable else ""
                self.report.add(path, f"The domain '{domain}' cannot be set aside{only}.")
        retake = self.document.get("retake")
        if isinstance(retake, Mapping):
            for path, level in self._by_domain(retake.get("then"), ("retake", "then")):
                self._level(path, level)
        self._responses()

    def _responses(self) -> None:
        responses = self.document.get("responses")
        if not isinstance(responses, list | tuple):
            return
        if not responses:
            self.report.add(("responses",), "Nobody has answered: at least one response is needed.")
        if self.document.get("answer_mode") == AnswerMode.CONSENSUS and len(responses) > 1:
            detail = f"In consensus mode there is exactly one response, the agreed one; found {len(responses)}."
            self.report.add(("responses",), detail)
        first: dict[str, int] = {}
        for index, response in _objects(responses):
            at: Path = ("responses", index)
            name = response.get("respondent")
            if isinstance(name, str) and first.setdefault(name, index) != index:
                detail = f"Two respondents have the id {found(name)} (the other is /responses/{first[name]})."
                self.report.add((*at, "respondent"), detail)
            self._response(response, at)

    def _response(self, response: Mapping[str, Any], at: Path) -> None:
        role = response.get("role")
        if isinstance(role, str) and self.roles is not None and role not in self.roles:
            self.report.unknown_word((*at, "role"), role, self.roles, what="a role")
        answers = response.get("answers")
        for item_id, value in answers.items() if isinstance(answers, Mapping) else ():
            self._answer((*at, "answers", item_id), item_id, value)
        words = list(ImportanceKey)
        top_three = 0
        for path, value in self._by_domain(response.get("importance"), (*at, "importance")):
            if value not in words:
                self.report.unknown_word(path, value, words, what="an answer on importance")
            top_three += value == ImportanceKey.TOP_THREE
        if self.top_three_max is not None and top_three > self.top_three_max:
            detail = f"At most {self.top_three_max} domains can be top_three; found {top_three}."
            self.report.add((*at, "importance"), detail)
        for path, parts in self._by_domain(response.get("readiness"), (*at, "readiness")):
            for part, level in parts.items() if isinstance(parts, Mapping) else ():
                if part not in self.readiness_ids:
                    self.report.unknown_word((*path, part), part, self.readiness_ids, what="a readiness question")
                else:
                    self._level((*path, part), level)
        texts = response.get("open_text")
        for key, text in texts.items() if isinstance(texts, Mapping) else ():
            limit = self.text_limits.get(key)
            if isinstance(text, str) and limit is not None and len(text) > limit:
                detail = f"At most {limit} characters; found {len(text)}."
                self.report.add((*at, "open_text", key), detail)

    def _answer(self, path: Path, item_id: str, value: object) -> None:
        item = self.instrument.items.get(item_id)
        if item is None:
            self.report.unknown_word(path, item_id, self.item_ids, what="an item of this instrument")
            return
        if self.form is not None and self.form not in item.forms:
            forms = " and ".join(item.forms)
            detail = f"The item '{item_id}' is asked on the {forms} form only; this is the {self.form} form."
            self.report.add(path, detail)
        if value == SpecialAnswer.NOT_APPLICABLE and not item.na_ok:
            self.report.add(path, f"The item '{item_id}' does not offer not_applicable; not_sure and skipped are open.")
        elif not _is_level(value) and value not in list(SpecialAnswer):
            special = [word for word in SpecialAnswer if word is not SpecialAnswer.NOT_APPLICABLE or item.na_ok]
            detail = (
                f"Expected a level, one of the whole numbers 1 to 4, or {', '.join(special)}; found {found(value)}."
            )
            self.report.add(path, detail)

    def _level(self, path: Path, value: object) -> None:
        if not _is_level(value):
            self.report.add(path, f"Expected a level, one of the whole numbers 1 to 4; found {found(value)}.")

    def _domain(self, path: Path, word: object) -> Domain | None:
        if word in self.domains:
            return Domain(str(word))
        if self.form is not None and word in list(self.instrument.domains):
            self.report.add(path, f"The domain '{word}' is not on the {self.form} form.")
        else:
            self.report.unknown_word(path, word, self.domains, what="a domain")
        return None

    def _domain_list(self, key: str) -> list[tuple[Path, Domain]]:
        """The known domains of a list of domain ids, with their places."""
        raw = self.document.get(key)
        known: list[tuple[Path, Domain]] = []
        for index, word in enumerate(raw if isinstance(raw, list | tuple) else ()):
            domain = self._domain((key, index), word)
            if domain is not None and any(domain == other for _, other in known):
                self.report.add((key, index), f"The domain '{domain}' is given twice.")
            elif domain is not None:
                known.append(((key, index), domain))
        return known

    def _by_domain(self, raw: object, at: Path) -> Iterator[tuple[Path, Any]]:
        """The values of an object keyed by domain, where the domain is known."""
        for word, value in raw.items() if isinstance(raw, Mapping) else ():
            if self._domain((*at, word), word) is not None:
                yield (*at, word), value


def _is_date(value: object) -> bool:
    # The model alone would also take a number of seconds.
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_level(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in _LEVELS
