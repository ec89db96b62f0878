"""Requests at the edges, over catalogs small enough to foresee the list."""

from datetime import date
from typing import Any

import pytest

from models.base import SupportId
from models.support import Support
from models.vocab import Cost, Domain, Phase, SupportKind
from recommender.catalog.load import starter_catalog
from recommender.config_load import starter_config
from recommender.errors import UnknownSupport
from recommender.pipeline import ListTerms, Recommender
from recommender.testing import make_provider, make_resource
from tests.fixtures.engines import make_recommender
from tests.fixtures.teams import make_team

AS_OF = date(2026, 11, 21)
DATA, METHODS = Domain.DATA_AND_MEASUREMENT, Domain.IMPROVEMENT_METHODS
TEXTS = (
    "Short cycles that test one change in one classroom.",
    "How to read attendance numbers every week and act on them.",
    "Ways to hear students and families before deciding anything.",
    "A calendar that protects an hour for the team.",
    "What principals do so that improvement work lasts.",
)


def catalog(n: int = 5, **fields: Any) -> list[Support]:
    """`n` resources that differ in their words, all on improvement methods unless said otherwise."""
    return [
        make_resource(f"res-{number}", title=f"Guide {number}", summary=TEXTS[number % len(TEXTS)], **fields)
        for number in range(n)
    ]


def engine(*supports: Support, floor: float = 0.0, **settings: Any) -> Recommender:
    config = starter_config()
    kinds = {kind: one.model_copy(update={"floor": floor, **settings}) for kind, one in config.kinds.items()}
    return make_recommender(supports, config=config.model_copy(update={"kinds": kinds}))


def ids(recommender: Recommender, team: Any, **choices: Any) -> list[str]:
    return [match.support_id for match in recommender.recommend(team, ListTerms(AS_OF, **choices)).lists[0].matches]


@pytest.mark.parametrize(
    "team",
    [
        make_team(4),
        make_team(None),
        make_team(None, n=1),
        make_team(4, importance={domain.value: "not_now" for domain in (DATA, METHODS)}),
        make_team(1, set_aside=["instructional-improvement"]),
        make_team(2, form="hub"),
        make_team(2, answer_mode="consensus", n=1),
        make_team(2, length="short", focus_domains=[DATA.value]),
        make_team(None, open_text={"challenges": "?!", "hoped_for_support": " \n "}),
        make_team(None, open_text={"challenges": "We have no time for attendance numbers."}),
    ],
    ids=["all at the top", "nobody answered", "one rater, no answer", "nothing matters", "set aside", "hub", "agreed",
         "short", "words without letters", "words alone"],
)  # fmt: skip
def test_every_team_gets_a_list_and_a_plan(team: Any) -> None:
    recommender = engine(*catalog(), make_provider())
    resources, providers = recommender.recommend(team, ListTerms(AS_OF)).lists
    assert (len(resources.matches), len(providers.matches)) == (5, 1)
    for match in (*resources.matches, *providers.matches):
        assert 0 <= match.score <= 1
        assert 1 <= len(match.why) <= 3
        assert abs(sum(match.components.values()) - match.score) < 1e-9


@pytest.mark.parametrize("supports", [[], [make_resource()], [make_provider()]], ids=["empty", "resource", "provider"])
def test_a_kind_without_supports_has_an_empty_list_and_unmet_needs(supports: list[Support]) -> None:
    run = make_recommender(supports).recommend(make_team(1), ListTerms(AS_OF))
    for ranked in run.lists:
        expected = {support.id for support in supports if support.kind is ranked.kind}
        assert {match.support_id for match in ranked.matches} <= expected
        if not expected:
            assert ranked.matches == ()
            assert len(ranked.unmet_needs) >= 3


def test_a_team_that_every_support_is_kept_from_gets_an_empty_list() -> None:
    recommender = engine(*catalog(cost="paid"))
    run = recommender.recommend(make_team(1, context={"budget": "none"}), ListTerms(AS_OF))
    assert run.lists[0].matches == ()
    assert (run.lists[0].n_eligible, run.lists[0].n_excluded) == (0, 5)
    assert all(not phase.entries for phase in run.plan)


