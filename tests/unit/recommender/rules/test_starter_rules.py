"""The shipped rules: the five gates with their edges, what each preference is for, and how reasons read."""

import json
from datetime import date

import numpy as np
import pytest

from models.assessment import Assessment
from models.needs import Need
from models.rules import DEMOGRAPHIC_FIELDS, DerivedField, SupportField, TeamFact
from models.support import Support
from models.vocab import Domain, NeedWord, RuleEffect
from recommender.config import ScoringConfig
from recommender.diagnosis.evidence import TeamEvidence, evidence_of
from recommender.instruments import default_instrument
from recommender.rules.columns import SupportColumns
from recommender.rules.evaluate import RuleResults, evaluate
from recommender.rules.facts import TeamFacts, season_of, team_facts, team_words
from recommender.rules.load import ruleset_version, starter_ruleset
from tests.fixtures.supports import provider, resource

AS_OF = date(2026, 11, 21)
RULES = starter_ruleset()
HUB_ONLY = ["network-hub", "funder", "state-agency"]


def results(support: Support, **facts: str) -> RuleResults:
    known = TeamFacts({name: tuple(words.split()) for name, words in facts.items()})
    fit = {DerivedField.LEVEL_FIT: np.array([0.8])}
    return evaluate(RULES, SupportColumns.of([support]), known, as_of=AS_OF, derived=fit)


@pytest.mark.parametrize(
    ("support", "facts", "gate"),
    [
        (resource(grade_bands=["high"]), {"grade_bands": "middle"}, "grade-band"),
        (resource(grade_bands=["high"]), {"grade_bands": "middle high"}, None),
        (resource(grade_bands=["all"]), {"grade_bands": "middle"}, None),
        (resource(grade_bands=["high"]), {"grade_bands": "all"}, None),
        (resource(grade_bands=[]), {"grade_bands": "middle"}, None),
        (resource(grade_bands=["high"]), {}, None),
        (provider(serves=["OK"]), {"state": "TX"}, "states-served"),
        (provider(serves=["OK", "TX"]), {"state": "NM TX"}, None),
        (provider(serves=["US"]), {"state": "WY"}, None),
        (provider(serves=["US"]), {"state": "DC"}, None),
        (provider(serves=["US"]), {"state": "GU"}, None),
        (provider(serves=["US"]), {"state": "outside-us"}, "states-served"),
        (provider(serves=["TX"]), {"state": "outside-us"}, "states-served"),
        (provider(serves=[]), {"state": "outside-us"}, None),
        (provider(serves=[]), {"state": "TX"}, None),
        (provider(serves=["OK"]), {}, None),
        (resource(), {"state": "TX"}, None),
        (resource(cost="paid"), {"budget": "none"}, "paid-without-budget"),
        (resource(cost="paid"), {"budget": "under-1000"}, None),
        (resource(cost="paid"), {}, None),
        (resource(cost="mixed"), {"budget": "none"}, None),
        (resource(cost=None), {"budget": "none"}, None),
        (resource(modality=["facilitated-in-person"]), {"modality": "self-paced document"}, "in-person-only"),
        (resource(modality=["facilitated-in-person"]), {"modality": "self-paced hybrid"}, None),
        (resource(modality=["facilitated-in-person"]), {"modality": "facilitated-in-person"}, None),
        (resource(modality=["facilitated-in-person"]), {}, None),
        (resource(modality=["facilitated-in-person", "document"]), {"modality": "self-paced"}, None),
        (resource(modality=["hybrid"]), {"modality": "self-paced"}, None),
        (resource(modality=[]), {"modality": "self-paced"}, None),
        (resource(audiences=["funder"]), {"form": "team"}, "made-for-others"),
        (resource(audiences=HUB_ONLY), {"form": "team"}, "made-for-others"),
        (resource(audiences=[*HUB_ONLY, "coach"]), {"form": "team"}, None),
        (resource(audiences=[]), {"form": "team"}, None),
        (resource(audiences=HUB_ONLY), {"form": "hub"}, None),
        (resource(language=["en"]), {"languages": "es"}, None),
    ],
)
def test_a_support_is_excluded_by_its_gate_and_only_on_known_facts(
    support: Support, facts: dict[str, str], gate: str | None
) -> None:
    found = results(support, **facts)
    assert found.excluded_by(0) == ((gate,) if gate else ())
    assert found.eligible.tolist() == [gate is None]


