"""Swapped neighbors: probabilities by hand, and what a run and its log make of them."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from eval.off_policy.data import policy_data
from eval.off_policy.estimators import ips
from eval.off_policy.log import TargetDecision
from models.assessment import Assessment
from models.decision_log import Decision, LoggedList
from models.recommendation import Match, PastSupport, RankedList
from models.support import Support
from recommender.config_load import starter_config
from recommender.pipeline import Decided, ListTerms, Recommender
from recommender.ranking.exploration import NeighborSwaps
from recommender.ranking.features import FEATURES
from recommender.testing import make_resource
from recommender.words import Speaker
from tests.fixtures.engines import make_recommender
from tests.fixtures.teams import make_team

MOVED_UP, MOVED_DOWN = (Speaker().tell(f"reason.moved_{way}") for way in ("up", "down"))
AS_OF = date(2026, 11, 21)


def engine(*supports: Support) -> Recommender:
    """Without a floor."""
    config = starter_config()
    kinds = {kind: one.model_copy(update={"floor": 0.0}) for kind, one in config.kinds.items()}
    return make_recommender(supports, config=config.model_copy(update={"kinds": kinds}))


def decision(log: LoggedList, *, number: int = 0, reward: float | None = None) -> Decision:
    """The line that a service would log."""
    document = json.loads(log.model_dump_json())
    del document["kind"]
    for place in document["displayed"]:
        place["reward"] = reward
    ids = {"decision_id": f"d-{number}", "team_id": "t", "policy_id": "p"}
    return Decision.model_validate({**ids, "decided_at": datetime(2026, 11, 21, tzinfo=UTC), **document})


@pytest.fixture(scope="module")
def drawn(starter: Recommender, judged: tuple[Assessment, ...]) -> list[tuple[Decided, Decided]]:
    """Runs without and with chance, of the same teams."""
    return [
        (
            starter.decide(team, ListTerms(AS_OF, k=k, exploration=0.0)),
            starter.decide(team, ListTerms(AS_OF, k=k, exploration=0.5, seed=seed)),
        )
        for team in judged[:6]
        for k, seed in ((1, 1), (4, 2), (5, 3))
    ]


def test_three_places_of_four_supports_by_hand() -> None:
    swaps = NeighborSwaps(4, 3, 0.2)
    # Heads: (0 1) and (2 3); tails: (1 2) alone, 3 stays outside.
    assert swaps.list_propensity((0, 1, 2)) == pytest.approx((0.8 * 0.8 + 0.8) / 2)
    assert swaps.list_propensity((1, 0, 3)) == pytest.approx(0.2 * 0.2 / 2)
    assert swaps.list_propensity((0, 2, 1)) == pytest.approx(0.2 / 2)
    assert swaps.list_propensity((1, 2, 0)) == 0
    assert swaps.place_propensity(0, 0) == pytest.approx((0.8 + 1) / 2)
    assert swaps.place_propensity(0, 1) == pytest.approx(0.2 / 2)
    assert swaps.place_propensity(1, 1) == pytest.approx(0.8)
    assert swaps.place_propensity(2, 3) == pytest.approx(0.2 / 2)
    assert swaps.place_propensity(0, 2) == 0


def test_a_single_support_is_always_shown_and_nothing_gives_an_empty_list() -> None:
    assert NeighborSwaps(1, 1, 0.5).draw("any") == (0,)
    assert NeighborSwaps(1, 1, 0.5).list_propensity((0,)) == 1
    assert NeighborSwaps(0, 0, 0.5).draw("any") == ()


@pytest.mark.parametrize("rate", [-0.1, 0.51, float("nan")])
def test_a_rate_out_of_range_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=r"expected a number from 0 to 0\.5"):
        NeighborSwaps(2, 1, rate)
    with pytest.raises(ValueError, match=r"expected a number from 0 to 0\.5"):
        engine(make_resource()).decide(make_team(1), ListTerms(AS_OF, exploration=rate))


def test_more_than_one_runner_up_is_refused() -> None:
    with pytest.raises(ValueError, match="2 places cannot be filled from 4"):
        NeighborSwaps(4, 2, 0.1)


def test_a_draw_follows_its_key_alone() -> None:
    swaps = NeighborSwaps(5, 4, 0.5)
    # Written down, so that no version of anything may change them.
    assert [swaps.draw(key) for key in ("a", "b", "c", "d")] == [(0, 1, 2, 3), (0, 1, 2, 4), (0, 1, 2, 4), (0, 1, 3, 2)]
    assert all(NeighborSwaps(5, 4, 0.0).draw(str(number)) == (0, 1, 2, 3) for number in range(50))


def test_without_chance_the_decided_run_is_the_recommended_one(
    starter: Recommender, judged: tuple[Assessment, ...]
) -> None:
    for team in judged[:4]:
        expected = starter.recommend(team, ListTerms(AS_OF)).model_dump_json()
        decided = starter.decide(team, ListTerms(AS_OF))
        assert decided.run.model_dump_json() == expected
        for log, ranked in zip(decided.logs, decided.run.lists, strict=True):
            assert [place.support_id for place in log.displayed] == [match.support_id for match in ranked.matches]
            assert [one.propensity for one in log.candidates] == [1, *[0] * (len(log.candidates) - 1)]
            assert {place.propensity for place in log.displayed} == {1}
            assert log.slate_propensity == 1


def test_the_same_seed_shows_the_same_bytes_and_another_seed_other_lists(
    starter: Recommender, judged: tuple[Assessment, ...]
) -> None:
    def run(seed: int) -> str:
        decided = starter.decide(judged[0], ListTerms(AS_OF, exploration=0.5, seed=seed))
        return decided.run.model_dump_json() + "".join(log.model_dump_json() for log in decided.logs)

    assert run(1) == run(1)
    assert len({run(seed) for seed in range(8)}) > 4


def lists(drawn: list[tuple[Decided, Decided]]) -> list[tuple[RankedList, RankedList, LoggedList]]:
    return [
        (base, shown, log)
        for plain, chance in drawn
        for base, shown, log in zip(plain.run.lists, chance.run.lists, chance.logs, strict=True)
    ]


def test_scores_still_fall_with_rank_and_components_still_sum_to_them(drawn: list[tuple[Decided, Decided]]) -> None:
    for base, shown, _ in lists(drawn):
        scores = [match.score for match in shown.matches]
        assert scores == pytest.approx([match.score for match in base.matches], abs=1e-12)
        assert all(better > worse for better, worse in pairwise(scores))
        assert [match.rank for match in shown.matches] == list(range(1, len(scores) + 1))
        for match in shown.matches:
            assert abs(sum(match.components.values()) - match.score) < 1e-9


def test_only_what_moved_has_the_part_and_the_sentence_and_nothing_moves_further_than_a_place(
    drawn: list[tuple[Decided, Decided]],
) -> None:
    seen: Counter[int] = Counter()
    for base, shown, log in lists(drawn):
        ranks = {one.support_id: rank for rank, one in enumerate(log.candidates, start=1)}
        assert [match.support_id for match in base.matches] == list(ranks)[: len(base.matches)]
        for match in shown.matches:
            moved = ranks[match.support_id] - match.rank
            seen[moved] += 1
            assert ("exploration" in match.components) == (moved != 0)
            assert moved * match.components.get("exploration", 0.0) >= 0
            assert match.why[-1:] == {1: (MOVED_UP,), -1: (MOVED_DOWN,)}.get(moved, match.why[-1:])
            assert len(set(match.why) & {MOVED_UP, MOVED_DOWN}) == abs(moved)
            assert 1 <= len(match.why) <= 3
    assert set(seen) == {-1, 0, 1}


def test_but_for_the_swap_a_match_is_the_same(drawn: list[tuple[Decided, Decided]]) -> None:
    def own(match: Match) -> dict[str, Any]:
        document = match.model_dump(exclude={"rank", "score", "why", "why_messages"})
        document["components"].pop("exploration", None)
        return document

    for base, shown, _ in lists(drawn):
        before = {match.support_id: own(match) for match in base.matches}
        for match in shown.matches:
            assert own(match) == before.get(match.support_id, own(match))


def test_the_plan_follows_the_order_that_is_shown(drawn: list[tuple[Decided, Decided]]) -> None:
    for _, chance in drawn:
        order = [match.support_id for ranked in chance.run.lists for match in ranked.matches]
        for phase in chance.run.plan:
            places = [order.index(entry.support_id) for entry in phase.entries]
            assert places == sorted(places)


def test_every_log_is_a_line_that_the_evaluation_accepts(drawn: list[tuple[Decided, Decided]]) -> None:
    for _, shown, log in lists(drawn):
        line = decision(log)
        assert [place.support_id for place in line.displayed] == [match.support_id for match in shown.matches]
        assert 0 <= len(line.candidates) - len(line.displayed) <= 1
        for candidate in line.candidates:
            assert set(candidate.features) == {*FEATURES, "score"}
        scores = [candidate.features["score"] for candidate in line.candidates]
        assert scores == sorted(scores, reverse=True)
        assert scores[: len(shown.matches)] == pytest.approx([match.score for match in shown.matches], abs=1e-12)


def test_an_empty_list_has_no_log() -> None:
    decided = engine(make_resource()).decide(make_team(1), ListTerms(AS_OF, exploration=0.5))
    assert [len(ranked.matches) for ranked in decided.run.lists] == [1, 0]
    assert [log.kind for log in decided.logs] == ["resource"]


def test_nothing_below_the_floor_or_already_used_is_shown_by_chance(
    starter: Recommender, judged: tuple[Assessment, ...]
) -> None:
    team = judged[1]
    first, second = [log.candidates[-1].support_id for log in starter.decide(team, ListTerms(AS_OF, k=3)).logs]
    history = [PastSupport(support_id=one, status="declined", since=AS_OF) for one in (first, second)]
    for seed in range(12):
        for log in starter.decide(team, ListTerms(AS_OF, k=3, history=history, exploration=0.5, seed=seed)).logs:
            assert not {first, second} & {candidate.support_id for candidate in log.candidates}
    for log in starter.decide(team, ListTerms(AS_OF, k=50, exploration=0.5)).logs:
        floor = starter.config.kinds[log.kind].floor
        assert all(floor - 1e-6 <= candidate.features["score"] <= 1 for candidate in log.candidates)


def test_why_not_says_when_chance_gave_the_last_place_away(
    starter: Recommender, judged: tuple[Assessment, ...]
) -> None:
    team = judged[2]
    runs = [(seed, starter.decide(team, ListTerms(AS_OF, k=3, exploration=0.5, seed=seed))) for seed in range(12)]
    seed, run = next(one for one in runs if one[1].logs[0].displayed[-1].support_id
                     == one[1].logs[0].candidates[-1].support_id)  # fmt: skip
    given = ListTerms(AS_OF, k=3, exploration=0.5, seed=seed)
    displaced, runner_up = [candidate.support_id for candidate in run.logs[0].candidates[2:]]
    answer = starter.why_not(team, displaced, given)
    assert (answer.outcome, "by chance" in answer.detail) == ("beyond_k", True)
    assert starter.why_not(team, runner_up, given).rank == 3
    assert starter.why_not(team, displaced, ListTerms(AS_OF, k=3)).rank == 3


def test_a_log_tells_what_the_ranking_with_the_first_two_swapped_would_earn() -> None:
    """The second support is liked and the first is not; a ranking that never shows the second first earns 0."""
    texts = ("One.", "Two.", "Three.", "Four.")
    recommender = engine(*(make_resource(f"res-{n}", title=text, summary=text) for n, text in enumerate(texts)))
    logs = [
        recommender.decide(make_team(1), ListTerms(AS_OF, k=2, exploration=0.5, seed=seed)).logs[0]
        for seed in range(160)
    ]
    first, second = [candidate.support_id for candidate in logs[0].candidates[:2]]
    lines = [
        decision(log, number=number, reward=float(log.displayed[0].support_id == second))
        for number, log in enumerate(logs)
    ]
    targets = [
        TargetDecision(decision_id=line.decision_id, positions=({second: 1.0}, {first: 1.0}), slate_probability=0.0)
        for line in lines
    ]
    data = policy_data(lines, targets)
    assert set(data.top_weights) == {0.0, 4.0}
    error = np.sqrt(3 / len(lines))  # a weight of 4 with probability 1/4 has variance 3
    assert abs(ips(data.top_weights, data.rewards[:, 0]).value - 1) < 3 * error
