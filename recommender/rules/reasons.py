"""The sentence of one rule about one support, from the rule's template and the values on both sides."""

from collections.abc import Sequence
from datetime import date

from models.rules import Fresh, Rule, Ruleset, SupportField, placeholders
from models.vocab import RuleOutcome
from recommender.rules.columns import SupportColumns
from recommender.rules.facts import TeamFacts
from recommender.rules.matching import TeamTest, shared_words

__all__ = ["because"]

NOT_STATED = "not stated"
SHOWN_WORDS = 4


def because(
    rule: Rule, outcome: RuleOutcome, position: int, ruleset: Ruleset, columns: SupportColumns, facts: TeamFacts
) -> str:
    """The rule's reason for `outcome`, with its placeholders filled.

    `{team}` is what the test, or else the first condition, reads of the team; values that nobody gave are `not stated`.
    More than four values are counted, not listed.
    """
    template = rule.because.of(outcome)
    wanted = placeholders(template)
    parts: dict[str, Sequence[str]] = {}
    if "team" in wanted:
        parts["team"] = facts.get(getattr(rule.test, "team", None) or rule.when[0].field) or ()
    if "support" in wanted or "shared" in wanted:
        parts["support"] = _support_words(rule, position, ruleset, columns)
    if "shared" in wanted and isinstance(rule.test, TeamTest):
        parts["shared"] = shared_words(rule.test, facts.get(rule.test.team) or (), parts["support"])
    return template.format(**{name: _listed(words, ruleset) for name, words in parts.items()})


def _support_words(rule: Rule, position: int, ruleset: Ruleset, columns: SupportColumns) -> tuple[str, ...]:
    if isinstance(rule.test, Fresh):
        return (date.fromordinal(int(columns.checked_on[position])).isoformat(),)
    field = getattr(rule.test, "support", None)
    if field is None:
        return ()
    if field is SupportField.DURATION:
        kinds = columns.fields[SupportField.RESOURCE_TYPE].at(position)
        return tuple(length for kind, length in ruleset.durations.items() if kind in kinds)
    return columns.fields[field].at(position)


def _listed(words: Sequence[str], ruleset: Ruleset) -> str:
    """Words as people read them: `a`, `a, b` or `a, b, c and 4 more`."""
    if len(words) > SHOWN_WORDS:
        return f"{_listed(words[: SHOWN_WORDS - 1], ruleset)} and {len(words) - SHOWN_WORDS + 1} more"
    return ", ".join(ruleset.labels.get(word) or _spaced(word) for word in words) or NOT_STATED


def _spaced(word: str) -> str:
    # Hyphens of dates, language tags and amounts stay.
    return word.replace("-", " ") if word.replace("-", "").isalpha() and word.islower() else word
