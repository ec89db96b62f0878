"""Swapping neighbors by a coin, so that a log of lists can say what another ranking would have earned.

A ranking without chance shows one list with probability 1, and its log says nothing about any other. Here one coin
decides whether pairs start at place 1 or at place 2; then each pair is swapped with probability `rate`. No support
moves further than one place, the last place is paired with the support that came next when its pair reaches past the
list, and every probability is known exactly.

Source: the pairs are those of FairPairs, Radlinski and Joachims, "Minimally Invasive Randomization for Collecting
Unbiased Preferences from Clickthrough Logs", AAAI 2006; there `rate` is 1/2.
"""

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np

from models.decision_log import LoggedCandidate, LoggedList, LoggedPlace
from recommender.ranking.diversify import Diversified
from recommender.ranking.ranker import KindRanker, Ranked

__all__ = ["MAX_RATE", "NeighborSwaps", "log_list", "swap_neighbors"]

MAX_RATE = 0.5
"""Above it a pair would rather stand in the wrong order."""

_OFFSETS = (0, 1)


@dataclass(frozen=True)
class NeighborSwaps:
    """The distribution of lists made of `n_ranked` supports, numbered from 0, best first."""

    n_ranked: int
    """Supports that can be shown."""
    n_places: int
    """Supports that are shown: as many, or one less."""
    rate: float
    """Probability that a pair is swapped, 0 to `MAX_RATE`."""

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= MAX_RATE:
            raise ValueError(f"rate is {self.rate}, expected a number from 0 to {MAX_RATE}.")
        if not 0 <= self.n_places <= self.n_ranked <= self.n_places + 1:
            raise ValueError(f"{self.n_places} places cannot be filled from {self.n_ranked} supports.")

    def draw(self, key: str) -> tuple[int, ...]:
        """The support at each place; the same key draws the same coins at every rate."""
        # A hash, not a generator: its bytes are the same in every version of every library.
        size = 8 * (1 + self.n_ranked)
        stream = hashlib.shake_256(key.encode()).digest(size)
        coins = [int.from_bytes(stream[start : start + 8], "big") >> 11 for start in range(0, size, 8)]
        offset_coin, *pair_coins = [coin / 2**53 for coin in coins]
        pairs = self._pairs(_OFFSETS[offset_coin >= 0.5])
        return self._list({pair for pair, coin in zip(pairs, pair_coins, strict=False) if coin < self.rate})

    def place_propensity(self, place: int, support: int) -> float:
        """Probability that a support is put at a place (both from 0), whatever stands elsewhere."""
        chances = []
        for offset in _OFFSETS:
            pair = next((first for first in self._pairs(offset) if place in (first, first + 1)), None)
            if support == place:
                chances.append(1.0 if pair is None else 1 - self.rate)
            else:
                chances.append(self.rate if pair is not None and {place, support} == {pair, pair + 1} else 0.0)
        return math.fsum(chances) / len(_OFFSETS)

    def list_propensity(self, displayed: tuple[int, ...]) -> float:
        """Probability of exactly this list; without a swap it can come of either coin."""
        chances = []
        for offset in _OFFSETS:
            pairs = self._pairs(offset)
            swapped = {first for first in pairs if displayed[first] == first + 1}
            possible = self._list(swapped) == displayed
            chances.append(
                math.prod(self.rate if first in swapped else 1 - self.rate for first in pairs) if possible else 0.0
            )
        return math.fsum(chances) / len(_OFFSETS)

    def _pairs(self, offset: int) -> range:
        """First member of each pair; the other is the next support."""
        return range(offset, min(self.n_places, self.n_ranked - 1), 2)

    def _list(self, swapped: set[int]) -> tuple[int, ...]:
        places = list(range(self.n_ranked))
        for first in swapped:
            places[first], places[first + 1] = first + 1, first
        return tuple(places[: self.n_places])


def swap_neighbors(ranked: Ranked, *, k: int, rate: float, key: str) -> tuple[Ranked, NeighborSwaps, tuple[int, ...]]:
    """The list as shown, how it was drawn, and the rank (from 0) of the support at each place.

    Supports that swap places swap scores, so that scores still fall with rank; `Ranked.exploration` holds the
    difference.

    Args:
        ranked: a list with its runner-up, if there is one.
        k: how many places are shown.
        rate: probability that a pair is swapped; 0 shows the best k in order.
        key: names the draw.

    Raises:
        ValueError: the rate is not in [0, 0.5].
    """
    base, scores = ranked.listed, ranked.scores
    n_places = min(k, len(base.order))
    swaps = NeighborSwaps(len(base.order), n_places, rate)
    drawn = swaps.draw(key)
    chosen = np.array(drawn, dtype=np.intp)
    best = set(base.order[:n_places].tolist())
    shown = base.order[chosen]
    listed = Diversified(
        order=shown,
        part=base.part[chosen],
        dropped={row: other for row, other in base.dropped.items() if other in best | set(shown.tolist())},
        held_back={row: place for row, place in base.held_back.items() if place < k},
    )
    displaced = best - set(shown.tolist())
    moved = replace(
        ranked,
        listed=listed,
        exploration=scores[:n_places] - scores[chosen],
        displaced=next(iter(displaced), None),
    )
    return moved, swaps, drawn


def log_list(ranker: KindRanker, ranked: Ranked, swaps: NeighborSwaps, displayed: tuple[int, ...]) -> LoggedList | None:
    """What the decision log needs of one list; None for an empty one.

    Args:
        ranker: of the list's kind.
        ranked: the list before anything was swapped, with its runner-up.
        swaps: how places were drawn.
        displayed: the rank (from 0) of the support at each place.
    """
    if not displayed:
        return None
    positions = ranked.listed.order.tolist()
    ids = [ranker.index.supports[int(ranked.features.rows[position])].id for position in positions]
    columns = {name: values[ranked.listed.order].tolist() for name, values in ranked.features.columns.items()}
    columns["score"] = ranked.scores.tolist()
    return LoggedList(
        kind=ranker.kind,
        candidates=tuple(
            LoggedCandidate(
                support_id=support_id,
                features={name: values[rank] for name, values in columns.items()},
                propensity=swaps.place_propensity(0, rank),
            )
            for rank, support_id in enumerate(ids)
        ),
        displayed=tuple(
            LoggedPlace(support_id=ids[rank], propensity=swaps.place_propensity(place, rank))
            for place, rank in enumerate(displayed)
        ),
        slate_propensity=swaps.list_propensity(displayed),
    )
