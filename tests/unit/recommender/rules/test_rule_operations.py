"""Each operation of a rule's test: met, missed, unknown, on supports that can be checked by eye."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from models.support import Evidence, Provider, Resource
from recommender.rules.columns import SupportColumns
from recommender.rules.evaluate import evaluate
from recommender.rules.facts import TeamFacts
from recommender.rules.load import parse_ruleset
from tests.fixtures.supports import provider, resource

AS_OF = date(2026, 11, 21)
MET, MISSED, UNKNOWN, SILENT = "met", "missed", "unknown", "silent"
WORDS = {1: MET, 0: MISSED, -1: UNKNOWN, -2: SILENT}


def outcome(test: str, support: Resource | Provider, *, level_fit: float | None = None, **facts: str) -> str:
    """The outcome of one test; facts are words separated by spaces."""
    text = f"""
id: one
version: 1.0.0
durations: {{toolkit: medium, guide: short, practice-guide: long, template: short, protocol: short,
  rubric-or-assessment: short, course: long, video: short, webinar: short, case-study: short, research-brief: short,
  report: medium, book: long, article: short, dataset-or-dashboard: medium, tool: medium, discussion-guide: short}}
rules:
  - {{id: r, effect: prefer, weight: 1, test: {test}, because: {{met: a, missed: b, unknown: c}}}}
