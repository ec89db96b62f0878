"""All rules over all supports at once: outcomes, eligibility, weights; sentences only for what is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from models.recommendation import RuleTrace
from models.rules import (
    EFFECTS,
    Among,
    AtLeast,
    Condition,
    DerivedField,
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
)
from models.vocab import RuleOutcome, SupportKind
from recommender.rules.columns import SupportColumns
from recommender.rules.facts import TeamFacts
from recommender.rules.matching import OTHER_LANGUAGE, meeting_words
from recommender.rules.reasons import field_said, reason_values, support_words
from recommender.words import Speaker

__all__ = ["MET", "MISSED", "SILENT", "UNKNOWN", "RuleResults", "evaluate"]

MET, MISSED, UNKNOWN, SILENT = 1, 0, -1, -2
OUTCOMES = {MET: RuleOutcome.MET, MISSED: RuleOutcome.MISSED, UNKNOWN: RuleOutcome.UNKNOWN}
_CODES = {outcome: code for code, outcome in OUTCOMES.items()}
BLOCKING = {effect: _CODES[spec.blocks] for effect, spec in EFFECTS.items() if spec.blocks is not None}


@dataclass(frozen=True)
class RuleResults:
    """What every rule says of every support for one team."""

    ruleset: Ruleset
    columns: SupportColumns
    facts: TeamFacts
    as_of: date
    outcomes: NDArray[np.int8]
    """MET, MISSED, UNKNOWN or SILENT, shape (n_rules, n_supports)."""
    eligible: NDArray[np.bool_]
    """False where a require rule was missed or an exclude rule met, shape (n_supports,)."""
    contributions: Mapping[str, NDArray[np.float64]]
    """Rule id -> what it adds to each support, shape (n_supports,): the weight where a prefer rule is met, minus the
    weight where a discourage rule is, else 0. One entry for each of these rules, in the ruleset's order."""

    def excluded_by(self, position: int) -> tuple[str, ...]:
        """Ids of the rules that keep one support off every list; empty when it is eligible."""
        return tuple(
            rule.id
            for rule, outcome in zip(self.ruleset.rules, self.outcomes[:, position], strict=True)
            if rule.effect in BLOCKING and outcome == BLOCKING[rule.effect]
        )

    def trace(self, position: int) -> tuple[RuleTrace, ...]:
        """What each rule that is not silent says of one support, with the values seen on both sides."""
        traces = []
        for number, value in enumerate(self.outcomes[:, position].tolist()):
            if value != SILENT:
                field = self._field_said(number, value)
                words = () if field is None else self._words(field, position)
                traces.append(self._said(number, value, words))
        return tuple(traces)

    def _words(self, field: SupportField, position: int) -> tuple[str, ...]:
        return support_words(field, position, columns=self.columns, durations=self.ruleset.durations)

    @cached_property
    def _field_said(self) -> Callable[[int, int], SupportField | None]:
        """The field that the sentence of a rule, by its number, names for an outcome."""
        rules = self.ruleset.rules
        return cache(lambda number, value: field_said(rules[number], OUTCOMES[value]))

    @cached_property
    def _said(self) -> Callable[[int, int, tuple[str, ...]], RuleTrace]:
        """The trace of a rule by its number, an outcome and the support's words: made once for all that share them."""
        speaker = Speaker(ruleset=self.ruleset)
        ruleset, facts = self.ruleset, self.facts  # not self: a cycle would keep every array until it is collected

        @cache
        def said(number: int, value: int, words: tuple[str, ...]) -> RuleTrace:
            rule, outcome = ruleset.rules[number], OUTCOMES[value]
            trace = RuleTrace(
                id=rule.id,
                outcome=outcome,
                effect=rule.effect,
                because="",
                because_values=reason_values(rule, outcome, words, facts=facts),
            )
            return trace.model_copy(update={"because": speaker.say(trace.message)})

        return said


