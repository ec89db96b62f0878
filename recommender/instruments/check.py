"""What an instrument must agree on with itself and with the vocabularies; shapes are the models' business."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from models.assessment import OpenText
from models.instrument import (
    ContextQuestion,
    FormSpec,
    Importance,
    Item,
    LevelSpec,
    OpenTextQuestion,
    ReadinessItem,
    ShortForm,
    SpecialAnswerSpec,
)
from models.vocab import Audience, Cost, Domain, FocusArea, Form, GradeBand, ImportanceKey, Modality, SpecialAnswer
from recommender.reading.faults import FaultReport, Path

__all__ = ["check_references"]

T = TypeVar("T")

VOCABULARIES: Mapping[str, Sequence[str]] = {
    "audiences": [*Audience, "other"],
    "focus_areas": list(FocusArea),
    "grade_bands": list(GradeBand),
    "modality": list(Modality),
}
"""Words that the options of a question with a `vocabulary` may use; a respondent's role can also be `other`."""


def check_references(document: Mapping[str, Any], report: FaultReport) -> None:
    """Add a fault to `report` for every contradiction in an instrument's document.

    Parts with a wrong shape are passed over (the models report them), so that one broken item does not hide the
    faults of the others.
    """
    items = _check_items(document, report)
    _check_forms(document, items, report)
    _check_scales(document, report)
    _check_context(document, report)
    for index, question in _parts(document, "open_text", OpenTextQuestion):
        if question.id not in OpenText.model_fields:
            allowed = list(OpenText.model_fields)
            report.unknown_word(("open_text", index, "id"), question.id, allowed, what="an open-text answer")


def _read(kind: type[T], raw: object) -> T | None:
    try:
        return TypeAdapter(kind).validate_python(raw)
    except ValidationError:
        return None


def _parts(document: Mapping[str, Any], key: str, kind: type[T]) -> Iterator[tuple[int, T]]:
    """The well-shaped members of a list, with their places."""
    raw = document.get(key)
    for index, part in enumerate(raw if isinstance(raw, list) else ()):
        value = _read(kind, part)
        if value is not None:
            yield index, value


def _check_unique(ids: Iterator[tuple[Path, str]], report: FaultReport, *, what: str) -> None:
    seen: set[str] = set()
    for path, name in ids:
        if name in seen:
            report.add(path, f"The {what} '{name}' is given twice.")
        seen.add(name)


def _check_items(document: Mapping[str, Any], report: FaultReport) -> dict[str, list[Item]]:
    """The well-shaped items of each domain id."""
    items: dict[str, list[Item]] = {}
    places: list[tuple[Path, str]] = []
    domain_ids: list[tuple[Path, str]] = []
    raw_domains = document.get("domains")
    for index, raw in enumerate(raw_domains if isinstance(raw_domains, list) else ()):
        if not isinstance(raw, Mapping) or raw.get("id") not in set(Domain):
            continue
        domain_ids.append((("domains", index, "id"), raw["id"]))
        of_domain = items.setdefault(raw["id"], [])
        for place, item in _parts(raw, "items", Item):
            places.append((("domains", index, "items", place, "id"), item.id))
            of_domain.append(item)
            if not item.forms:
                report.add(("domains", index, "items", place, "forms"), f"Item '{item.id}' is on no form.")
    _check_unique(iter(domain_ids), report, what="domain")
    _check_unique(iter(places), report, what="item id")
    return items


