"""What the quality page calls systems, groups of teams and groups of supports."""

from collections.abc import Mapping

from api.web.kit.support_words import plain, words_of
from recommender.instruments import LoadedInstrument

__all__ = ["PARTS", "SLICES", "STEADY", "group_word", "grouping_word", "system_word"]

_SYSTEMS = {
    "trellis": "Trellis",
    "fusion": "Search by words and meaning",
    "gated-fusion": "Search by words and meaning, with our rules",
    "rrf": "Search by words and meaning, by places",
    "bm25": "Search by words",
    "tfidf": "Search by words, an older way",
    "dense": "Search by meaning",
    "rules-only": "Our rules alone",
    "random": "A random order",
    "catalog-order": "The same list for all",
}
SLICES: Mapping[str, str] = {
    "form": "Kind of team",
    "level": "Level of the team",
    "focus_area": "Focus",
    "grade_band": "Grades",
    "locale": "Place",
    "black_or_latino": "Students who are Black or Latino",
    "low_income": "Students from low-income families",
    "enrollment": "Students in the school or district",
    "raters": "People who answered",
    "type": "Type of resource",
    "publisher": "Publisher, by its records in the catalog",
    "cost": "Cost",
    "kind": "Kind of provider",
    "reach": "Where the provider works",
}
PARTS: Mapping[str, str] = {
    "catalog": "Catalog",
    "instrument": "Check",
    "ruleset": "Rules",
    "config": "Weights",
    "model": "Language model",
}
"""Parts of a ranking."""
STEADY: Mapping[str, str] = {
    "raters resampled": "Other people of the same team answer",
    "one answer moved": "One answer moves by one level",
}
"""Small changes of the answers."""
_QUESTIONS = {
    "focus_area": "focus_areas",
    "grade_band": "grade_bands",
    "locale": "locale",
    "enrollment": "enrollment",
}
_GROUPS = {
    ("form", "team"): "School or district teams",
    ("form", "hub"): "Network hubs",
    ("raters", "agreed answers"): "Answered together",
    ("raters", "1"): "One",
}


def system_word(name: str) -> str:
    """What people call a way to rank."""
    return _SYSTEMS.get(name) or plain(name)


def group_word(instrument: LoadedInstrument, slice_name: str, group: str) -> str:
    """What people call a group of teams."""
    if group == "unknown":
        return "Not said"
    if (slice_name, group) in _GROUPS:
        return _GROUPS[slice_name, group]
    if slice_name == "level":  # `2 developing`
        return plain(group.partition(" ")[2] or group)
    question = instrument.context.get(_QUESTIONS.get(slice_name, ""))
    labels = {option.key: option.label for option in question.options} if question else {}
    return labels.get(group) or plain(group)


def grouping_word(instrument: LoadedInstrument, grouping: str, group: str) -> str:
    """What people call a group of supports."""
    if group == "unknown":
        return "Not said"
    field = {"type": "type", "kind": "type", "cost": "cost"}.get(grouping, "")
    return words_of(instrument).get(field, {}).get(group) or plain(group)
