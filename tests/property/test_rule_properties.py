"""Rules over arrays say what a slow reading of one support at a time says; gates only remove; order does not count."""

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules import (
    Among,
    AtLeast,
    Condition,
    DerivedField,
    Exactly,
    Fresh,
    LanguageRange,
    Mapped,
    Overlaps,
    Reasons,
    Rule,
    Ruleset,
    SupportField,
    Within,
)
from models.support import Provider, Resource, Support
from models.vocab import RuleEffect, SupportKind
from recommender.instruments import default_instrument
from recommender.rules.columns import SupportColumns
from recommender.rules.evaluate import MET, MISSED, SILENT, UNKNOWN, RuleResults, evaluate
from recommender.rules.facts import TeamFacts, team_words
from recommender.rules.fields import FIELDS
from recommender.rules.load import starter_ruleset
from tests.fixtures.examples import examples
from tests.fixtures.supports import provider, resource

AS_OF = date(2026, 11, 21)
STARTER = starter_ruleset()
WORDS = team_words(default_instrument())
TAGS = ("en", "es", "zh-Hans", "zh-Hant", "hmn")
RANGES = ("en", "es", "zh", "zh-Hans", "other")
BECAUSE = Reasons(met="m", missed="n", unknown="u")


def lists(words: tuple[str, ...], least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=least, max_size=3, unique=True)


@st.composite
def supports(draw: st.DrawFn) -> list[Support]:
    made: list[Support] = []
    for position in range(draw(st.integers(1, 6))):
        fields: dict[str, object] = {
            name: draw(lists(FIELDS[SupportField(name)].words or TAGS, least=name == "domains"))
            for name in ("domains", "focus_areas", "grade_bands", "audiences", "modality", "language")
        }
        fields["levels"] = draw(st.lists(st.integers(1, 4), max_size=3, unique=True))
        fields["cost"] = draw(st.sampled_from([None, "free", "paid", "mixed"]))
        fields["equity_centered"] = draw(st.booleans())
        fields["checked_on"] = AS_OF - timedelta(days=draw(st.integers(-2, 400)))
        if draw(st.booleans()):
            fields["resource_type"] = draw(st.sampled_from(FIELDS[SupportField.RESOURCE_TYPE].words))
            kind = draw(st.sampled_from([None, "rct", "field-tested"]))
            fields["evidence"] = kind and {"kind": kind, "level": None, "url": "https://example.org"}
            made.append(resource(id=f"res-{position}", **fields))
        else:
            fields["serves"] = draw(lists(("US", "TX", "PR", "OK")))
            made.append(provider(id=f"prov-{position}", **fields))
    return made


@st.composite
def facts(draw: st.DrawFn) -> TeamFacts:
    known = draw(st.sets(st.sampled_from(sorted(WORDS))))
    few = {"state": ("TX", "PR", "OK", "outside-us"), "languages": RANGES}
    return TeamFacts(
        {field: tuple(draw(lists(few.get(field) or WORDS[field] or (), least=1))) for field in sorted(known)}
    )


def words_of(field: SupportField) -> tuple[str, ...]:
    return FIELDS[field].words or TAGS


WORD_FIELDS = [field for field in SupportField if field is not SupportField.CHECKED_ON]
PAIRS = [
    ("grade_bands", SupportField.GRADE_BANDS, "all", {}),
    ("roles", SupportField.AUDIENCES, None, {}),
    ("state", SupportField.SERVES, None, {"US": ("TX", "PR", "OK")}),
    ("modality", SupportField.MODALITY, None, {"hybrid": ("facilitated-virtual", "facilitated-in-person")}),
]


