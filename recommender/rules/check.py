"""What a ruleset's shape cannot say: that words exist, that fields can be compared, that tables are whole."""

import re
from collections.abc import Iterable, Mapping, Sequence

from models.rules import (
    DEMOGRAPHIC_FIELDS,
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
from recommender.rules.fields import FIELDS

__all__ = ["TeamWords", "check_rule", "check_ruleset"]

TeamWords = Mapping[str, tuple[str, ...] | None]
"""The fields of a team that rules may test, with their words (`recommender.rules.facts.team_words`)."""
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check_ruleset(ruleset: Ruleset, team_words: TeamWords, report: FaultReport) -> None:
    """Add the faults of the parts outside the rules."""
    lacking = [kind for kind in ResourceType if kind not in ruleset.durations]
    if lacking and (ruleset.durations or any(_support(rule) is SupportField.DURATION for rule in ruleset.rules)):
        report.add(("durations",), f"No duration for {', '.join(lacking)}; expected every resource type.")
    known = {
        word for words in (*team_words.values(), *(spec.words for spec in FIELDS.values())) for word in words or ()
    }
    for word in ruleset.labels:
        if word not in known and not LANGUAGE_TAG.fullmatch(word):
            report.add(("labels", word), f"No field has the word {found(word)}, so its label is never used.")


def check_rule(rule: Rule, team_words: TeamWords, at: Path, report: FaultReport) -> None:
    """Add the faults of one rule, which stands at `at`."""
    for position, condition in enumerate(rule.when):
        if condition.field not in team_words:
            _unknown_field(condition.field, team_words, (*at, "when", position, "field"), report)
            continue
        for name in ("any_of", "only"):
            words = getattr(condition, name) or ()
            _check_words(words, team_words[condition.field], (*at, "when", position, name), report)
    _check_test(rule.test, team_words, (*at, "test"), report)
    usable = {
        "team": bool(rule.when) or hasattr(rule.test, "team"),
        "support": _support(rule) is not None,
        "shared": hasattr(rule.test, "team"),
    }
    for name, template in rule.because:
        for placeholder in placeholders(template):
            if not usable[placeholder]:
                report.add((*at, "because", name), f"The test gives no value for {{{placeholder}}}.")


def _check_test(test: Test, team_words: TeamWords, at: Path, report: FaultReport) -> None:
    if isinstance(test, Fresh | AtLeast | LanguageRange):
        return
    words = FIELDS[test.support].words
    if isinstance(test, Overlaps | Mapped) and test.team not in team_words:
        _unknown_field(test.team, team_words, (*at, "team"), report)
        return
    if test.support is SupportField.CHECKED_ON:
        report.add((*at, "support"), "'checked_on' is a date; expected the test fresh.")
        return
    match test:
        case Among() | Exactly() | Within():
            _check_words(test.values, words, (*at, "values"), report)
        case Mapped():
            _check_words(test.table, team_words[test.team], (*at, "table"), report, keys=True)
            lacking = [word for word in team_words[test.team] or () if word not in test.table]
            if lacking:
                detail = f"No row for {', '.join(lacking)}; expected every word of {test.team}."
                report.add((*at, "table"), detail)
            for word, values in test.table.items():
                _check_words(values, words, (*at, "table", word), report)
        case Overlaps():
            _check_overlap(test, team_words, at, report)


def _check_overlap(test: Overlaps, team_words: TeamWords, at: Path, report: FaultReport) -> None:
    team, support = team_words[test.team], FIELDS[test.support].words
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


def _unknown_field(name: str, team_words: TeamWords, at: Path, report: FaultReport) -> None:
    if name not in DEMOGRAPHIC_FIELDS:  # of these more was said
        report.unknown_word(at, name, [*team_words])


def _check_words(
    given: Iterable[str], words: Sequence[str] | None, at: Path, report: FaultReport, *, keys: bool = False
) -> None:
    for position, word in enumerate(given):
        if words is not None and word not in words:
            report.unknown_word((*at, word if keys else position), word, words)


def _support(rule: Rule) -> SupportField | None:
    return getattr(rule.test, "support", None)