def _check_forms(document: Mapping[str, Any], items: Mapping[str, list[Item]], report: FaultReport) -> None:
    short = _read(ShortForm, document.get("short_form"))
    raw_forms = document.get("forms")
    for raw_name, raw in raw_forms.items() if isinstance(raw_forms, Mapping) else ():
        spec = _read(FormSpec, raw)
        if spec is None or raw_name not in set(Form):
            continue
        form, at = Form(raw_name), ("forms", str(raw_name))
        on_form = {domain: [item for item in of_domain if form in item.forms] for domain, of_domain in items.items()}
        _check_unique(((((*at, "domains", i)), domain) for i, domain in enumerate(spec.domains)), report, what="domain")
        for index, domain in enumerate(spec.domains):
            core = sum(item.core for item in on_form.get(domain, ()))
            if not on_form.get(domain):
                report.add((*at, "domains", index), f"Domain '{domain}' has no item on the {form} form.")
            elif short is not None and core != short.core_items_per_domain:
                expected = short.core_items_per_domain
                detail = f"Domain '{domain}' has {core} core items on the {form} form; short_form expects {expected}."
                report.add((*at, "domains", index), detail)
        for other, its_items in on_form.items():
            if its_items and other not in spec.domains:
                detail = f"Domain '{other}' has items on the {form} form, but the form does not list it."
                report.add((*at, "domains"), detail)
        asked = [item for domain in dict.fromkeys(spec.domains) for item in on_form.get(domain, ())]
        for key, stated, counted in (
            ("full_items", spec.full_items, len(asked)),
            ("short_core_items", spec.short_core_items, sum(item.core for item in asked)),
        ):
            if stated != counted:
                report.add((*at, key), f"{key} says {stated}, but the {form} form has {counted}.")


def _check_scales(document: Mapping[str, Any], report: FaultReport) -> None:
    levels = [level.value for _, level in _parts(document, "levels", LevelSpec)]
    if sorted(levels) != [1, 2, 3, 4]:
        report.add(("levels",), f"Expected the levels 1, 2, 3, 4, each once; found {sorted(levels)}.")
    special = [answer.key for _, answer in _parts(document, "special_answers", SpecialAnswerSpec)]
    if sorted(special) != sorted(SpecialAnswer):
        detail = f"Expected {', '.join(SpecialAnswer)}, each once; found {', '.join(special) or 'none'}."
        report.add(("special_answers",), detail)
    importance = _read(Importance, document.get("importance"))
    if importance is not None:
        keys = [option.key for option in importance.options]
        if sorted(keys) != sorted(ImportanceKey):
            detail = f"Expected {', '.join(ImportanceKey)}, each once; found {', '.join(keys) or 'none'}."
            report.add(("importance", "options"), detail)
    readiness = list(_parts(document, "readiness", ReadinessItem))
    _check_unique(((("readiness", i, "id"), item.id) for i, item in readiness), report, what="readiness id")
    _check_unique(((("readiness", i, "part"), item.part) for i, item in readiness), report, what="readiness part")
    for index, item in readiness:
        if sorted(item.levels) != [1, 2, 3, 4]:
            detail = f"Expected the levels 1, 2, 3, 4; found {sorted(item.levels)}."
            report.add(("readiness", index, "levels"), detail)


def _check_context(document: Mapping[str, Any], report: FaultReport) -> None:
    questions = list(_parts(document, "context", ContextQuestion))
    _check_unique(((("context", i, "id"), question.id) for i, question in questions), report, what="context question")
    for index, question in questions:
        at: Path = ("context", index)
        takes_options = question.kind in ("single", "multi")
        if takes_options != bool(question.options):
            detail = f"A {question.kind} question {'needs' if takes_options else 'takes no'} options."
            report.add((*at, "options"), detail)
        _check_unique(
            (((*at, "options", i), option.key) for i, option in enumerate(question.options)), report, what="option"
        )
        if question.vocabulary is not None and question.vocabulary not in VOCABULARIES:
            report.unknown_word((*at, "vocabulary"), question.vocabulary, list(VOCABULARIES), what="a vocabulary")
        words = VOCABULARIES.get(question.vocabulary or "")
        for place, option in enumerate(question.options):
            if words is not None and option.key not in words:
                what = f"a word of the vocabulary '{question.vocabulary}'"
                report.unknown_word((*at, "options", place), option.key, words, what=what)
            for number, cost in enumerate(option.cost_filter or ()):
                if cost not in set(Cost):
                    path = (*at, "options", place, "cost_filter", number)
                    report.unknown_word(path, cost, list(Cost), what="a cost")
