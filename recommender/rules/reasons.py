"""What one rule says of one support: the values on both sides, for the rule's own sentence."""

from collections.abc import Mapping, Sequence
from datetime import date

from models.rules import Duration, Rule, SupportField, placeholders
from models.vocab import ResourceType, RuleOutcome
from recommender.rules.columns import SupportColumns
from recommender.rules.facts import TeamFacts
from recommender.rules.matching import TeamTest, shared_words

__all__ = ["field_said", "reason_values", "support_words"]


def reason_values(
    rule: Rule, outcome: RuleOutcome, words: Sequence[str], *, facts: TeamFacts
) -> dict[str, tuple[str, ...]]:
    """What the placeholders of the rule's reason for `outcome` stand for.

    `words` are the support's in the field that `field_said` names. `{team}` is what the test, or else the first
    condition, reads of the team; empty where nobody gave any.
    """
    values: dict[str, tuple[str, ...]] = {}
    for name in placeholders(rule.because.of(outcome)):
        if name == "team":
            values[name] = tuple(facts.get(getattr(rule.test, "team", None) or rule.when[0].field) or ())
        elif name == "shared" and isinstance(rule.test, TeamTest):
            values[name] = tuple(shared_words(rule.test, facts.get(rule.test.team) or (), words))
        elif name == "support":
            values[name] = tuple(words)
    return values


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
