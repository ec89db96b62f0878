"""What was finished, is in use, was declined or removed is left out, and the run says so."""

from datetime import date
from typing import Any

import pytest

from models.assessment import Assessment
from models.recommendation import PastStatus, PastSupport, RecommendationRun
from models.support import Support
from models.vocab import Domain
from recommender.config_load import starter_config
from recommender.pipeline import ListTerms, Recommender
from recommender.telling.history import latest, left_out_because
from recommender.testing import make_provider, make_resource
from recommender.words import Speaker
from tests.fixtures.engines import make_recommender
from tests.fixtures.teams import make_team

AS_OF = date(2026, 11, 21)
METHODS, DATA = Domain.IMPROVEMENT_METHODS, Domain.DATA_AND_MEASUREMENT
TEXTS = (
    "Short cycles that test one change in one classroom.",
    "How to read attendance numbers every week and act on them.",
    "Ways to hear students and families before deciding anything.",
    "A calendar that protects an hour for the team.",
    "What principals do so that improvement work lasts.",
)


def past(support_id: str, status: PastStatus = "finished", since: str = "2026-05-04", detail: str = "") -> PastSupport:
    return PastSupport(support_id=support_id, status=status, since=since, detail=detail)


def engine(*supports: Support, floor: float = 0.0, n_candidates: int = 1000) -> Recommender:
    config = starter_config()
    kinds = {kind: one.model_copy(update={"floor": floor}) for kind, one in config.kinds.items()}
    update = {"kinds": kinds, "n_candidates_per_need": n_candidates}
    return make_recommender(supports, config=config.model_copy(update=update))


def catalog() -> list[Support]:
    return [make_resource(f"res-{n}", title=f"Guide {n}", summary=text) for n, text in enumerate(TEXTS)]


def ids(run: RecommendationRun, number: int = 0) -> list[str]:
    return [match.support_id for match in run.lists[number].matches]


def honored(run: RecommendationRun) -> list[str]:
    return [one.support_id for one in run.honored]


@pytest.mark.parametrize(
    ("status", "detail", "because", "outcome"),
    [
        ("finished", "", "Left out because your team finished it in May 2026.", "already_used"),
        ("in_use", "", "Left out because your team has been using it since May 2026.", "already_used"),
        ("declined", "No time.", "Left out because your team declined it in May 2026: No time.", "declined"),
        ("removed", " not for\nhubs ", "Left out because a program officer removed it in May 2026: not for hubs.",
         "removed"),
    ],
)  # fmt: skip
def test_a_past_support_is_left_out_and_the_run_and_why_not_say_why(
    status: PastStatus, detail: str, because: str, outcome: str
) -> None:
    recommender, team = engine(*catalog()), make_team(1)
    order = ids(recommender.recommend(team, ListTerms(AS_OF)))
    history = [past(order[1], status, detail=detail)]
    run = recommender.recommend(team, ListTerms(AS_OF, k=3, history=history))
    assert order[1] not in ids(run)
    assert len(ids(run)) == 3, "the list is filled up again"
    assert order[1] not in {entry.support_id for phase in run.plan for entry in phase.entries}
    (said,) = run.honored
    support = recommender.catalog.get(order[1])
    assert (said.support_id, said.kind, said.title, said.url) == (
        support.id,
        "resource",
        support.display_title,
        support.url,
    )
    assert (said.status, said.since, said.because) == (status, date(2026, 5, 4), because)
    answer = recommender.why_not(team, order[1], ListTerms(AS_OF, k=3, history=history))
    assert (answer.outcome, answer.detail, answer.margin) == (outcome, because, None)
    assert answer.score is not None
    assert sum(answer.components.values()) == pytest.approx(answer.score, abs=1e-9)


def test_only_what_would_have_been_listed_is_named() -> None:
    recommender, team = engine(*catalog()), make_team(1)
    order = ids(recommender.recommend(team, ListTerms(AS_OF)))
    run = recommender.recommend(team, ListTerms(AS_OF, k=2, history=[past(order[4]), past(order[0])]))
    assert ids(run) == order[1:3]
    assert honored(run) == [order[0]]
    answer = recommender.why_not(team, order[4], ListTerms(AS_OF, k=2, history=[past(order[4])]))
    assert answer.outcome == "already_used"


def test_what_would_have_moved_up_is_named_too() -> None:
    """With the first two finished, the third and fourth fill two places: the third, finished as well, is missed."""
    recommender, team = engine(*catalog()), make_team(1)
    order = ids(recommender.recommend(team, ListTerms(AS_OF)))
    run = recommender.recommend(team, ListTerms(AS_OF, k=2, history=[past(one) for one in order[2::-1]]))
    assert ids(run) == order[3:]
    assert honored(run) == order[:3], "in the order of the places they would have taken"


def test_a_history_of_everything_leaves_an_empty_list_that_explains_itself() -> None:
    recommender, team = engine(*catalog(), make_provider()), make_team(1)
    history = [past(support.id) for support in recommender.catalog.supports]
    run = recommender.recommend(team, ListTerms(AS_OF, history=history))
    assert [ids(run, 0), ids(run, 1)] == [[], []]
    assert sorted(honored(run)) == sorted(support.id for support in recommender.catalog.supports)
    assert run.lists[0].n_eligible == 5
    for support in recommender.catalog.supports:
        assert recommender.why_not(team, support.id, ListTerms(AS_OF, history=history)).outcome == "already_used"