def test_k_beyond_the_catalog_lists_the_catalog() -> None:
    recommender = engine(*catalog())
    assert sorted(ids(recommender, make_team(1), k=99)) == [f"res-{number}" for number in range(5)]
    assert len(recommender.rank(make_team(1), as_of=AS_OF, k=99)[0].matches) == 5


def test_k_decides_how_many_are_listed() -> None:
    recommender = engine(*catalog())
    assert len(ids(recommender, make_team(1), k=2)) == 2


def test_nothing_below_the_floor_is_listed_and_its_need_is_reported_unmet() -> None:
    supports = [
        *catalog(3, needs_met=["How do we test a change?"]),
        make_resource("res-data", domains=["data-and-measurement"], language=["es"], levels=[4]),
    ]
    levels = {METHODS: 1, DATA: 1, Domain.SUSTAINABILITY: 1}
    team = make_team(levels, importance={domain.value: "top_three" for domain in levels}, context={"languages": ["en"]})
    scores = {
        match.support_id: match.score - match.components["diversity"]
        for match in engine(*supports).recommend(team, ListTerms(AS_OF)).lists[0].matches
    }
    floor = min(score for id_, score in scores.items() if id_ != "res-data")
    assert scores[SupportId("res-data")] < floor
    ranked = engine(*supports, floor=floor - 1e-9).recommend(team, ListTerms(AS_OF)).lists[0]
    assert sorted(match.support_id for match in ranked.matches) == ["res-0", "res-1", "res-2"]
    assert [need.domain for need in ranked.unmet_needs] == [DATA, Domain.SUSTAINABILITY]
    assert "data" in ranked.unmet_needs[0].detail


def test_a_need_that_only_an_excluded_support_serves_is_unmet() -> None:
    supports = [*catalog(), make_resource("res-data", domains=["data-and-measurement"], cost="paid")]
    team = make_team({METHODS: 1, DATA: 1}, context={"budget": "none"})
    assert [need.domain for need in engine(*supports).recommend(team, ListTerms(AS_OF)).lists[0].unmet_needs] == [DATA]


def test_a_copy_of_a_listed_support_is_left_out() -> None:
    supports = catalog()
    copy = supports[1].model_copy(update={"id": "res-copy"})
    listed = ids(engine(*supports, copy), make_team(1))
    assert len(listed) == 5
    assert len({"res-1", "res-copy"} & set(listed)) == 1


def test_a_support_without_statements_is_matched_by_its_summary() -> None:
    (match,) = engine(make_resource()).recommend(make_team(1), ListTerms(AS_OF)).lists[0].matches
    assert match.matched_text is not None
    assert match.matched_text.support_text == make_resource().summary


def test_a_support_with_statements_is_matched_by_one_of_them() -> None:
    spoken = ["How do we find time?", "How do we test a change?"]
    (match,) = engine(make_resource(needs_met=spoken)).recommend(make_team(1), ListTerms(AS_OF)).lists[0].matches
    assert match.matched_text is not None
    assert match.matched_text.support_text in spoken


def test_an_unknown_context_excludes_nothing() -> None:
    supports: list[Support] = [
        make_resource("res-a", grade_bands=["high"], cost="paid", modality=["facilitated-in-person"]),
        make_provider("prov-a", serves=["TX"], cost="paid", grade_bands=["elementary"]),
    ]
    for team in (make_team(1), make_team(1, context={"state": [], "grade_bands": [], "budget": "not-sure"})):
        assert [ranked.n_excluded for ranked in engine(*supports).recommend(team, ListTerms(AS_OF)).lists] == [0, 0]


def test_a_domain_without_answers_is_matched_from_its_importance() -> None:
    supports = [make_resource("res-data", domains=["data-and-measurement"], summary=TEXTS[1]), *catalog(1)]
    answered = {METHODS: 3}
    wants = {DATA.value: "top_three", METHODS.value: "not_now"}
    assert ids(engine(*supports), make_team(answered, importance=wants))[0] == "res-data"
    unwanted = {DATA.value: "not_now", METHODS.value: "top_three"}
    assert ids(engine(*supports), make_team(answered, importance=unwanted))[0] == "res-0"


