"""Behavioral checks: ours hold on the shipped catalog, and rankings that misbehave are caught."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.experiments.behavior import BehaviorFile, check_behavior, load_checks, shipped_checks
from eval.experiments.wiring import rank_of
from eval.inputs.files import InvalidFile
from models.assessment import Assessment
from models.recommendation import Match
from models.vocab import Domain, SupportKind
from recommender.catalog.load import Catalog
from recommender.errors import describe
from recommender.testing import make_provider, make_resource
from tests.fixtures.engines import make_recommender
from tests.fixtures.teams import INSTRUMENT, make_team

DAY = date(2026, 11, 21)
CATALOG = Catalog.of(
    [
        *(make_resource(f"res-{name}", summary=f"{name} in schools, week by week.") for name in ("aa", "bb", "cc")),
        make_resource("res-paid", summary="A course that costs.", cost="paid"),
        make_provider("prov-a"),
    ]
)
TEAM = make_team(2, context={"focus_areas": ["math"], "grade_bands": ["high"]})
PRIORITIES = {TEAM.assessment_id: [Domain.IMPROVEMENT_METHODS]}


def match(support_id: str, rank: int, *, kind: SupportKind = SupportKind.RESOURCE, share: float = 1.0) -> Any:
    return Match.model_validate(
        {
            "rank": rank,
            "support_id": support_id,
            "kind": kind,
            "title": "T",
            "url": "https://example.org/",
            "score": 1 - rank / 100,
            "components": {},
            "needs": [
                {"domain": "improvement-methods", "share": share},
                {"domain": "sustainability", "share": 1 - share},
            ],
            "why": ["W"],
            "rules": [],
            "matched_text": None,
        }
    )


def check(name: str, ranker_of: Any, **fields: Any) -> Any:
    (one,) = [item for item in shipped_checks().checks if item.check == name]
    file = BehaviorFile(id="t", version="1", checks=(one.model_copy(update=fields),))
    records = check_behavior(
        file, [TEAM], catalog=CATALOG, instrument=INSTRUMENT, priorities=PRIORITIES, ranker_of=ranker_of
    )
    return next(record for record in records if record.kind == "resource")


def listing(order_of: Any) -> Any:
    """A ranking that lists what `order_of(catalog, assessment)` says."""

    def ranker_of(catalog: Catalog) -> Any:
        def rank(assessment: Assessment, k: int) -> Any:
            ids = order_of(catalog, assessment)[:k]
            lists = [match(support_id, place) for place, support_id in enumerate(ids, start=1)]
            return {SupportKind.RESOURCE: lists, SupportKind.PROVIDER: []}

        return rank

    return ranker_of


def resources(catalog: Catalog) -> list[str]:
    return [support.id for support in catalog.by_kind[SupportKind.RESOURCE]]


def test_our_ranking_keeps_every_shipped_check_on_a_small_catalog() -> None:
    def ours(catalog: Catalog) -> Any:
        return rank_of(make_recommender(catalog.supports), as_of=DAY)

    records = check_behavior(
        shipped_checks(), [TEAM], catalog=CATALOG, instrument=INSTRUMENT, priorities=PRIORITIES, ranker_of=ours
    )
    assert [record.id for record in records if not record.holds] == []
    assert all(record.n_cases for record in records)


def test_a_share_that_rises_with_the_score_is_caught() -> None:
    def ranker_of(catalog: Catalog) -> Any:
        def rank(assessment: Assessment, k: int) -> Any:
            answers: Any = assessment.responses[0].answers
            share = sum(answers.values()) / 1000
            return {SupportKind.RESOURCE: [match("res-aa", 1, share=share)], SupportKind.PROVIDER: []}

        return rank

    found = check("raised_score", ranker_of)
    assert (found.n_cases, found.n_broken, found.holds) == (1, 1, False)
    assert "a-001: improvement-methods" in found.examples[0]


def test_a_list_that_ignores_gates_is_caught() -> None:
    found = check("ineligible", listing(lambda catalog, assessment: resources(catalog)))
    assert not found.holds
    assert "res-paid" in found.examples[0]


def test_a_copy_that_takes_a_second_place_is_caught() -> None:
    assert not check("duplicate", listing(lambda catalog, assessment: resources(catalog))).holds


def test_a_copy_that_lifts_a_support_is_caught() -> None:
    def order(catalog: Catalog, assessment: Assessment) -> Any:
        copied = [one for one in resources(catalog) if one.endswith("-copy")]
        return [*copied, *(one for one in resources(CATALOG) if f"{one}-copy" not in copied)]

    assert "rises from 2 to 1" in check("duplicate", listing(order), places=0).examples[0]
    assert check("duplicate", listing(order), places=1).holds


def test_a_list_that_follows_the_order_of_answers_is_caught() -> None:
    def order(catalog: Catalog, assessment: Assessment) -> Any:
        first = next(iter(assessment.responses[0].answers))
        return sorted(resources(catalog), reverse=first.endswith("1"))

    assert not check("answer_order", listing(order)).holds


def test_a_newcomer_that_reorders_the_others_is_caught_and_one_that_comes_last_is_not() -> None:
    def shuffled(catalog: Catalog, assessment: Assessment) -> Any:
        return sorted(resources(catalog), reverse=len(catalog.supports) > len(CATALOG.supports))

    def last(catalog: Catalog, assessment: Assessment) -> Any:
        return sorted(resources(catalog), key=lambda one: (one == "res-behavior-newcomer", one))

    assert not check("newcomer", listing(shuffled)).holds
    assert check("newcomer", listing(last)).holds


def test_supports_that_were_nearly_tied_may_swap() -> None:
    def swapped(catalog: Catalog, assessment: Assessment) -> Any:
        ids = sorted(set(resources(catalog)) & set(resources(CATALOG)))
        return [ids[1], ids[0], *ids[2:]] if len(catalog.supports) > len(CATALOG.supports) else ids

    assert check("newcomer", listing(swapped), tolerance=0.011).holds, "the two were 0.01 apart"
    assert not check("newcomer", listing(swapped), tolerance=0.009).holds


def test_a_share_of_cases_may_break_a_check_when_the_file_says_so() -> None:
    found = check("duplicate", listing(lambda catalog, assessment: resources(catalog)), at_most=1.0)
    assert (found.n_broken, found.holds) == (1, True)


def test_every_fault_of_a_file_of_checks_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "checks.yaml"
    path.write_text(
        "id: mine\n"
        "version: 0.1.0\n"
        "checks:\n"
        "  - {id: a, says: A., check: raised_score, by: 9}\n"
        "  - {id: b, says: B., check: rasied_score}\n"
        "  - {id: c, says: C., check: answer_order, kk: 3}\n",
        "utf-8",
    )
    with pytest.raises(InvalidFile) as caught:
        load_checks(path)
    lines = [describe(fault) for fault in caught.value.faults]
    assert [fault.line for fault in caught.value.faults] == [4, 5, 6]
    assert "rasied_score" in lines[1]
    assert "'kk' is not a field here" in lines[2]
