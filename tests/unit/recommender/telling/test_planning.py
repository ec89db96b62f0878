"""Which phase a match belongs to."""

from typing import Any

import pytest

from models.needs import Need
from models.recommendation import Match, NeedShare, PlanPhase, RankedList
from models.support import Support
from models.vocab import Domain, NeedWord, Phase, ReadinessAdvice, SupportKind
from recommender.telling.planning import MAX_ENTRIES, make_plan
from recommender.testing import make_provider, make_resource
from recommender.words import Speaker

PREPARE_FIRST = Speaker().tell("plan.prepare_first")
DATA, METHODS = Domain.DATA_AND_MEASUREMENT, Domain.IMPROVEMENT_METHODS


def need(domain: Domain, *, gap: float | None = 0.6, **fields: Any) -> Need:
    known: dict[str, Any] = {
        "domain": domain, "name": domain.value, "priority": gap, "priority_se": 0.1, "gap": gap, "importance": 1,
        "p_top_three": 0.9, "word": NeedWord.START_HERE, "rank": 1, "share": 0.5, "is_priority": True,
    }  # fmt: skip
    return Need.model_validate(known | fields)


def match(support: Support, *domains: Domain) -> Match:
    return Match(
        rank=1, support_id=support.id, kind=support.kind, title=support.display_title, url=support.url, score=0.5,
        components={}, needs=tuple(NeedShare(domain=domain, share=None) for domain in domains), why=("Because.",),
        rules=(), matched_text=None,
    )  # fmt: skip


def plan(
    supports: list[Support], needs: list[Need], *, short: bool = True, level: int | None = 2,
    domains: tuple[Domain, ...] = (METHODS,),
) -> tuple[PlanPhase, ...]:  # fmt: skip
    lists = [
        RankedList(
            kind=kind,
            matches=tuple(match(support, *domains) for support in supports if support.kind is kind),
            unmet_needs=(),
            n_eligible=1,
            n_excluded=0,
        )
        for kind in SupportKind
    ]
    return make_plan(
        lists,
        needs,
        supports={support.id: support for support in supports},
        is_short={support.id: short for support in supports},
        present_levels={} if level is None else dict.fromkeys(Domain, level),
        speaker=Speaker(),
    )


def phase_of(phases: tuple[PlanPhase, ...]) -> Phase | None:
    (found,) = [phase.phase for phase in phases if phase.entries] or [None]
    return found


@pytest.mark.parametrize(
    ("short", "level", "expected"),
    [(True, 2, Phase.START_NOW), (True, 3, Phase.BUILD), (False, 2, Phase.BUILD), (True, None, Phase.BUILD)],
    ids=["short and at your level", "another level", "long", "level unknown"],
)
def test_a_resource_starts_now_when_it_is_short_and_suits_the_present_level(
    short: bool, level: int | None, expected: Phase
) -> None:
    assert phase_of(plan([make_resource(levels=[1, 2])], [need(METHODS)], short=short, level=level)) is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"gap": 0.5}, Phase.PARTNER), ({"gap": 0.49}, None), ({"is_priority": False}, None), ({"gap": None}, None)],
    ids=["wide", "narrow", "not a priority", "unknown"],
)
def test_a_provider_is_a_partner_where_the_gap_of_a_priority_need_is_wide(
    fields: dict[str, Any], expected: Phase | None
) -> None:
    assert phase_of(plan([make_provider()], [need(METHODS, **fields)])) is expected


def test_a_provider_counts_the_gap_of_every_need_it_serves() -> None:
    needs = [need(METHODS, gap=0.2), need(DATA, gap=0.8)]
    assert phase_of(plan([make_provider()], needs, domains=(METHODS, DATA))) is Phase.PARTNER


@pytest.mark.parametrize(
    ("support", "short", "expected"),
    [
        (make_resource(cost="paid"), False, None),
        (make_resource(cost="paid"), True, Phase.START_NOW),
        (make_resource(cost="free"), False, Phase.BUILD),
        (make_provider(), True, None),
    ],
    ids=["long and paid", "short", "free", "provider"],
)
def test_a_team_that_must_prepare_first_is_given_only_short_or_free_resources(
    support: Support, short: bool, expected: Phase | None
) -> None:
    phases = plan([support], [need(METHODS, readiness=ReadinessAdvice.PREPARE_FIRST)], short=short)
    assert phase_of(phases) is expected
    assert all(entry.because == PREPARE_FIRST for phase in phases for entry in phase.entries)


def test_what_serves_no_need_is_not_planned() -> None:
    assert phase_of(plan([make_resource()], [need(DATA)])) is None


def test_a_phase_keeps_the_order_of_the_list_and_ends_after_four() -> None:
    supports: list[Support] = [make_resource(f"res-{letter}") for letter in "fbdace"]
    (start, *others) = plan(supports, [need(METHODS)])
    assert [entry.support_id for entry in start.entries] == ["res-f", "res-b", "res-d", "res-a"]
    assert len(start.entries) == MAX_ENTRIES
    assert not any(phase.entries for phase in others)


def test_an_entry_names_the_needs_that_it_serves_here() -> None:
    (start, *_) = plan([make_resource()], [need(METHODS)], domains=(DATA, METHODS))
    assert start.entries[0].domains == (METHODS,)
