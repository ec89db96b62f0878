"""What the quality page calls systems, groups of teams and groups of supports."""

from collections.abc import Mapping

from api.text.language import _
from api.web.kit.support_words import plain, words_of
from recommender.instruments import LoadedInstrument

__all__ = ["group_word", "grouping_word", "part_words", "slice_words", "steady_words", "system_word"]

_QUESTIONS = {
    "focus_area": "focus_areas",
    "grade_band": "grade_bands",
    "locale": "locale",
    "enrollment": "enrollment",
}


def system_word(name: str) -> str:
    """What people call a way to rank."""
    return _systems().get(name) or plain(name)


def group_word(instrument: LoadedInstrument, slice_name: str, group: str) -> str:
    """What people call a group of teams."""
    if group == "unknown":
        return _("Not said")
    if named := _groups().get((slice_name, group)):
        return named
    if slice_name == "level":  # `2 developing`
        return plain(group.partition(" ")[2] or group)
    question = instrument.context.get(_QUESTIONS.get(slice_name, ""))
    labels = {option.key: option.label for option in question.options} if question else {}
    return labels.get(group) or plain(group)


def grouping_word(instrument: LoadedInstrument, grouping: str, group: str) -> str:
    """What people call a group of supports."""
    if group == "unknown":
        return _("Not said")
    field = {"type": "type", "kind": "type", "cost": "cost"}.get(grouping, "")
    return words_of(instrument).get(field, {}).get(group) or plain(group)


def _systems() -> Mapping[str, str]:
    """Ways to rank, by their names in an evaluation."""
    return {
        "trellis": _("Trellis"),
        "fusion": _("Search by words and meaning"),
        "gated-fusion": _("Search by words and meaning, with our rules"),
        "rrf": _("Search by words and meaning, by places"),
        "bm25": _("Search by words"),
        "tfidf": _("Search by words, an older way"),
        "dense": _("Search by meaning"),
        "rules-only": _("Our rules alone"),
        "random": _("A random order"),
        "catalog-order": _("The same list for all"),
    }


def slice_words() -> Mapping[str, str]:
    """What teams and supports are grouped by."""
    return {
        "form": _("Kind of team"),
        "level": _("Level of the team"),
        "focus_area": _("Focus"),
        "grade_band": _("Grades"),
        "locale": _("Place"),
        "black_or_latino": _("Students who are Black or Latino"),
        "low_income": _("Students from low-income families"),
        "enrollment": _("Students in the school or district"),
        "raters": _("People who answered"),
        "type": _("Type of resource"),
        "publisher": _("Publisher, by its records in the catalog"),
        "cost": _("Cost"),
        "kind": _("Kind of provider"),
        "reach": _("Where the provider works"),
    }


def part_words() -> Mapping[str, str]:
    """Parts of a ranking."""
    return {
        "catalog": _("Catalog"),
        "instrument": _("Check"),
        "ruleset": _("Rules"),
        "config": _("Weights"),
        "model": _("Language model"),
    }


def steady_words() -> Mapping[str, str]:
    """Small changes of the answers."""
    return {
        "raters resampled": _("Other people of the same team answer"),
        "one answer moved": _("One answer moves by one level"),
    }


def _groups() -> Mapping[tuple[str, str], str]:
    """Groups of teams whose words are not the instrument's."""
    return {
        ("form", "team"): _("School or district teams"),
        ("form", "hub"): _("Network hubs"),
        ("raters", "agreed answers"): _("Answered together"),
        ("raters", "1"): _("One"),
    }