def evaluate(
    ruleset: Ruleset,
    columns: SupportColumns,
    facts: TeamFacts,
    *,
    as_of: date,
    derived: Mapping[DerivedField, NDArray[np.float64]] | None = None,
) -> RuleResults:
    """Every rule's outcome for every support. Unknown never excludes and weighs nothing.

    Args:
        ruleset: rules with words that are checked (see `recommender.rules.load`).
        columns: the catalog.
        facts: the team.
        as_of: the day from which freshness counts.
        derived: numbers per support, shape (n_supports,); NaN, and a column left out, is unknown.
    """
    kinds = {kind: is_kind for kind, is_kind in columns.kinds.items() if is_kind.any()}
    outcomes = np.empty((len(ruleset.rules), len(columns.ids)), dtype=np.int8)
    for rule, row in zip(ruleset.rules, outcomes, strict=True):
        holds = _all_hold(rule.when, facts)
        if holds is False or kinds.keys().isdisjoint(rule.kinds):
            row.fill(SILENT)
            continue
        row[:] = _outcomes(rule.test, ruleset, columns, facts, derived or {}, as_of) if holds else UNKNOWN
        for kind, is_kind in kinds.items():
            if kind not in rule.kinds:
                np.copyto(row, SILENT, where=is_kind)
    eligible = np.ones(len(columns.ids), dtype=np.bool_)
    contributions = {}
    for rule, row in zip(ruleset.rules, outcomes, strict=True):
        if rule.effect in BLOCKING:
            eligible &= row != BLOCKING[rule.effect]
        else:
            contributions[rule.id] = _contribution(rule, row, kinds)
    return RuleResults(ruleset, columns, facts, as_of, outcomes, eligible, contributions)


def _all_hold(conditions: tuple[Condition, ...], facts: TeamFacts) -> bool | None:
    """False when one fails; else None when one is unknown; else True."""
    states = [_holds(condition, facts.get(condition.field)) for condition in conditions]
    return False if False in states else None if None in states else True


def _holds(condition: Condition, words: tuple[str, ...] | None) -> bool | None:
    if words is None:
        return None
    if condition.any_of is not None:
        return any(word in condition.any_of for word in words)
    return all(word in (condition.only or ()) for word in words)


def _outcomes(
    test: Test,
    ruleset: Ruleset,
    columns: SupportColumns,
    facts: TeamFacts,
    derived: Mapping[DerivedField, NDArray[np.float64]],
    as_of: date,
) -> NDArray[np.int8]:
    """What a test says of every support; kinds and conditions are the caller's."""
    n_supports = len(columns.ids)
    match test:
        case Fresh():
            return (as_of.toordinal() - columns.checked_on <= test.days).astype(np.int8)
        case AtLeast():
            values = derived.get(test.column, np.full(n_supports, np.nan))
            return (values >= test.value).astype(np.int8) - np.isnan(values)
    column = columns.column(test.support, ruleset.durations)
    match test:
        case Among():
            met = column.any_of(test.values)
        case Within():
            met = ~column.any_of([word for word in column.words if word not in test.values])
        case Exactly():
            met = ~column.any_of([word for word in column.words if word not in test.values])
            met &= column.all_of(test.values)
        case Overlaps() | LanguageRange() | Mapped():
            words = facts.get(test.team)
            if words is None:
                return np.full(n_supports, UNKNOWN, dtype=np.int8)
            met = column.any_of(meeting_words(test, words, column.words))
            if isinstance(test, LanguageRange) and OTHER_LANGUAGE in words:
                return np.where(met, MET, UNKNOWN).astype(np.int8)
    met &= column.known
    return met.view(np.int8) - ~column.known


def _contribution(
    rule: Rule, outcomes: NDArray[np.int8], kinds: Mapping[SupportKind, NDArray[np.bool_]]
) -> NDArray[np.float64]:
    met = outcomes == MET
    contribution = np.zeros(len(outcomes))
    for kind, is_kind in kinds.items():
        weight = (rule.weight or {}).get(kind, 0.0) if kind in rule.kinds else 0.0
        if weight:
            np.copyto(contribution, float(EFFECTS[rule.effect].sign) * weight, where=met & is_kind)
    return contribution
