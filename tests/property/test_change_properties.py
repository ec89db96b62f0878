"""What the split of a move among factors must satisfy, whatever the ranking does."""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import SupportId
from models.change_story import ChangeFactor
from models.vocab import SupportKind
from recommender.telling.changes import attribute_moves, tell_changes
from tests.fixtures.examples import examples

IDS = [SupportId(letter) for letter in "abcdefgh"]
FACTORS = list(ChangeFactor)
KIND = SupportKind.PROVIDER

rankings = st.permutations(IDS).flatmap(lambda ids: st.integers(0, len(ids)).map(lambda n: ids[:n]))
factors = st.lists(st.sampled_from(FACTORS), min_size=1, max_size=4, unique=True)
places = st.integers(1, 9)


def ranker(draw: Any, changed: Any) -> Any:
    """Any ranking for each set of factors."""
    made = {}

    def lists(some: Any) -> Any:
        if some not in made:
            made[some] = {KIND: draw(rankings)}
        return made[some]

    lists(frozenset())
    lists(frozenset(changed))
    return lists


@given(st.data(), factors, places, st.booleans())
@settings(max_examples=examples(150), deadline=None)
def test_parts_sum_exactly_to_the_move(data: Any, changed: Any, k: Any, with_residual: Any) -> None:
    lists = ranker(data.draw, changed)
    residual = changed[0] if with_residual else None
    moves = attribute_moves(changed, lists, k={KIND: k}, residual=residual)[KIND]
    before, after = (lists(one)[KIND][:k] for one in (frozenset(), frozenset(changed)))
    assert {move.support_id for move in moves} == {*before, *after}
    for move in moves:
        was, now = ((one.index(move.support_id) + 1 if move.support_id in one else k + 1) for one in (before, after))
        assert sum(move.parts.values()) == move.places == was - now
        assert list(move.parts) == [factor for factor in FACTORS if factor in changed]
    story = tell_changes(changed, lists, k={KIND: k}, titles={}, residual=residual)
    told = [move for kind in story.kinds for move in (*kind.entries, *kind.exits, *kind.moves)]
    assert [abs(sum(move.parts.values()) - move.places) < 1e-9 for move in told] == [True] * len(told)
    assert len(told) + sum(kind.n_stayed for kind in story.kinds) == len(moves)


@given(st.data(), factors, places)
@settings(max_examples=examples(100), deadline=None)
def test_a_factor_without_effect_gets_nothing(data: Any, changed: Any, k: Any) -> None:
    idle = changed[0]
    lists = ranker(data.draw, changed)
    moves = attribute_moves(changed, lambda some: lists(some - {idle}), k={KIND: k})[KIND]
    assert all(move.parts[idle] == 0 for move in moves)


@given(st.data(), st.lists(st.sampled_from(FACTORS), min_size=2, max_size=4, unique=True), places)
@settings(max_examples=examples(100), deadline=None)
def test_factors_that_do_the_same_get_the_same(data: Any, changed: Any, k: Any) -> None:
    one, other, *rest = changed
    lists = ranker(data.draw, changed)

    def same(some: Any) -> Any:
        # The ranking only counts how many of the two have changed.
        return lists((some & set(rest)) | set([one, other][: len(some & {one, other})]))

    moves = attribute_moves(changed, same, k={KIND: k})[KIND]
    assert all(move.parts[one] == move.parts[other] for move in moves)


@given(st.data(), factors, places)
@settings(max_examples=examples(60), deadline=None)
def test_going_back_turns_every_part_around(data: Any, changed: Any, k: Any) -> None:
    lists = ranker(data.draw, changed)
    there = attribute_moves(changed, lists, k={KIND: k})[KIND]
    back = attribute_moves(changed, lambda some: lists(frozenset(changed) - some), k={KIND: k})[KIND]
    turned = {move.support_id: {factor: -part for factor, part in move.parts.items()} for move in back}
    assert {move.support_id: dict(move.parts) for move in there} == turned


@given(st.data(), st.permutations(FACTORS))
@settings(max_examples=examples(30), deadline=None)
def test_the_order_of_factors_never_matters_and_all_seven_can_be_split(data: Any, changed: Any) -> None:
    orders = st.permutations(IDS)
    fixed = {factor: data.draw(orders) for factor in FACTORS}

    def lists(some: Any) -> Any:
        # Ranks add up, so that every factor's part depends on the others only through the places.
        score = {id_: sum(fixed[factor].index(id_) for factor in some) for id_ in IDS}
        return {KIND: sorted(IDS, key=lambda id_: (score[id_], id_))}

    first, second = (attribute_moves(order, lists, k={KIND: 5}) for order in (FACTORS, changed))
    assert first == second
    assert all(isinstance(part, Fraction) for move in first[KIND] for part in move.parts.values())
