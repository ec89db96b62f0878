"""The five gates: each closes on facts known on both sides, and on nothing else; the shipped rules agree."""

from datetime import date
from typing import Any

import pytest

from eval.inputs.gates import closed_gate, forbidden_supports
from eval.inputs.judged import development_teams
from models.assessment import Assessment
from recommender.catalog.load import starter_catalog
from recommender.config import ScoringConfig
from recommender.diagnosis.evidence import evidence_of
from recommender.instruments import default_instrument
from recommender.reading.values import fill
from recommender.rules.columns import SupportColumns
from recommender.rules.evaluate import evaluate
from recommender.rules.facts import team_facts
from recommender.rules.load import starter_ruleset
from recommender.testing import make_provider, make_resource


def team(form: str = "team", **context: Any) -> Any:
    return Assessment.model_validate(
        {
            "assessment_id": "a",
            "instrument": {"id": "i", "version": "1"},
            "form": form,
            "answer_mode": "individual",
            "team": {"id": "t", "name": "T", "context": context},
            "responses": [{"respondent": "r"}],
        }
    )


@pytest.mark.parametrize(
    ("assessment", "support", "gate"),
    [
        (team(grade_bands=("high",)), make_resource(grade_bands=("middle", "elementary")), "grade_bands"),
        (team(grade_bands=("high",)), make_resource(grade_bands=("middle", "high")), None),
        (team(grade_bands=("high",)), make_resource(grade_bands=("all",)), None),
        (team(grade_bands=("all",)), make_resource(grade_bands=("middle",)), None),
        (team(), make_resource(grade_bands=("middle",)), None),
        (team(grade_bands=("high",)), make_resource(grade_bands=()), None),
        (team(state=("TX",)), make_provider(serves=("CA", "NM")), "serves"),
        (team(state=("TX", "NM")), make_provider(serves=("CA", "NM")), None),
        (team(state=("PR",)), make_provider(serves=("US",)), None),
        (team(state=("outside-us",)), make_provider(serves=("US",)), "serves"),
        (team(state=("outside-us",)), make_provider(serves=()), None),
        (team(), make_provider(serves=("CA",)), None),
        (team(budget="none"), make_resource(cost="paid"), "cost"),
        (team(budget="none"), make_resource(cost="mixed"), None),
        (team(budget="none"), make_resource(cost=None), None),
        (team(budget="not-sure"), make_resource(cost="paid"), None),
        (team(modality=("document", "self-paced")), make_provider(modality=("facilitated-in-person",)), "modality"),
        (team(modality=("document", "hybrid")), make_provider(modality=("facilitated-in-person",)), None),
        (team(modality=("document",)), make_provider(modality=("facilitated-in-person", "hybrid")), None),
        (team(), make_provider(modality=("facilitated-in-person",)), None),
        (team(), make_resource(audiences=("network-hub", "funder")), "audiences"),
        (team(form="hub"), make_resource(audiences=("network-hub", "funder")), None),
        (team(), make_resource(audiences=("network-hub", "coach")), None),
        (team(), make_resource(audiences=()), None),
    ],
)
def test_a_gate_closes_only_on_facts_known_on_both_sides(assessment: Any, support: Any, gate: str | None) -> None:
    assert closed_gate(assessment, support) == gate


def test_the_shipped_rules_exclude_exactly_what_the_gates_forbid() -> None:
    supports = starter_catalog().supports
    columns, ruleset = SupportColumns.of(supports), starter_ruleset()
    for assessment in development_teams(read=lambda data, report: fill(Assessment, data, report)).assessments:
        as_of = date(2026, 10, 15)
        known = evidence_of(assessment, default_instrument(), ScoringConfig())
        results = evaluate(ruleset, columns, team_facts(known, (), as_of=as_of), as_of=as_of)
        excluded = {support.id for support, kept in zip(supports, results.eligible, strict=True) if not kept}
        assert excluded == forbidden_supports(assessment, supports)
        assert excluded