def test_what_a_gate_excludes_or_the_floor_leaves_out_is_not_honored() -> None:
    supports = [*catalog(), make_resource("res-paid", cost="paid")]
    team = make_team(1, context={"budget": "none"})
    recommender, history = engine(*supports), [past("res-paid")]
    assert recommender.recommend(team, ListTerms(AS_OF, history=history)).honored == ()
    assert recommender.why_not(team, "res-paid", ListTerms(AS_OF, history=history)).outcome == "excluded"
    assert engine(*supports, floor=0.99).recommend(team, ListTerms(AS_OF, history=[past("res-0")])).honored == ()


def test_a_near_duplicate_of_a_declined_support_may_still_be_listed() -> None:
    supports = catalog()
    recommender = engine(*supports, supports[1].model_copy(update={"id": "res-copy"}))
    team = make_team(1)
    listed = ids(recommender.recommend(team, ListTerms(AS_OF)))
    (shown,) = {"res-1", "res-copy"} & set(listed)
    (other,) = {"res-1", "res-copy"} - {shown}
    run = recommender.recommend(team, ListTerms(AS_OF, history=[past(shown, "declined")]))
    assert ids(run) == [other if one == shown else one for one in listed]
    assert honored(run) == [shown]


def test_what_repeats_a_listed_support_would_not_have_been_listed() -> None:
    supports = catalog()
    recommender = engine(*supports, supports[1].model_copy(update={"id": "res-copy"}))
    listed = ids(recommender.recommend(make_team(1), ListTerms(AS_OF)))
    (other,) = {"res-1", "res-copy"} - set(listed)
    run = recommender.recommend(make_team(1), ListTerms(AS_OF, history=[past(other)]))
    assert (ids(run), run.honored) == (listed, ())


def test_a_need_that_only_a_past_support_serves_is_reported_with_other() -> None:
    supports = [*catalog(), make_resource("res-data", domains=["data-and-measurement"])]
    team = make_team({METHODS: 1, DATA: 1})
    run = engine(*supports).recommend(team, ListTerms(AS_OF, history=[past("res-data", "in_use")]))
    (unmet,) = run.lists[0].unmet_needs
    assert (unmet.domain, unmet.detail.startswith("No other resource in the catalog")) == (DATA, True)


def test_ids_that_the_catalog_lacks_are_ignored(starter: Recommender, judged: tuple[Assessment, ...]) -> None:
    expected = starter.recommend(judged[0], ListTerms(AS_OF)).model_dump_json()
    history = [past("res-gone", "removed"), past("gat-gone")]
    assert starter.recommend(judged[0], ListTerms(AS_OF, history=history)).model_dump_json() == expected


def test_the_last_word_on_a_support_counts() -> None:
    first, second = past("res-a", "in_use", "2026-01-10"), past("res-a", "finished", "2026-05-04")
    assert latest([second, first]) == latest([first, second]) == {"res-a": second}
    same_day = past("res-a", "declined", "2026-05-04")
    assert latest([second, same_day]) == {"res-a": same_day}


@pytest.mark.parametrize("month", range(1, 13))
def test_months_are_named_in_english_whatever_the_machine_speaks(month: int) -> None:
    since = date(2026, month, 1)
    assert f"{since:%B} 2026" in Speaker().say(left_out_because(past("res-a", since=since.isoformat())))


def test_history_changes_nothing_but_the_places(starter: Recommender, judged: tuple[Assessment, ...]) -> None:
    """Supports that stay keep their order; what is left out is named, and both kinds have their own."""
    for team in judged[:8]:
        before = starter.recommend(team, ListTerms(AS_OF))
        left_out = [match.support_id for ranked in before.lists for match in ranked.matches[:3:2]]
        history = [past(one, "in_use") for one in left_out]
        after = starter.recommend(team, ListTerms(AS_OF, history=history))
        assert honored(after) == left_out
        assert starter.recommend(team, ListTerms(AS_OF, history=history[::-1])) == after
        for old, new in zip(before.lists, after.lists, strict=True):
            settings = starter.config.kinds[old.kind]
            fit = {match.support_id: match.score - match.components["diversity"] for match in old.matches}
            for match in new.matches:
                assert match.support_id not in left_out
                own = match.score - match.components["diversity"]
                assert own == pytest.approx(fit.get(match.support_id, own), abs=1e-12)
            assert len(new.matches) <= settings.k
            assert (new.n_eligible, new.n_excluded) == (old.n_eligible, old.n_excluded)
            titles = {match.support_id: match.title for match in old.matches}
            assert all(titles[one.support_id] == one.title for one in after.honored if one.kind is old.kind)


def test_a_large_catalog_honors_history_too() -> None:
    recommender, team = engine(*catalog(), n_candidates=1), make_team(1)
    order = ids(recommender.recommend(team, ListTerms(AS_OF)))
    run = recommender.recommend(team, ListTerms(AS_OF, k=1, history=[past(order[0])]))
    assert (ids(run), honored(run)) == (order[1:2], order[:1])
    outside = min({support.id for support in recommender.catalog.supports} - set(order))
    answer = recommender.why_not(team, outside, ListTerms(AS_OF, history=[past(outside, "removed")]))
    assert (answer.outcome, answer.rank, answer.score) == ("removed", None, None)


def test_a_run_made_before_history_was_kept_is_still_read(starter: Recommender, judged: tuple[Assessment, ...]) -> None:
    run = starter.recommend(judged[0], ListTerms(AS_OF))
    document: dict[str, Any] = run.model_dump(mode="json")
    del document["honored"]
    assert RecommendationRun.model_validate_json(run.model_dump_json()) == run
    assert RecommendationRun.model_validate(document) == run
