"""Answers against the form that asks for them: one check for whole assessments and for pieces of a person's answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.assessment import Answers, OpenText
from models.base import Fault
from models.instrument import Item
from models.vocab import Domain, Form, ImportanceKey, SpecialAnswer
from recommender.instruments import LoadedInstrument
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport, Path
from recommender.reading.json_document import check_json
from recommender.reading.values import fill

__all__ = ["FormCheck", "check_response", "check_window"]

_LEVELS = (1, 2, 3, 4)
_SINGLE = ("role", "share_text", "match_from_answers")
_PARTS = ("answers", "importance", "readiness", "open_text")


def check_response(
    response: Mapping[str, Any], instrument: LoadedInstrument, form: Form, *, n_top_three: int = 0
) -> tuple[Fault, ...]:
    """Every fault of pieces of one person's answers, with its pointer into them (`/answers/la1`), in their order.

    Args:
        response: any of the fields of `models.assessment.Answers`. None in the place of an answer takes it out, so that
            only its name is checked.
        instrument: the questionnaire.
        form: the form that is asked.
        n_top_three: domains that count as `top_three` already, beside those in the response.
    """
    report = FaultReport()
    check_json(response, report)
    FormCheck(instrument, form, report).response(response, (), n_top_three=n_top_three, may_take_out=True)
    fill(Answers, _set_in(response), report)
    return report.faults(response)


def check_window(window: Mapping[str, Any], instrument: LoadedInstrument, form: Form) -> tuple[Fault, ...]:
    """Every fault of the choices that a window makes beside the answers, with its pointer into them.

    Args:
        window: any of `focus_domains`, `set_aside` and `retake`, as in an assessment.
        instrument: the questionnaire.
        form: the form that is asked.
    """
    report = FaultReport()
    FormCheck(instrument, form, report).window(window)
    return report.faults(window)


class FormCheck:
    """The checks that depend on the form: domains, items, roles, and the words and numbers that answer them."""

    def __init__(self, instrument: LoadedInstrument, form: Form | None, report: FaultReport) -> None:
        """Tell `report`; without a usable `form`, what depends on it is not checked."""
        self._instrument = instrument
        self._form = form
        self._report = report
        self._domains = list(instrument.form_domains(form)) if form else list(instrument.domains)
        self._item_ids = [item.id for item in instrument.items.values() if not form or form in item.forms]
        self._roles = (
            [option.key for option in instrument.context["role"].options] if "role" in instrument.context else None
        )
        self._text_limits = {question.id: question.max_chars for question in instrument.instrument.open_text}
        self._readiness_ids = [item.id for item in instrument.instrument.readiness]
        self._top_three_max = next(
            (o.max_domains for o in instrument.instrument.importance.options if o.key is ImportanceKey.TOP_THREE), None
        )

    def window(self, document: Mapping[str, Any]) -> None:
        """Check the choices of a window: focus domains, domains set aside, and how a retake sees the earlier time."""
        focus = document.get("focus_domains")
        self._domain_list("focus_domains", focus)
        limit = self._instrument.instrument.short_form.before_calibration.focus_domains_max
        if isinstance(focus, list | tuple) and len(focus) > limit:
            self._report.add(("focus_domains",), f"At most {limit} focus domains; found {len(focus)}.")
        for path, domain in self._domain_list("set_aside", document.get("set_aside")):
            if self._instrument.domains[domain].skippable_when is None:
                skippable = [d for d in self._domains if self._instrument.domains[d].skippable_when is not None]
                only = f"; only {', '.join(skippable)} can be" if skippable else ""
                self._report.add(path, f"The domain '{domain}' cannot be set aside{only}.")
        retake = document.get("retake")
        if isinstance(retake, Mapping):
            for path, level in self._by_domain(retake.get("then"), ("retake", "then")):
                self._level(path, level)

    def response(
        self, response: Mapping[str, Any], at: Path, *, n_top_three: int = 0, may_take_out: bool = False
    ) -> None:
        """Check one person's answers at the place `at`; see `check_response` for the rest.

        Args:
            response: the answers; parts with a wrong shape are for the model to tell.
            at: where they stand.
            n_top_three: as there.
            may_take_out: whether None takes an answer out; else it is none.
        """
        role = response.get("role")
        if isinstance(role, str) and self._roles is not None and role not in self._roles:
            self._report.unknown_word((*at, "role"), role, self._roles, what="a role")
        answers = response.get("answers")
        for item_id, value in answers.items() if isinstance(answers, Mapping) else ():
            path: Path = (*at, "answers", item_id)
            item = self._item(path, item_id)
            if item is not None and not (may_take_out and value is None):
                self._answer(path, item, value)
        words = list(ImportanceKey)
        top_three = n_top_three
        for path, value in self._by_domain(response.get("importance"), (*at, "importance")):
            if may_take_out and value is None:
                continue
            if value not in words:
                self._report.unknown_word(path, value, words, what="an answer on importance")
            top_three += value == ImportanceKey.TOP_THREE
        if self._top_three_max is not None and top_three > self._top_three_max:
            detail = f"At most {self._top_three_max} domains can be top_three; found {top_three}."
            self._report.add((*at, "importance"), detail)
        for path, parts in self._by_domain(response.get("readiness"), (*at, "readiness")):
            for part, level in parts.items() if isinstance(parts, Mapping) else ():
                if part not in self._readiness_ids:
                    self._report.unknown_word((*path, part), part, self._readiness_ids, what="a readiness question")
                elif not (may_take_out and level is None):
                    self._level((*path, part), level)
        texts = response.get("open_text")
        for key, text in texts.items() if isinstance(texts, Mapping) else ():
            limit = self._text_limits.get(key)
            if isinstance(text, str) and limit is not None and len(text) > limit:
                detail = f"At most {limit} characters; found {len(text)}."
                self._report.add((*at, "open_text", key), detail)
            elif text is None and may_take_out and key not in OpenText.model_fields:
                self._report.unknown_word(
                    (*at, "open_text", key), key, list(OpenText.model_fields), what="a field here"
                )

    def _item(self, path: Path, item_id: str) -> Item | None:
        item = self._instrument.items.get(item_id)
        if item is None:
            self._report.unknown_word(path, item_id, self._item_ids, what="an item of this instrument")
        elif self._form is not None and self._form not in item.forms:
            forms = " and ".join(item.forms)
            detail = f"The item '{item_id}' is asked on the {forms} form only; this is the {self._form} form."
            self._report.add(path, detail)
        return item

    def _answer(self, path: Path, item: Item, value: object) -> None:
        if value == SpecialAnswer.NOT_APPLICABLE and not item.na_ok:
            self._report.add(
                path, f"The item '{item.id}' does not offer not_applicable; not_sure and skipped are open."
            )
        elif not _is_level(value) and value not in list(SpecialAnswer):
            special = [word for word in SpecialAnswer if word is not SpecialAnswer.NOT_APPLICABLE or item.na_ok]
            detail = (
                f"Expected a level, one of the whole numbers 1 to 4, or {', '.join(special)}; found {found(value)}."
            )
            self._report.add(path, detail)

    def _level(self, path: Path, value: object) -> None:
        if not _is_level(value):
            self._report.add(path, f"Expected a level, one of the whole numbers 1 to 4; found {found(value)}.")

    def _domain(self, path: Path, word: object) -> Domain | None:
        if word in self._domains:
            return Domain(str(word))
        if self._form is not None and word in list(self._instrument.domains):
            self._report.add(path, f"The domain '{word}' is not on the {self._form} form.")
        else:
            self._report.unknown_word(path, word, self._domains, what="a domain")
        return None

    def _domain_list(self, key: str, raw: object) -> list[tuple[Path, Domain]]:
        """The known domains of a list of domain ids, with their places."""
        known: list[tuple[Path, Domain]] = []
        for index, word in enumerate(raw if isinstance(raw, list | tuple) else ()):
            domain = self._domain((key, index), word)
            if domain is not None and any(domain == other for _, other in known):
                self._report.add((key, index), f"The domain '{domain}' is given twice.")
            elif domain is not None:
                known.append(((key, index), domain))
        return known

    def _by_domain(self, raw: object, at: Path) -> Iterator[tuple[Path, Any]]:
        """The values of an object keyed by domain, where the domain is known."""
        for word, value in raw.items() if isinstance(raw, Mapping) else ():
            if self._domain((*at, word), word) is not None:
                yield (*at, word), value


def _set_in(response: Mapping[str, Any]) -> dict[str, Any]:
    """What a response sets: without what it takes out."""
    given = {key: value for key, value in response.items() if value is not None or key not in _SINGLE}
    for part in _PARTS:
        if isinstance(values := given.get(part), Mapping):
            given[part] = {
                key: {name: level for name, level in value.items() if level is not None}
                if part == "readiness" and isinstance(value, Mapping)
                else value
                for key, value in values.items()
                if value is not None
            }
    return given


def _is_level(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in _LEVELS
