"""What a ruleset's shape cannot say: that words exist, that fields can be compared, that tables are whole."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from models.base import Fault
from models.rules import (
    SUPPORT_WORDS,
    Among,
    AtLeast,
    Exactly,
    Fresh,
    LanguageRange,
    Mapped,
    Overlaps,
    Rule,
    Ruleset,
    SupportField,
    Within,
    placeholders,
)
from models.vocab import ResourceType
from recommender.reading.faults import join_pointer, show, wrong_word

__all__ = ["TeamWords", "rule_faults", "ruleset_faults"]

Path = tuple[str | int, ...]
TeamWords = Mapping[str, tuple[str, ...] | None]
"""The fields of a team that rules may test, with their words (`recommender.rules.facts.team_words`)."""
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def ruleset_faults(ruleset: Ruleset, team_words: TeamWords) -> Iterator[Fault]:
    """Faults of the parts outside the rules."""
    lacking = [kind for kind in ResourceType if kind not in ruleset.durations]
    if lacking and (ruleset.durations or any(_support(rule) is SupportField.DURATION for rule in ruleset.rules)):
        yield _fault(("durations",), f"no duration for {', '.join(lacking)}; expected every resource type")
    known = {word for words in (*team_words.values(), *SUPPORT_WORDS.values()) for word in words or ()}
    for word in ruleset.labels:
        if word not in known and not LANGUAGE_TAG.fullmatch(word):
            yield _fault(("labels", word), f"no field has the word {show(word)}, so its label is never used")


def rule_faults(rule: Rule, team_words: TeamWords) -> Iterator[Fault]:
    """Faults of one rule, with pointers from the rule."""
    for position, condition in enumerate(rule.when):
        if condition.field not in team_words:
            yield _fault(("when", position, "field"), wrong_word(condition.field, [*team_words]))
            continue
        for name in ("any_of", "only"):
            words = getattr(condition, name) or ()
            yield from _unknown_words(words, team_words[condition.field], ("when", position, name))
    yield from _test_faults(rule, team_words)
    usable = {
        "team": bool(rule.when) or hasattr(rule.test, "team"),
        "support": _support(rule) is not None,
        "shared": hasattr(rule.test, "team"),
    }
    for name, template in rule.because:
        for placeholder in placeholders(template):
            if not usable[placeholder]:
                yield _fault(("because", name), f"the test gives no value for {{{placeholder}}}")


def _test_faults(rule: Rule, team_words: TeamWords) -> Iterator[Fault]:
    test = rule.test
    if isinstance(test, Fresh | AtLeast | LanguageRange):
        return
    words = SUPPORT_WORDS[test.support]
    if isinstance(test, Overlaps | Mapped) and test.team not in team_words:
        yield _fault(("test", "team"), wrong_word(test.team, [*team_words]))
        return
    if test.support is SupportField.CHECKED_ON:
        yield _fault(("test", "support"), "checked_on is a date; expected the test fresh")
        return
    match test:
        case Among() | Exactly() | Within():
            yield from _unknown_words(test.values, words, ("test", "values"))
        case Mapped():
            yield from _unknown_words(test.table, team_words[test.team], ("test", "table"), keys=True)
            lacking = [word for word in team_words[test.team] or () if word not in test.table]
            if lacking:
                yield _fault(("test", "table"), f"no row for {', '.join(lacking)}; expected every word of {test.team}")
            for word, values in test.table.items():
                yield from _unknown_words(values, words, ("test", "table", word))
        case Overlaps():
            yield from _overlap_faults(test, team_words)


def _overlap_faults(test: Overlaps, team_words: TeamWords) -> Iterator[Fault]:
    team, support = team_words[test.team], SUPPORT_WORDS[test.support]
    if team is None or support is None:
        yield _fault(("test", "op"), "languages are ranges of tags; expected the test language_range")
        return
    if not set(team) & set(support):
        yield _fault(("test",), f"{test.team} and {test.support} have no word in common")
    both = list(dict.fromkeys((*team, *support)))
    if test.wildcard is not None:
        yield from _unknown_words([test.wildcard], both, ("test", "wildcard"), single=True)
    yield from _unknown_words(test.expand, both, ("test", "expand"), keys=True)
    for word, values in test.expand.items():
        yield from _unknown_words(values, both, ("test", "expand", word))


def _unknown_words(
    found: Iterable[str], words: Sequence[str] | None, path: Path, *, keys: bool = False, single: bool = False
) -> Iterator[Fault]:
    for position, word in enumerate(found):
        if words is not None and word not in words:
            yield _fault(path if single else (*path, word if keys else position), wrong_word(word, words))


def _support(rule: Rule) -> SupportField | None:
    return getattr(rule.test, "support", None)


def _fault(path: Path, detail: str) -> Fault:
    return Fault(pointer=join_pointer(path), detail=detail)
