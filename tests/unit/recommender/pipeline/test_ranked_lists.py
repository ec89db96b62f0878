"""What holds for every list that is made for the judged teams: scores, gates, repeats, floors, order."""

import math
import random
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from models.assessment import Assessment
from models.recommendation import RankedList
from models.support import Support
from models.vocab import SupportKind
from recommender.catalog.duplicates import near_duplicates
from recommender.pipeline import ListTerms, Recommender
from tests.fixtures.engines import make_recommender

AS_OF = date(2026, 11, 21)


@pytest.fixture(scope="module")
def whole(starter: Recommender, judged: tuple[Assessment, ...]) -> dict[str, tuple[RankedList, ...]]:
    """Every eligible support of each kind, for each judged team."""
    n = len(starter.catalog.supports)
    return {team.assessment_id: starter.rank(team, as_of=AS_OF, k=n) for team in judged}


def test_components_sum_to_the_score_within_1e_9(whole: dict[str, tuple[RankedList, ...]]) -> None:
    matches = [match for lists in whole.values() for ranked in lists for match in ranked.matches]
    assert len(matches) > 24 * 300
    assert all(abs(sum(match.components.values()) - match.score) < 1e-9 for match in matches)


def test_scores_lie_between_0_and_1_and_strictly_decrease(whole: dict[str, tuple[RankedList, ...]]) -> None:
    for lists in whole.values():
        for ranked in lists:
            scores = [match.score for match in ranked.matches]
            assert all(0 <= score <= 1 for score in scores)
            assert all(better > worse for better, worse in pairwise(scores))
            assert [match.rank for match in ranked.matches] == list(range(1, len(scores) + 1))


def forbidden(team: Assessment, support: Support) -> bool:
    """The five gates once more, from the product's words and without the ruleset."""
    context: dict[str, Any] = team.team.context
    bands, chosen = set(context.get("grade_bands", ())), set(context.get("modality", ()))
    places = set(context.get("state", ())) - {"not-sure"}
    serves = set(getattr(support, "serves", ()))
    inside = places - {"outside-us"}
    return any(
        (
            bands and support.grade_bands and "all" not in bands | set(support.grade_bands)
            and not bands & set(support.grade_bands),
            places and serves and not inside & serves and not (inside and "US" in serves),
            support.cost == "paid" and context.get("budget") == "none",
            support.modality == ("facilitated-in-person",)
            and chosen and chosen <= {"self-paced", "facilitated-virtual", "document"},
            team.form == "team" and support.audiences
            and set(support.audiences) <= {"network-hub", "funder", "state-agency"},
        )
    )  # fmt: skip


def test_a_list_holds_every_support_that_no_gate_excludes_and_no_other(
    starter: Recommender, judged: tuple[Assessment, ...], whole: dict[str, tuple[RankedList, ...]]
) -> None:
    repeats = {id_ for pair in near_duplicates(starter.catalog.supports) for id_ in (pair.first, pair.second)}
    n_forbidden = 0
    for team in judged:
        for ranked in whole[team.assessment_id]:
            supports = [support for support in starter.catalog.supports if support.kind is ranked.kind]
            allowed = {support.id for support in supports if not forbidden(team, support)}
            listed = {match.support_id for match in ranked.matches}
            assert listed <= allowed
            assert allowed - listed <= repeats
            assert (ranked.n_eligible, ranked.n_excluded) == (len(allowed), len(supports) - len(allowed))
            n_forbidden += ranked.n_excluded
    assert n_forbidden > 100


def test_no_two_of_a_list_say_nearly_the_same(starter: Recommender, whole: dict[str, tuple[RankedList, ...]]) -> None:
    pairs = near_duplicates(starter.catalog.supports)
    assert pairs
    for lists in whole.values():
        for ranked in lists:
            listed = {match.support_id for match in ranked.matches}
            assert not any({pair.first, pair.second} <= listed for pair in pairs)


def test_recommend_lists_only_what_reaches_the_floor_and_at_most_k(
    starter: Recommender, judged: tuple[Assessment, ...]
) -> None:
    for team in judged:
        run = starter.recommend(team, ListTerms(AS_OF))
        for ranked in run.lists:
            settings = starter.config.kinds[ranked.kind]
            assert len(ranked.matches) <= settings.k
            assert all(match.score - match.components["diversity"] >= settings.floor for match in ranked.matches)


def test_rank_ignores_the_floor(starter: Recommender, whole: dict[str, tuple[RankedList, ...]]) -> None:
    for kind in SupportKind:
        floor = starter.config.kinds[kind].floor
        assert any(
            match.score < floor for lists in whole.values() for ranked in lists if ranked.kind is kind
            for match in ranked.matches
        )  # fmt: skip


def test_the_first_k_of_a_longer_list_are_the_shorter_list(
    starter: Recommender, judged: tuple[Assessment, ...], whole: dict[str, tuple[RankedList, ...]]
) -> None:
    for team in judged[:6]:
        for short, long in zip(starter.rank(team, as_of=AS_OF, k=7), whole[team.assessment_id], strict=True):
            assert short.matches == long.matches[:7]


def test_a_run_is_the_same_on_every_call_and_whatever_the_order_of_lines_raters_and_answers(
    starter: Recommender, judged: tuple[Assessment, ...]
) -> None:
    shuffle = random.Random(3)
    supports = list(starter.catalog.supports)
    shuffle.shuffle(supports)
    other = make_recommender(supports)
    for team in judged[:8]:
        responses = [
            response.model_copy(
                update={"answers": dict(shuffle.sample(sorted(response.answers.items()), len(response.answers)))}
            )
            for response in team.responses
        ]
        shuffle.shuffle(responses)
        mixed = team.model_copy(update={"responses": tuple(responses)})
        expected = starter.recommend(team, ListTerms(AS_OF)).model_dump_json()
        assert starter.recommend(team, ListTerms(AS_OF)).model_dump_json() == expected
        assert other.recommend(mixed, ListTerms(AS_OF)).model_dump_json() == expected


@pytest.mark.parametrize("kind", SupportKind)
def test_one_kind_alone_is_ranked_as_it_is_beside_the_other(
    starter: Recommender, judged: tuple[Assessment, ...], kind: SupportKind
) -> None:
    both = starter.recommend(judged[0], ListTerms(AS_OF))
    (alone,) = starter.recommend(judged[0], ListTerms(AS_OF, kinds=[kind])).lists
    assert alone in both.lists


def test_shares_of_a_match_sum_to_one(whole: dict[str, tuple[RankedList, ...]]) -> None:
    for lists in whole.values():
        for match in (match for ranked in lists for match in ranked.matches if match.needs):
            shares = [need.share for need in match.needs]
            if None not in shares:
                assert math.isclose(sum(shares), 1, abs_tol=2e-4)
                assert shares == sorted(shares, reverse=True)
