"""What pages call the words of the catalog: the instrument's own labels where it has them."""

from collections.abc import Mapping
from typing import Any

from models.kinds import KINDS
from models.vocab import (
    US_STATES,
    Audience,
    Cost,
    EvidenceKind,
    FocusArea,
    GradeBand,
    Modality,
    ProviderKind,
    ResourceType,
    ServiceType,
    SupportKind,
)
from recommender.instruments import LoadedInstrument

__all__ = ["Words", "plain", "words_of"]

Words = Mapping[str, Mapping[Any, str]]
"""By filter of the catalog search (and `service`, `evidence`), then word, in the order of the vocabulary."""

# fmt: off
_STATES = (
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware",
    "District of Columbia", "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas",
    "Kentucky", "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri",
    "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina",
    "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Rhode Island", "South Carolina", "South Dakota",
    "Tennessee", "Texas", "Utah", "Vermont", "Virginia", "Washington", "West Virginia", "Wisconsin", "Wyoming",
    "American Samoa", "Guam", "Northern Mariana Islands", "Puerto Rico", "U.S. Virgin Islands",
)
# fmt: on
_OWN: Mapping[str, str] = {
    **{kind: spec.words.choice for kind, spec in KINDS.items()},
    ResourceType.RUBRIC_OR_ASSESSMENT: "Rubric or assessment",
    ResourceType.DATASET_OR_DASHBOARD: "Data set or dashboard",
    ProviderKind.FOR_PROFIT: "For-profit company",
    ProviderKind.NETWORK: "Network",
    Cost.MIXED: "Free in part",
    Audience.NETWORK_HUB: "Network hub staff",
    Modality.DOCUMENT: "Something to read or print",
    ServiceType.COMMUNITY_OF_PRACTICE: "Community of practice",
    ServiceType.EVALUATION_AND_RESEARCH: "Evaluation and research",
    EvidenceKind.ESSA_TIER: "ESSA tier",
    EvidenceKind.WWC: "What Works Clearinghouse",
    EvidenceKind.RCT: "Randomized trial",
    EvidenceKind.QUASI_EXPERIMENTAL: "Study with a comparison group",
    EvidenceKind.FIELD_TESTED: "Tried in the field",
    EvidenceKind.EXPERT_CONSENSUS: "Agreement of experts",
}
_LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "zh": "Chinese",
    "zh-hans": "Chinese (simplified)",
    "zh-hant": "Chinese (traditional)",
    "vi": "Vietnamese",
    "ar": "Arabic",
    "ht": "Haitian Creole",
    "pt": "Portuguese",
    "ase": "American Sign Language",
    "ko": "Korean",
    "ru": "Russian",
    "tl": "Tagalog",
    "hmn": "Hmong",
    "km": "Khmer",
    "fr": "French",
}


def words_of(instrument: LoadedInstrument) -> Words:
    """What people read for each word of the catalog."""
    asked = {
        name: {option.key: option.label for option in instrument.context[question].options}
        for name, question in _QUESTIONS.items()
        if question in instrument.context
    }
    return {
        **{name: {w: _label(w, asked.get(name, {})) for w in words} for name, words in _VOCABULARIES.items()},
        "domain": {domain: spec.name for domain, spec in instrument.domains.items()},
        "level": {level.value: level.name for level in instrument.instrument.levels},
        "language": asked.get("language", {}) | _LANGUAGES,
        "state": dict(zip(US_STATES, _STATES, strict=True)),
        "equity": {True: "Equity is an explicit purpose"},
    }


def plain(key: str) -> str:
    """A key of a vocabulary as words: `case-study` is `Case study`."""
    words = key.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _label(word: str, asked: Mapping[str, str]) -> str:
    return asked.get(word) or _OWN.get(word) or plain(word)


_QUESTIONS = {
    "focus_area": "focus_areas",
    "grade_band": "grade_bands",
    "audience": "role",
    "modality": "modality",
    "language": "languages",
}
"""Questions of the instrument that ask with the same words."""
_VOCABULARIES: Mapping[str, tuple[str, ...]] = {
    "kind": tuple(SupportKind),
    "type": tuple(word for spec in KINDS.values() for word in spec.types),
    "focus_area": tuple(FocusArea),
    "grade_band": tuple(GradeBand),
    "audience": tuple(Audience),
    "modality": tuple(Modality),
    "cost": tuple(Cost),
    "service": tuple(ServiceType),
    "evidence": tuple(EvidenceKind),
}