"""
    ruleset = parse_ruleset(text, file="one.yaml")
    known = TeamFacts({name: tuple(words.split()) for name, words in facts.items()})
    derived = None if level_fit is None else {ruleset.rules[0].test.column: np.array([level_fit])}  # type: ignore[union-attr]
    results = evaluate(ruleset, SupportColumns.of([support]), known, as_of=AS_OF, derived=derived)
    word = WORDS[int(results.outcomes[0, 0])]
    assert results.contributions["r"].tolist() == [1.0 if word == MET else 0.0]
    assert results.eligible.tolist() == [True]
    return word


GRADES = "{op: overlaps, team: grade_bands, support: grade_bands, wildcard: all}"
STATES = "{op: overlaps, team: state, support: serves, expand: {US: [TX, PR, DC]}}"
MODES = (
    "{op: overlaps, team: modality, support: modality, expand: {hybrid: [facilitated-virtual, facilitated-in-person]}}"
)
RANGE = "{op: language_range}"


@pytest.mark.parametrize(
    ("test", "facts", "support", "expected"),
    [
        (GRADES, {"grade_bands": "middle high"}, {"grade_bands": ["high"]}, MET),
        (GRADES, {"grade_bands": "middle"}, {"grade_bands": ["high"]}, MISSED),
        (GRADES, {"grade_bands": "middle"}, {"grade_bands": ["all"]}, MET),
        (GRADES, {"grade_bands": "all"}, {"grade_bands": ["high"]}, MET),
        (GRADES, {"grade_bands": "all"}, {"grade_bands": []}, UNKNOWN),
        (GRADES, {}, {"grade_bands": ["high"]}, UNKNOWN),
        (MODES, {"modality": "hybrid"}, {"modality": ["facilitated-in-person"]}, MET),
        (MODES, {"modality": "facilitated-virtual"}, {"modality": ["hybrid"]}, MET),
        (MODES, {"modality": "hybrid"}, {"modality": ["hybrid"]}, MET),
        (MODES, {"modality": "hybrid"}, {"modality": ["document"]}, MISSED),
        (MODES, {"modality": "facilitated-virtual"}, {"modality": ["facilitated-in-person"]}, MISSED),
        ("{op: overlaps, team: roles, support: audiences}", {"roles": "other"}, {"audiences": ["teacher"]}, MISSED),
        (RANGE, {"languages": "zh"}, {"language": ["zh-Hans"]}, MET),
        (RANGE, {"languages": "ZH"}, {"language": ["zh"]}, MET),
        (RANGE, {"languages": "zh"}, {"language": ["zha"]}, MISSED),
        (RANGE, {"languages": "zh-Hant"}, {"language": ["zh"]}, MISSED),
        (RANGE, {"languages": "other"}, {"language": ["en"]}, UNKNOWN),
        (RANGE, {"languages": "es other"}, {"language": ["en"]}, UNKNOWN),
        (RANGE, {"languages": "en other"}, {"language": ["en"]}, MET),
        (RANGE, {"languages": "en"}, {"language": []}, UNKNOWN),
        (RANGE, {}, {"language": ["en"]}, UNKNOWN),
        ("{op: among, support: cost, values: [free, mixed]}", {}, {"cost": "mixed"}, MET),
        ("{op: among, support: cost, values: [free]}", {}, {"cost": "paid"}, MISSED),
        ("{op: among, support: cost, values: [free]}", {}, {"cost": None}, UNKNOWN),
        ('{op: among, support: equity_centered, values: ["yes"]}', {}, {"equity_centered": True}, MET),
        ('{op: among, support: levels, values: ["1", "2"]}', {}, {"levels": [2, 4]}, MET),
        ("{op: among, support: evidence, values: [rct]}", {}, {"evidence": None}, UNKNOWN),
        (
            "{op: among, support: evidence, values: [rct]}",
            {},
            {"evidence": Evidence(kind="rct", level=None, url="https://example.org")},
            MET,
        ),
        ("{op: exactly, support: modality, values: [document]}", {}, {"modality": ["document"]}, MET),
        ("{op: exactly, support: modality, values: [document]}", {}, {"modality": ["document", "hybrid"]}, MISSED),
        ("{op: exactly, support: modality, values: [document, hybrid]}", {}, {"modality": ["document"]}, MISSED),
        ("{op: exactly, support: modality, values: [document]}", {}, {"modality": []}, UNKNOWN),
        ("{op: exactly, support: language, values: [tlh]}", {}, {"language": ["en"]}, MISSED),
        ("{op: within, support: audiences, values: [funder, teacher]}", {}, {"audiences": ["funder"]}, MET),
        ("{op: within, support: audiences, values: [funder]}", {}, {"audiences": ["funder", "coach"]}, MISSED),
        ("{op: within, support: audiences, values: [funder]}", {}, {"audiences": []}, UNKNOWN),
        ("{op: fresh, days: 20}", {}, {"checked_on": "2026-11-01"}, MET),
        ("{op: fresh, days: 19}", {}, {"checked_on": "2026-11-01"}, MISSED),
        ("{op: fresh, days: 0}", {}, {"checked_on": "2026-12-24"}, MET),
        ("{op: overlaps, team: access_needs, support: access}", {"access_needs": "print"}, {}, UNKNOWN),
        ("{op: within, support: duration, values: [short]}", {}, {"resource_type": "guide"}, MET),
        ("{op: exactly, support: duration, values: [short]}", {}, {"resource_type": "book"}, MISSED),
        ("{op: at_least, column: level_fit, value: 0.5}", {}, {}, UNKNOWN),
    ],
)
def test_outcome_of_each_operation(test: str, facts: dict[str, Any], support: dict[str, Any], expected: str) -> None:
    assert outcome(test, resource(**support), **facts) == expected


MAPPED = """{op: mapped, team: in_network, support: domains, table:
  {"yes": [network-leadership], joining: [network-leadership, team-and-time], "no": [team-and-time]}}"""


@pytest.mark.parametrize(
    ("facts", "domain", "expected"),
    [
        ({"in_network": "joining"}, "team-and-time", MET),
        ({"in_network": "yes"}, "team-and-time", MISSED),
        ({}, "team-and-time", UNKNOWN),
    ],
)
def test_a_table_gives_what_a_team_can_use(facts: dict[str, Any], domain: str, expected: str) -> None:
    assert outcome(MAPPED, resource(domains=[domain]), **facts) == expected


@pytest.mark.parametrize(
    ("states", "serves", "expected"),
    [
        ("TX", ["TX", "OK"], MET),
        ("TX", ["OK"], MISSED),
        ("PR", ["US"], MET),
        ("outside-us", ["US"], MISSED),
        ("outside-us TX", ["US"], MET),
        ("TX", [], UNKNOWN),
        ("outside-us", [], UNKNOWN),
    ],
)
def test_us_stands_for_its_states(states: str, serves: list[str], expected: str) -> None:
    assert outcome(STATES, provider(serves=serves), state=states) == expected


@pytest.mark.parametrize(("fit", "expected"), [(0.5, MET), (0.49, MISSED), (float("nan"), UNKNOWN)])
def test_a_derived_number_counts_from_the_threshold_and_nan_is_unknown(fit: float, expected: str) -> None:
    assert outcome("{op: at_least, column: level_fit, value: 0.5}", resource(), level_fit=fit) == expected


def test_a_field_that_a_kind_lacks_is_unknown() -> None:
    assert outcome("{op: among, support: evidence, values: [rct]}", provider()) == UNKNOWN
    assert outcome("{op: within, support: duration, values: [short]}", provider()) == UNKNOWN
    assert outcome("{op: among, support: serves, values: [TX]}", resource()) == UNKNOWN


@pytest.mark.parametrize(
    ("when", "facts", "expected"),
    [
        ("[{field: budget, any_of: [none]}]", {"budget": "none"}, MET),
        ("[{field: budget, any_of: [none]}]", {"budget": "1000-9999"}, SILENT),
        ("[{field: budget, any_of: [none]}]", {}, UNKNOWN),
        ("[{field: modality, only: [document, hybrid]}]", {"modality": "document"}, MET),
        ("[{field: modality, only: [document, hybrid]}]", {"modality": "document self-paced"}, SILENT),
        ("[{field: budget, any_of: [none]}, {field: form, any_of: [hub]}]", {"form": "team"}, SILENT),
        ("[{field: budget, any_of: [none]}, {field: form, any_of: [hub]}]", {"form": "hub"}, UNKNOWN),
        ("[{field: priority_needs, any_of: [equity-and-voice]}]", {"priority_needs": ""}, SILENT),
    ],
)
def test_a_rule_is_silent_when_a_condition_fails_and_unknown_when_one_is_unknown(
    when: str, facts: dict[str, Any], expected: str
) -> None:
    # The condition list rides on the test text: both are values of the same rule.
    assert outcome("{op: among, support: cost, values: [free]}, when: " + when, resource(), **facts) == expected


def test_a_rule_is_silent_for_a_kind_that_it_leaves_out() -> None:
    test = "{op: among, support: cost, values: [free]}, kinds: [provider]"
    assert outcome(test, resource()) == SILENT
    assert outcome(test, provider()) == MET