def test_a_domain_that_is_set_aside_is_no_need() -> None:
    teaching = Domain.INSTRUCTIONAL_IMPROVEMENT
    recommender = engine(make_resource(domains=[teaching.value]), *catalog())
    team = make_team(1, set_aside=[teaching.value])
    run = recommender.recommend(team, ListTerms(AS_OF))
    assert teaching not in [need.domain for need in run.needs]
    match = next(match for match in run.lists[0].matches if match.support_id == "res-example")
    assert match.needs == ()
    assert match.components["need_focus"] == 0


def test_no_plan_entry_is_made_for_what_serves_no_need() -> None:
    run = engine(*catalog()).recommend(make_team(4), ListTerms(AS_OF))
    assert len(run.lists[0].matches) == 5
    assert [phase.phase for phase in run.plan] == list(Phase)
    assert all(not phase.entries for phase in run.plan)


def test_why_not_of_a_listed_support_gives_its_place() -> None:
    recommender = engine(*catalog())
    first = recommender.recommend(make_team(1), ListTerms(AS_OF)).lists[0].matches[0]
    answer = recommender.why_not(make_team(1), first.support_id, ListTerms(AS_OF))
    assert (answer.outcome, answer.rank, answer.score) == ("listed", 1, first.score)
    assert answer.components == first.components
    assert answer.margin is None


def test_why_not_of_an_excluded_support_names_the_rule() -> None:
    recommender = engine(*catalog(), make_resource("res-paid", cost="paid", grade_bands=["high"]))
    team = make_team(1, context={"budget": "none", "grade_bands": ["middle"]})
    answer = recommender.why_not(team, "res-paid", ListTerms(AS_OF))
    assert answer.outcome == "excluded"
    assert [trace.id for trace in answer.excluded_by] == ["grade-band", "paid-without-budget"]
    assert all(trace.because in answer.detail for trace in answer.excluded_by)
    assert (answer.rank, answer.score, answer.margin) == (None, None, None)


def test_why_not_below_the_floor_gives_what_is_missing() -> None:
    answer = engine(*catalog(), floor=0.99).why_not(make_team(1), "res-0", ListTerms(AS_OF))
    assert answer.outcome == "below_floor"
    assert answer.score is not None
    assert answer.margin == pytest.approx(0.99 - answer.score)
    assert sum(answer.components.values()) == pytest.approx(answer.score, abs=1e-9)


def test_why_not_beyond_the_last_place_gives_rank_and_margin() -> None:
    recommender = engine(*catalog(), diversity=0.0)
    order = ids(recommender, make_team(1))
    scores = [match.score for match in recommender.recommend(make_team(1), ListTerms(AS_OF)).lists[0].matches]
    answer = recommender.why_not(make_team(1), order[4], ListTerms(AS_OF, k=2))
    assert (answer.outcome, answer.rank) == ("beyond_k", 5)
    assert answer.margin == pytest.approx(scores[1] - scores[4], abs=1e-6)
    assert "2 places" in answer.detail


def test_why_not_of_a_repeat_names_the_listed_one() -> None:
    supports = catalog()
    copy = supports[1].model_copy(update={"id": "res-copy"})
    recommender = engine(*supports, copy)
    (left_out,) = {"res-1", "res-copy"} - set(ids(recommender, make_team(1)))
    answer = recommender.why_not(make_team(1), left_out, ListTerms(AS_OF))
    assert answer.outcome == "near_duplicate"
    assert "Guide 1" in answer.detail


def test_why_not_of_a_repeat_of_what_is_not_listed_either_gives_its_own_reason() -> None:
    supports = catalog()
    copy = supports[1].model_copy(update={"id": "res-copy"})
    assert (
        engine(*supports, copy, floor=0.99).why_not(make_team(1), "res-copy", ListTerms(AS_OF)).outcome == "below_floor"
    )