@pytest.mark.parametrize(
    ("support", "facts", "rule", "sentence", "direction"),
    [
        (provider(serves=["TX", "OK"]), {"state": "TX"}, "state-by-name", "Serves your state (TX).", 1),
        (
            provider(serves=["US"]),
            {"state": "TX"},
            "state-by-name",
            "Does not name your state. It works in the whole United States.",
            0,
        ),
        (
            resource(audiences=["teacher", "coach"]),
            {"roles": "coach other"},
            "your-role",
            "Made for people like you: coaches.",
            1,
        ),
        (
            resource(audiences=["network-hub"]),
            {"form": "hub"},
            "hub-audience",
            "Made for network hubs like yours.",
            1,
        ),
        (
            resource(domains=["network-leadership"]),
            {"form": "team"},
            "hub-work",
            "Partly about leading a network of schools, which is work for a hub.",
            -1,
        ),
        (resource(cost="free"), {"budget": "none"}, "free", "It is free.", 1),
        (
            resource(cost="paid"),
            {"budget": "under-1000"},
            "paid-on-small-budget",
            "It costs money, and you have less than $1,000 to spend.",
            -1,
        ),
        (resource(language=["en"]), {"languages": "es"}, "language", "Only in English. You asked for Spanish.", 0),
        (
            resource(language=["zh-Hans"]),
            {"languages": "zh"},
            "language",
            "In a language you asked for (Chinese).",
            1,
        ),
        (
            resource(evidence=None),
            {"evidence_rule": "yes"},
            "evidence",
            "We could not check it against what your funding asks for. Ask about research evidence.",
            0,
        ),
        (
            resource(resource_type="course"),
            {"season": "summer"},
            "season",
            "Takes much of a term, which fits this time of the school year (summer).",
            1,
        ),
        (
            resource(domains=["sustainability"]),
            {"cycle_phase": "sustaining"},
            "cycle-phase",
            "Helps with the work of this phase (making it last): sustainability.",
            1,
        ),
        (
            resource(equity_centered=True),
            {"priority_needs": "equity-and-voice"},
            "equity",
            "Puts equity at the center, which is one of your needs.",
            1,
        ),
        (
            resource(checked_on="2024-01-05"),
            {},
            "checked-lately",
            "Its page was last checked on 2024-01-05. It may have changed.",
            0,
        ),
        (resource(), {}, "level-window", "Suits where your team is now.", 1),
        (
            resource(),
            {"access_needs": "captions"},
            "access",
            "We do not know if it offers all you need to take part. Ask first.",
            0,
        ),
        (
            resource(focus_areas=["math", "literacy", "science", "attendance", "discipline"]),
            {"focus_areas": "school-climate"},
            "focus-area",
            "About math, literacy, science and 2 more. Your focus: school climate.",
            0,
        ),
    ],
)
def test_a_preference_says_what_it_saw_and_adds_its_weight(
    support: Support, facts: dict[str, str], rule: str, sentence: str, direction: int
) -> None:
    found = results(support, **facts)
    traces = {trace.id: trace.because for trace in found.trace(0)}
    assert traces[rule] == sentence
    weight = next(one.weight for one in RULES.rules if one.id == rule)
    assert weight is not None
    assert found.contributions[rule].tolist() == [direction * weight[support.kind]]


def test_an_unanswered_assessment_excludes_nothing_and_still_reads_well() -> None:
    for support in (resource(), provider()):
        found = results(support)
        assert found.eligible.all()
        for trace in found.trace(0):
            assert "{" not in trace.because
            assert trace.because.endswith(".")


