"""The sentence of one rule about one support, from the rule's template and the values on both sides."""

from collections.abc import Mapping, Sequence
from datetime import date

from models.rules import Duration, Rule, Ruleset, SupportField, placeholders
from models.vocab import ResourceType, RuleOutcome
from recommender.rules.columns import SupportColumns
from recommender.rules.facts import TeamFacts
from recommender.rules.matching import TeamTest, shared_words

__all__ = ["because", "field_said", "support_words"]

NOT_STATED = "not stated"
SHOWN_WORDS = 4


def because(rule: Rule, outcome: RuleOutcome, words: Sequence[str], *, ruleset: Ruleset, facts: TeamFacts) -> str:
    """The rule's reason for `outcome`, with its placeholders filled.

    `words` are the support's in the field that `field_said` names. `{team}` is what the test, or else the first
    condition, reads of the team; values that nobody gave are `not stated`. More than four are counted, not listed.
    """
    template = rule.because.of(outcome)
    wanted = placeholders(template)
    parts = {"support": words}
    if "team" in wanted:
        parts["team"] = facts.get(getattr(rule.test, "team", None) or rule.when[0].field) or ()
    if "shared" in wanted and isinstance(rule.test, TeamTest):
        parts["shared"] = shared_words(rule.test, facts.get(rule.test.team) or (), words)
    return template.format(**{name: _listed(parts[name], ruleset) for name in wanted})


def field_said(rule: Rule, outcome: RuleOutcome) -> SupportField | None:
    """The support's field that the rule's reason for `outcome` names; None where it says nothing of the support."""
    wanted = placeholders(rule.because.of(outcome))
    return getattr(rule.test, "support", None) if "support" in wanted or "shared" in wanted else None


def support_words(
    field: SupportField, position: int, *, columns: SupportColumns, durations: Mapping[ResourceType, Duration]
) -> tuple[str, ...]:
    """What one support says in a field; a date as one word."""
    if field is SupportField.CHECKED_ON:
        return (date.fromordinal(int(columns.checked_on[position])).isoformat(),)
    if field is SupportField.DURATION:
        kinds = columns.fields[SupportField.RESOURCE_TYPE].at(position)
        return tuple(length for kind, length in durations.items() if kind in kinds)
    return columns.fields[field].at(position)


def _listed(words: Sequence[str], ruleset: Ruleset) -> str:
    """Words as people read them: `a`, `a, b` or `a, b, c and 4 more`."""
    if len(words) > SHOWN_WORDS:
        return f"{_listed(words[: SHOWN_WORDS - 1], ruleset)} and {len(words) - SHOWN_WORDS + 1} more"
    return ", ".join(ruleset.labels.get(word) or _spaced(word) for word in words) or NOT_STATED


def _spaced(word: str) -> str:
    # Hyphens of dates, language tags and amounts stay.
    return word.replace("-", " ") if word.replace("-", "").isalpha() and word.islower() else word
