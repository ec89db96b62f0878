"""Probabilities of swapped lists, against every outcome written out and against many draws."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.ranking.exploration import MAX_RATE, NeighborSwaps
from tests.fixtures.examples import examples

RATES = st.floats(0, MAX_RATE)
SIZES = st.tuples(st.integers(0, 9), st.integers(0, 1)).map(lambda size: (size[0] + (size[0] > 0) * size[1], size[0]))
"""Supports and places."""


def outcomes(n_ranked: int, n_places: int, rate: float) -> dict[tuple[int, ...], float]:
    """Every list with its probability, by tossing every coin both ways."""
    found: dict[tuple[int, ...], float] = defaultdict(float)
    for start in (0, 1):
        firsts = [place for place in range(start, n_places, 2) if place + 1 < n_ranked]
        for coins in product((False, True), repeat=len(firsts)):
            order, chance = list(range(n_ranked)), 0.5
            for first, swap in zip(firsts, coins, strict=True):
                chance *= rate if swap else 1 - rate
                if swap:
                    order[first], order[first + 1] = order[first + 1], order[first]
            found[tuple(order[:n_places])] += chance
    return found


@given(SIZES, RATES)
def test_list_propensities_are_those_of_all_outcomes(size: tuple[int, int], rate: float) -> None:
    swaps, expected = NeighborSwaps(*size, rate), outcomes(*size, rate)
    assert sum(expected.values()) == pytest.approx(1)
    for displayed, chance in expected.items():
        assert swaps.list_propensity(displayed) == pytest.approx(chance, rel=1e-12, abs=0)


@given(SIZES, RATES)
def test_place_propensities_are_those_of_all_outcomes_and_sum_to_one(size: tuple[int, int], rate: float) -> None:
    swaps, lists = NeighborSwaps(*size, rate), outcomes(*size, rate)
    n_ranked, n_places = size
    for place in range(n_places):
        chances = [swaps.place_propensity(place, support) for support in range(n_ranked)]
        assert sum(chances) == pytest.approx(1)
        for support, chance in enumerate(chances):
            expected = sum(p for displayed, p in lists.items() if displayed[place] == support)
            assert chance == pytest.approx(expected, abs=1e-12)


@given(SIZES, RATES, st.text(max_size=20))
def test_what_is_drawn_is_possible_and_close_to_the_best_order(size: tuple[int, int], rate: float, key: str) -> None:
    swaps = NeighborSwaps(*size, rate)
    drawn = swaps.draw(key)
    assert len(set(drawn)) == len(drawn) == size[1]
    assert all(abs(place - support) <= 1 for place, support in enumerate(drawn))
    chance = swaps.list_propensity(drawn)
    assert chance > 0
    assert all(chance <= swaps.place_propensity(place, one) + 1e-12 for place, one in enumerate(drawn))


@settings(max_examples=examples(10), deadline=None)
@given(st.sampled_from([(1, 1), (2, 1), (3, 3), (4, 3), (5, 4)]), st.sampled_from([0.05, 0.2, 0.5]), st.integers(0, 99))
def test_draws_are_as_frequent_as_their_propensities(size: tuple[int, int], rate: float, seed: int) -> None:
    n = 3000
    counts: dict[tuple[int, ...], int] = defaultdict(int)
    swaps = NeighborSwaps(*size, rate)
    for number in range(n):
        counts[swaps.draw(f"{seed} {number}")] += 1
    assert sum(counts.values()) == n
    for displayed, chance in outcomes(*size, rate).items():
        # Five standard errors, and a little for the rarest: less than one list in a million strays further.
        assert abs(counts[displayed] - n * chance) <= 5 * (n * chance * (1 - chance)) ** 0.5 + 3