def test_the_gates_are_the_five_of_the_product_and_no_rule_reads_a_demographic_field() -> None:
    gates = [rule.id for rule in RULES.rules if rule.effect in (RuleEffect.REQUIRE, RuleEffect.EXCLUDE)]
    assert gates == ["grade-band", "states-served", "paid-without-budget", "in-person-only", "made-for-others"]
    assert not DEMOGRAPHIC_FIELDS & set(team_words(default_instrument()))


def test_reasons_are_short_sentences() -> None:
    for rule in RULES.rules:
        for _, template in rule.because:
            assert len(template.split()) <= 24, template


def test_rules_may_test_the_answers_that_the_instrument_opens_to_them_and_nothing_else_of_it() -> None:
    words = team_words(default_instrument())
    assert set(words) - set(TeamFact) == {
        "state",
        "grade_bands",
        "focus_areas",
        "cycle_phase",
        "experience",
        "in_network",
        "modality",
        "languages",
        "access_needs",
        "budget",
        "time_available",
        "evidence_rule",
    }
    assert words["budget"] == ("none", "under-1000", "1000-9999", "10000-49999", "50000-plus")
    assert words["languages"] is None
    seasons = default_instrument().context["school_year_time"].options
    assert words["season"] == tuple(option.key for option in seasons)


def test_every_support_field_has_a_column() -> None:
    columns = SupportColumns.of([resource(), provider()])
    for field in SupportField:
        if field is not SupportField.CHECKED_ON:
            assert columns.column(field, RULES.durations).known.shape == (2,)


def test_the_version_names_the_rules_and_their_content() -> None:
    fewer = RULES.model_copy(update={"rules": RULES.rules[1:]})
    assert ruleset_version(RULES).startswith("starter@0.1.0+")
    assert ruleset_version(fewer) != ruleset_version(RULES)


def assessment(**context: object) -> Assessment:
    return Assessment.model_validate_json(
        json.dumps(
            {
                "assessment_id": "a",
                "instrument": {"id": "i", "version": "1"},
                "form": "team",
                "answer_mode": "individual",
                "team": {"id": "t", "name": "T", "context": context},
                "responses": [
                    {"respondent": "1", "role": "coach"},
                    {"respondent": "2", "role": "teacher"},
                    {"respondent": "3", "role": "coach"},
                    {"respondent": "4"},
                ],
            }
        )
    )


def evidence(**context: object) -> TeamEvidence:
    return evidence_of(assessment(**context), default_instrument(), ScoringConfig())


def test_facts_are_the_context_answers_form_roles_and_priority_needs() -> None:
    need = Need(
        domain=Domain.SUSTAINABILITY,
        name="S",
        priority=0.5,
        priority_se=0.1,
        gap=0.5,
        importance=1,
        p_top_three=None,
        word=next(iter(NeedWord)),
        rank=1,
        share=1,
        is_priority=True,
    )
    other = need.model_copy(update={"domain": Domain.TEAM_AND_TIME, "is_priority": False})
    context = {
        "state": ["TX"],
        "budget": "none",
        "evidence_rule": "not-sure",
        "modality": [],
        "languages": ["en", "other"],
        "locale": ["rural"],
        "pct_low_income": 90,
        "school_year_time": "fall",
    }
    facts = team_facts(evidence(**context), [need, other], as_of=date(2026, 7, 1))
    assert facts == TeamFacts(
        {
            "state": ("TX",),
            "budget": ("none",),
            "languages": ("en", "other"),
            TeamFact.SEASON: ("fall",),
            TeamFact.FORM: ("team",),
            TeamFact.ROLES: ("teacher", "coach"),
            TeamFact.PRIORITY_NEEDS: ("sustainability",),
        }
    )


def test_the_season_comes_from_the_date_when_the_team_does_not_say() -> None:
    assert team_facts(evidence(), [], as_of=date(2026, 7, 1)).get(TeamFact.SEASON) == ("summer",)
    months = {1: "winter", 3: "spring", 4: "spring", 5: "year-end", 6: "year-end", 8: "summer", 9: "fall", 12: "winter"}
    assert {month: season_of(date(2026, month, 1)) for month in months} == months
