"""The sentence of one rule about one support, from the rule's template and the values on both sides."""

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
    if not wanted:
        return template
    team = facts.get(getattr(rule.test, "team", None) or rule.when[0].field) or () if "team" in wanted else ()
    support = _support_words(rule, position, ruleset, columns)
    shared: list[str] = []
    if "shared" in wanted and isinstance(rule.test, TeamTest):
        shared = shared_words(rule.test, facts.get(rule.test.team) or (), support)
    return template.format(
        team=_listed(team, ruleset), support=_listed(support, ruleset), shared=_listed(shared, ruleset)
    )


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


def _listed(words: tuple[str, ...] | list[str], ruleset: Ruleset) -> str:
    """Words as people read them: `a`, `a and b`, `a, b, c and 4 more`."""
    labels = [ruleset.labels.get(word, word.replace("-", " ")) for word in words]
    if not labels:
        return NOT_STATED
    if len(labels) > SHOWN_WORDS:
        labels = [*labels[: SHOWN_WORDS - 1], f"{len(labels) - SHOWN_WORDS + 1} more"]
    return " and ".join(part for part in (", ".join(labels[:-1]), labels[-1]) if part)
