"""What a ruleset's shape cannot say: that words exist, that fields can be compared, that tables are whole."""

import re
from collections.abc import Iterable, Sequence

from models.rules import (
    SUPPORT_WORDS,
    TEAM_WORDS,
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
    Test,
    Within,
    placeholders,
)
from models.vocab import ResourceType
from recommender.reading.fault_words import found
from recommender.reading.faults import FaultReport, Path

__all__ = ["check_rule", "check_ruleset"]

LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check_ruleset(ruleset: Ruleset, report: FaultReport) -> None:
    """Add the faults of the parts outside the rules."""
    lacking = [kind for kind in ResourceType if kind not in ruleset.durations]
    if lacking and (ruleset.durations or any(_support(rule) is SupportField.DURATION for rule in ruleset.rules)):
        report.add(("durations",), f"No duration for {', '.join(lacking)}; expected every resource type.")
    known = {word for words in (*TEAM_WORDS.values(), *SUPPORT_WORDS.values()) for word in words or ()}
    for word in ruleset.labels:
        if word not in known and not LANGUAGE_TAG.fullmatch(word):
            report.add(("labels", word), f"No field has the word {found(word)}, so its label is never used.")


def check_rule(rule: Rule, at: Path, report: FaultReport) -> None:
    """Add the faults of one rule, which stands at `at`."""
    for position, condition in enumerate(rule.when):
        for name in ("any_of", "only"):
            words = getattr(condition, name) or ()
            _check_words(words, TEAM_WORDS[condition.field], (*at, "when", position, name), report)
    _check_test(rule.test, (*at, "test"), report)
    usable = {
        "team": bool(rule.when) or hasattr(rule.test, "team"),
        "support": _support(rule) is not None,
        "shared": hasattr(rule.test, "team"),
    }
    for name, template in rule.because:
        for placeholder in placeholders(template):
            if not usable[placeholder]:
                report.add((*at, "because", name), f"The test gives no value for {{{placeholder}}}.")


def _check_test(test: Test, at: Path, report: FaultReport) -> None:
    if isinstance(test, Fresh | AtLeast | LanguageRange):
        return
    words = SUPPORT_WORDS[test.support]
    if test.support is SupportField.CHECKED_ON:
        report.add((*at, "support"), "'checked_on' is a date; expected the test fresh.")
        return
    match test:
        case Among() | Exactly() | Within():
            _check_words(test.values, words, (*at, "values"), report)
        case Mapped():
            _check_words(test.table, TEAM_WORDS[test.team], (*at, "table"), report, keys=True)
            lacking = [word for word in TEAM_WORDS[test.team] or () if word not in test.table]
            if lacking:
                detail = f"No row for {', '.join(lacking)}; expected every word of {test.team}."
                report.add((*at, "table"), detail)
            for word, values in test.table.items():
                _check_words(values, words, (*at, "table", word), report)
        case Overlaps():
            _check_overlap(test, at, report)


def _check_overlap(test: Overlaps, at: Path, report: FaultReport) -> None:
    team, support = TEAM_WORDS[test.team], SUPPORT_WORDS[test.support]
    if team is None or support is None:
        report.add((*at, "op"), "Languages are ranges of tags; expected the test language_range.")
        return
    if not set(team) & set(support):
        report.add(at, f"The fields {test.team} and {test.support} have no word in common.")
    both = list(dict.fromkeys((*team, *support)))
    if test.wildcard is not None and test.wildcard not in both:
        report.unknown_word((*at, "wildcard"), test.wildcard, both)
    _check_words(test.expand, both, (*at, "expand"), report, keys=True)
    for word, values in test.expand.items():
        _check_words(values, both, (*at, "expand", word), report)


def _check_words(
    given: Iterable[str], words: Sequence[str] | None, at: Path, report: FaultReport, *, keys: bool = False
) -> None:
    for position, word in enumerate(given):
        if words is not None and word not in words:
            report.unknown_word((*at, word if keys else position), word, words)


def _support(rule: Rule) -> SupportField | None:
    return getattr(rule.test, "support", None)
