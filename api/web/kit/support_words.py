"""What pages call the words of the catalog: the instrument's own labels where it has them."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from api.text.language import _, speaker, word
from models.kinds import KINDS
from models.vocab import (
    US_STATES,
    Audience,
    Cost,
    EvidenceKind,
    FocusArea,
    GradeBand,
    Modality,
    ServiceType,
    SupportKind,
)
from recommender.instruments import LoadedInstrument

__all__ = ["Words", "label_of", "language_name", "plain", "words_of"]

Words = Mapping[str, Mapping[Any, str]]
"""By filter of the catalog search (and `service`, `evidence`), then word, in the order of the vocabulary."""

_LANGUAGES = (
    "en",
    "es",
    "zh",
    "zh-hans",
    "zh-hant",
    "vi",
    "ar",
    "ht",
    "pt",
    "ase",
    "ko",
    "ru",
    "tl",
    "hmn",
    "km",
    "fr",
)


def words_of(instrument: LoadedInstrument) -> Words:
    """What people read for each word of the catalog."""
    says = speaker(instrument)
    return {
        "kind": {kind: word(kind, "choice") for kind in SupportKind},
        **{name: {one: label_of(one, instrument) for one in words} for name, words in _VOCABULARIES.items()},
        "domain": {domain: says.tell(f"domain.{domain}") for domain in instrument.domains},
        "level": {level.value: says.tell(f"level.{level.value}") for level in instrument.instrument.levels},
        "language": _asked(instrument, "languages") | {tag: speaker().tell(f"language.{tag}") for tag in _LANGUAGES},
        "state": {state: speaker().tell(f"state.{state}") for state in US_STATES},
        "equity": {True: _("Equity is an explicit purpose")},
    }


def label_of(member: Enum, instrument: LoadedInstrument) -> str:
    """What people read for a word of the catalog."""
    question = _QUESTIONS.get(type(member))
    asked = speaker(instrument).find(f"option.{question}.{member.value}") if question else None
    return asked or word(member)


def language_name(tag: str, instrument: LoadedInstrument) -> str:
    """What people call a language: that of `zh-Hans`, else that of `zh`, else the tag itself."""
    for one in (tag.lower(), tag.partition("-")[0].lower()):
        name = speaker().find(f"language.{one}") or speaker(instrument).find(f"option.languages.{one}")
        if name:
            return name
    return tag


def plain(key: str) -> str:
    """A key of a vocabulary as words: `case-study` is `Case study`."""
    words = key.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _asked(instrument: LoadedInstrument, question: str) -> dict[str, str]:
    if question not in instrument.context:
        return {}
    says = speaker(instrument)
    return {option.key: says.tell(f"option.{question}.{option.key}") for option in instrument.context[question].options}


_QUESTIONS: Mapping[type[Enum], str] = {
    FocusArea: "focus_areas",
    GradeBand: "grade_bands",
    Audience: "role",
    Modality: "modality",
}
"""Questions of the instrument that ask with the same words."""
_VOCABULARIES: Mapping[str, tuple[Enum, ...]] = {
    "type": tuple(one for spec in KINDS.values() for one in spec.types),
    "focus_area": tuple(FocusArea),
    "grade_band": tuple(GradeBand),
    "audience": tuple(Audience),
    "modality": tuple(Modality),
    "cost": tuple(Cost),
    "service": tuple(ServiceType),
    "evidence": tuple(EvidenceKind),
}