def test_why_not_of_an_unknown_id_suggests_close_ones() -> None:
    with pytest.raises(UnknownSupport, match="res-0"):
        engine(*catalog()).why_not(make_team(1), "res-00", ListTerms(AS_OF))


def test_why_not_ranks_agree_with_the_ranking() -> None:
    recommender = engine(*catalog(), diversity=0.0)
    for rank, support_id in enumerate(ids(recommender, make_team(1)), start=1):
        assert recommender.why_not(make_team(1), support_id, ListTerms(AS_OF, k=1)).rank == rank


@pytest.mark.parametrize("kind", SupportKind)
def test_a_large_catalog_lists_what_the_text_search_finds(kind: SupportKind) -> None:
    """With fewer candidates than supports, each match is ranked by the same score as without that limit."""
    catalog = starter_catalog()
    supports = catalog.by_kind[kind][:30]
    team = make_team({METHODS: 1, DATA: 3}, open_text={"challenges": "We never test a change in one classroom."})
    config = starter_config()
    small = make_recommender(supports, config=config.model_copy(update={"n_candidates_per_need": 2}))
    (found,) = small.rank(team, as_of=AS_OF, kinds=[kind], k=99)
    (whole,) = make_recommender(supports).rank(team, as_of=AS_OF, kinds=[kind], k=99)
    fit = {match.support_id: match.score - match.components["diversity"] for match in whole.matches}
    assert 2 <= len(found.matches) < len(whole.matches)
    assert all(match.score - match.components["diversity"] == pytest.approx(fit[match.support_id], abs=1e-9)
               for match in found.matches)  # fmt: skip
    assert found.n_eligible == whole.n_eligible
    outside = next(id_ for id_ in fit if id_ not in {match.support_id for match in found.matches})
    answer = small.why_not(team, outside, ListTerms(AS_OF))
    assert (answer.outcome, answer.rank) == ("beyond_k", None)
    assert "too far" in answer.detail


def test_a_large_catalog_is_searched_among_eligible_supports_only() -> None:
    supports = [*catalog(40, cost="paid"), make_resource("res-free", summary="Something else entirely.")]
    config = starter_config().model_copy(update={"n_candidates_per_need": 2})
    team = make_team(1, context={"budget": "none"})
    ranked = make_recommender(supports, config=config).rank(team, as_of=AS_OF, kinds=[SupportKind.RESOURCE], k=5)[0]
    assert [match.support_id for match in ranked.matches] == ["res-free"]


@pytest.mark.parametrize(
    ("team", "n_listed"),
    [(make_team(1, context={"budget": "none"}), 0), (make_team(4), 3), (make_team(None), 2)],
    ids=["all excluded", "all at the top", "nobody answered"],
)
def test_a_large_catalog_serves_teams_at_the_edges(team: Any, n_listed: int) -> None:
    """Two candidates a need; a team that answered nothing has one search for all."""
    resources = [
        one.model_copy(update={"cost": Cost.PAID}) for one in starter_catalog().by_kind[SupportKind.RESOURCE][:30]
    ]
    config = starter_config().model_copy(update={"n_candidates_per_need": 2})
    (ranked,) = make_recommender(resources, config=config).rank(team, as_of=AS_OF, kinds=[SupportKind.RESOURCE], k=3)
    assert len(ranked.matches) == n_listed


def test_a_large_catalog_lists_no_repeats_either() -> None:
    resources = starter_catalog().by_kind[SupportKind.RESOURCE][:30]
    copies = [one.model_copy(update={"id": f"{one.id}-copy"}) for one in resources]
    config = starter_config().model_copy(update={"n_candidates_per_need": 20})
    recommender = make_recommender([*resources, *copies], config=config)
    (ranked,) = recommender.rank(make_team(1), as_of=AS_OF, kinds=[SupportKind.RESOURCE], k=10)
    listed = [match.support_id.removesuffix("-copy") for match in ranked.matches]
    assert len(set(listed)) == len(listed) == 10