@st.composite
def operations(draw: st.DrawFn) -> object:
    op = draw(
        st.sampled_from([Overlaps, LanguageRange, Among, Exactly, Within, Fresh, Mapped, AtLeast]), label="operation"
    )
    if op is Overlaps:
        team, support, wildcard, expand = draw(st.sampled_from(PAIRS))
        return Overlaps(op="overlaps", team=team, support=support, wildcard=wildcard, expand=expand)
    if op is LanguageRange:
        return LanguageRange(op="language_range")
    if op is Fresh:
        return Fresh(op="fresh", days=draw(st.integers(0, 400)))
    if op is AtLeast:
        return AtLeast(op="at_least", column=DerivedField.LEVEL_FIT, value=0.5)
    field = draw(st.sampled_from(WORD_FIELDS))
    if op is Mapped:
        rows = {word: tuple(draw(lists(words_of(field), least=1))) for word in WORDS["budget"] or ()}
        return Mapped(op="mapped", team="budget", support=field, table=rows)
    return op(op=op.__name__.lower(), support=field, values=tuple(draw(lists(words_of(field), least=1))))


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    rules = []
    for position in range(draw(st.integers(1, 4))):
        effect = draw(st.sampled_from(RuleEffect))
        weighs = effect in (RuleEffect.PREFER, RuleEffect.DISCOURAGE)
        field = draw(st.sampled_from(["budget", "form"]))
        words = tuple(draw(lists(WORDS[field] or (), least=1)))
        choice = draw(st.sampled_from(["any_of", "only", None]))
        rules.append(
            Rule(
                id=f"r-{position}",
                effect=effect,
                kinds=tuple(draw(st.lists(st.sampled_from(SupportKind), min_size=1, unique=True))),
                when=(Condition.model_validate({"field": field, choice: words}),) if choice else (),
                test=draw(operations()),
                weight=dict.fromkeys(SupportKind, draw(st.floats(0, 1))) if weighs else None,
                because=BECAUSE,
            )
        )
    return Ruleset(id="drawn", version="1.0.0", durations=STARTER.durations, rules=tuple(rules))


def values(support: Support, field: SupportField) -> set[str]:
    """One support's words, read from the record itself."""
    match field:
        case SupportField.LEVELS:
            return {str(level) for level in support.levels}
        case SupportField.COST:
            return {support.cost} if support.cost else set()
        case SupportField.EQUITY_CENTERED:
            return {"yes" if support.equity_centered else "no"}
        case SupportField.ACCESS:
            return set()
        case SupportField.EVIDENCE | SupportField.RESOURCE_TYPE | SupportField.DURATION:
            if isinstance(support, Provider):
                return set()
            if field is SupportField.EVIDENCE:
                return {support.evidence.kind} if support.evidence else set()
            found = support.resource_type
            return {found} if field is SupportField.RESOURCE_TYPE else {STARTER.durations[found]}
        case SupportField.PROVIDER_KIND | SupportField.SERVES | SupportField.SERVICES:
            if isinstance(support, Resource):
                return set()
            if field is SupportField.SERVICES:
                return {service.type for service in support.services}
            return {support.provider_kind} if field is SupportField.PROVIDER_KIND else set(support.serves)
    return set(getattr(support, field))


def reference(rule: Rule, support: Support, team: TeamFacts, fit: float) -> int:
    """One rule about one support, as the documentation says it, in plain Python."""
    if support.kind not in rule.kinds:
        return SILENT
    states: list[Any] = []
    for condition in rule.when:
        known = team.get(condition.field)
        if known is None:
            states.append(None)
        elif condition.any_of is not None:
            states.append(bool(set(known) & set(condition.any_of)))
        else:
            states.append(set(known) <= set(condition.only or ()))
    if False in states:
        return SILENT
    if None in states:
        return UNKNOWN
    test = rule.test
    if isinstance(test, Fresh):
        return MET if (AS_OF - support.checked_on).days <= test.days else MISSED
    if isinstance(test, AtLeast):
        return UNKNOWN if math.isnan(fit) else MET if fit >= test.value else MISSED
    has = values(support, test.support)
    if not has:
        return UNKNOWN
    if isinstance(test, Among):
        return MET if has & set(test.values) else MISSED
    if isinstance(test, Within):
        return MET if has <= set(test.values) else MISSED
    if isinstance(test, Exactly):
        return MET if has == set(test.values) else MISSED
    known = team.get(test.team)
    if known is None:
        return UNKNOWN
    if isinstance(test, Mapped):
        return MET if any(has & set(test.table[word]) for word in known) else MISSED
    if isinstance(test, LanguageRange):
        for word in known:
            if word != "other" and any(tag == word or tag.startswith(word + "-") for tag in has):
                return MET
        return UNKNOWN if "other" in known else MISSED
    if test.wildcard and (test.wildcard in known or test.wildcard in has):
        return MET
    left = set(known).union(*(test.expand.get(word, ()) for word in known))
    right = has.union(*(test.expand.get(word, ()) for word in has))
    return MET if left & right else MISSED


def run(rules: Ruleset, made: list[Support], team: TeamFacts, fits: list[float]) -> RuleResults:
    derived = {DerivedField.LEVEL_FIT: np.array(fits)}
    return evaluate(rules, SupportColumns.of(made), team, as_of=AS_OF, derived=derived)


def fits_for(made: list[Support]) -> list[float]:
    return [(0.2, 0.5, 0.9, math.nan)[len(support.summary + support.id) % 4] for support in made]


@given(rulesets(), supports(), facts())
@settings(max_examples=examples(100))
def test_arrays_agree_with_reading_one_support_at_a_time(rules: Ruleset, made: list[Support], team: TeamFacts) -> None:
    fits = fits_for(made)
    found = run(rules, made, team, fits)
    expected = [
        [reference(rule, support, team, fit) for support, fit in zip(made, fits, strict=True)] for rule in rules.rules
    ]
    assert found.outcomes.tolist() == expected
    for position in range(len(made)):
        blocked = [
            rule.id
            for rule, row in zip(rules.rules, expected, strict=True)
            if (rule.effect, row[position]) in {(RuleEffect.REQUIRE, MISSED), (RuleEffect.EXCLUDE, MET)}
        ]
        assert list(found.excluded_by(position)) == blocked
        assert found.eligible[position] == (not blocked)
        assert len(found.trace(position)) == sum(row[position] != SILENT for row in expected)


@given(supports(), facts())
@settings(max_examples=examples(30))
def test_a_gate_only_removes(made: list[Support], team: TeamFacts) -> None:
    fits = fits_for(made)
    gates = [rule for rule in STARTER.rules if rule.weight is None]
    others = tuple(rule for rule in STARTER.rules if rule.weight is not None)
    before = run(STARTER.model_copy(update={"rules": others}), made, team, fits)
    assert before.eligible.all()
    for gate in gates:
        after = run(STARTER.model_copy(update={"rules": (*others, gate)}), made, team, fits)
        assert {name: part.tolist() for name, part in after.contributions.items()} == {
            name: part.tolist() for name, part in before.contributions.items()
        }
        assert all(found <= was for found, was in zip(after.eligible, before.eligible, strict=True))


@given(supports(), facts(), st.sampled_from(sorted(WORDS)))
@settings(max_examples=examples(30))
def test_forgetting_an_answer_never_excludes(made: list[Support], team: TeamFacts, field: str) -> None:
    fits = fits_for(made)
    fewer = TeamFacts({name: words for name, words in team.values.items() if name != field})
    known, unknown = run(STARTER, made, team, fits), run(STARTER, made, fewer, fits)
    assert (unknown.eligible >= known.eligible).all()
    assert not any(run(STARTER, made, TeamFacts({}), fits).excluded_by(position) for position in range(len(made)))


@given(supports(), facts(), st.randoms(use_true_random=False))
@settings(max_examples=examples(30))
def test_the_order_of_the_catalog_changes_nothing(made: list[Support], team: TeamFacts, random: object) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = run(STARTER, made, team, fits_for(made)), run(STARTER, shuffled, team, fits_for(shuffled))
    for position, support in enumerate(made):
        other = shuffled.index(support)
        assert one.trace(position) == two.trace(other)
        assert one.eligible[position] == two.eligible[other]
        assert [part[position] for part in one.contributions.values()] == [
            part[other] for part in two.contributions.values()
        ]
