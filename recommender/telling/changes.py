"""Why a list changed: each support's move, split among the factors that changed so that the parts sum to it.

A factor's part is its Shapley value: what switching it to its new value does to the support's place, averaged over
all orders in which the factors could have changed. It is the one split whose parts sum to the move, give two factors
that do the same the same part, and give nothing to a factor that does nothing.

Source: Shapley, A value for n-person games, 1953.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from models.base import SupportId
from models.change_story import ChangeEvidence, ChangeFactor, ChangeStory, KindChanges, ListChange
from models.vocab import SupportKind
from recommender.telling.change_messages import headline, sentence
from recommender.telling.rank_overlap import rank_biased_overlap
from recommender.words import Speaker

__all__ = ["AttributedMove", "Lists", "attribute_moves", "tell_changes"]

Lists = Mapping[SupportKind, Sequence[SupportId]]
"""Ranked lists, best first, no id twice in one."""
Factors = frozenset[ChangeFactor]


class AttributedMove(NamedTuple):
    """One support's move, exactly."""

    support_id: SupportId
    before: int | None
    """Place from 1; None when not among the first k."""
    after: int | None
    places: int
    """Place before minus place after, where a support that is not listed has the place k + 1."""
    parts: Mapping[ChangeFactor, Fraction]
    """Sum to `places`; a part for every changed factor, in the order of `ChangeFactor`."""


def attribute_moves(
    changed: Collection[ChangeFactor],
    lists: Callable[[Factors], Lists],
    *,
    k: Mapping[SupportKind, int],
    residual: ChangeFactor | None = None,
) -> dict[SupportKind, tuple[AttributedMove, ...]]:
    """The move of every support that is listed before or after, split among the factors.

    With m factors, `lists` is called for each of the 2^m sets of them, once. A factor that cannot be switched alone,
    such as a model that is no longer there, is the residual: it is taken to change first, so that `lists` is only ever
    asked for the lists before and for sets that hold the residual, 2^(m-1) + 1 calls.

    Args:
        changed: the factors whose values differ.
        lists: the lists when these factors have their new value and the others their old one; the empty set stands
            for the lists before, all of `changed` for the lists after. It must be deterministic.
        k: the kinds to compare, and how many places of each list count; the larger when it changed.
        residual: one of `changed`, or None.

    Returns:
        For each kind of `k`, in the order of `SupportKind`, the supports by place after, those no longer listed last by
        place before; the ones that kept their place are among them, with parts that may cancel out.

    Raises:
        ValueError: the residual is not among the changed factors.
    """
    if residual is not None and residual not in changed:
        raise ValueError(f"the residual {residual} is not among the factors that changed")
    factors = [factor for factor in ChangeFactor if factor in changed]
    switched = [factor for factor in factors if factor is not residual]
    always: Factors = frozenset() if residual is None else frozenset({residual})
    sets = [frozenset(), *(always | set(some) for n in range(len(switched) + 1) for some in combinations(switched, n))]
    found = {one: lists(one) for one in dict.fromkeys(sets)}
    kinds = [kind for kind in SupportKind if kind in k]
    return {
        kind: _moves(
            {one: _places(its_lists.get(kind, ()), k[kind]) for one, its_lists in found.items()},
            factors,
            always,
            unlisted=k[kind] + 1,
        )
        for kind in kinds
    }


def tell_changes(
    changed: Collection[ChangeFactor],
    lists: Callable[[Factors], Lists],
    *,
    k: Mapping[SupportKind, int],
    titles: Mapping[SupportId, str],
    evidence: ChangeEvidence | None = None,
    residual: ChangeFactor | None = None,
    speaker: Speaker | None = None,
) -> ChangeStory | None:
    """The story of two lists for a person; None when no factor changed, for then nothing is to tell.

    Args:
        changed: as for `attribute_moves`, like `lists`, `k` and `residual`.
        lists: see there.
        k: see there.
        titles: of supports past and present; one that is missing is called by its id.
        evidence: what may be said beside the factors; None says nothing.
        residual: see there.
        speaker: of the English sentences; needs an instrument where the evidence holds needs.

    Raises:
        ValueError: the residual is not among the changed factors.
    """
    if not changed:
        return None
    known, speaker = evidence or ChangeEvidence(), speaker or Speaker()
    attributed = attribute_moves(changed, lists, k=k, residual=residual)
    kinds = tuple(_kind_changes(kind, moves, titles, known, speaker) for kind, moves in attributed.items())
    factors = tuple(factor for factor in ChangeFactor if factor in changed)
    told = [move for moves in attributed.values() for move in moves if move.places]
    weights = {factor: sum((abs(move.parts[factor]) for move in told), Fraction(0)) for factor in factors}
    first = headline(kinds, weights, residual=residual)
    needs = sorted(known.needs, key=lambda need: (-abs(round(need.after - need.before, 9)), need.domain))
    return ChangeStory(
        changed=factors,
        residual=residual,
        kinds=kinds,
        weights={factor: float(weight) for factor, weight in weights.items()},
        needs=tuple(need for need in needs if need.after != need.before),
        headline=speaker.say(first),
        headline_message=first,
    )


def _places(ranked: Sequence[SupportId], k: int) -> dict[SupportId, int]:
    return {support_id: place for place, support_id in enumerate(ranked[:k], start=1)}


def _moves(
    places: Mapping[Factors, Mapping[SupportId, int]],
    factors: Sequence[ChangeFactor],
    always: Factors,
    *,
    unlisted: int,
) -> tuple[AttributedMove, ...]:
    """The moves of one kind, from the places under every set of factors."""
    before, after = places[frozenset()], places[frozenset(factors)]
    by_place = sorted(before.keys() | after.keys(), key=lambda id_: (after.get(id_, math.inf), before.get(id_, 0)))
    moves = []
    for support_id in by_place:
        at = {one: its_places.get(support_id, unlisted) for one, its_places in places.items()}
        parts = {factor: _part(factor, factors, always, at) for factor in factors}
        moves.append(
            AttributedMove(
                support_id,
                before.get(support_id),
                after.get(support_id),
                places=at[frozenset()] - at[frozenset(factors)],
                parts=parts,
            )
        )
    return tuple(moves)


def _part(
    factor: ChangeFactor, factors: Sequence[ChangeFactor], always: Factors, at: Mapping[Factors, int]
) -> Fraction:
    """The Shapley value of one factor for one support's place; the residual's is the step that it takes first."""
    if factor in always:
        return Fraction(at[frozenset()] - at[always])
    others = [other for other in factors if other is not factor and other not in always]
    m = len(others) + 1
    part = Fraction(0)
    for n in range(m):
        gained = sum(at[always | set(some)] - at[always | {factor, *some}] for some in combinations(others, n))
        part += Fraction(gained, m * math.comb(m - 1, n))
    return part


def _kind_changes(
    kind: SupportKind,
    moves: Sequence[AttributedMove],
    titles: Mapping[SupportId, str],
    evidence: ChangeEvidence,
    speaker: Speaker,
) -> KindChanges:
    told = [_told(move, titles, evidence, speaker) for move in moves if move.places]
    before = sorted((move for move in moves if move.before is not None), key=lambda move: move.before or 0)
    after = [move for move in moves if move.after is not None]
    return KindChanges(
        kind=kind,
        overlap=rank_biased_overlap([move.support_id for move in before], [move.support_id for move in after]),
        entries=tuple(move for move in told if move.before is None),
        exits=tuple(move for move in told if move.after is None),
        moves=tuple(move for move in told if move.before is not None and move.after is not None),
        n_stayed=sum(not move.places for move in moves),
    )


def _told(
    move: AttributedMove, titles: Mapping[SupportId, str], evidence: ChangeEvidence, speaker: Speaker
) -> ListChange:
    why = sentence(move.support_id, move.before, move.after, parts=move.parts, evidence=evidence)
    return ListChange(
        support_id=move.support_id,
        title=titles.get(move.support_id, move.support_id),
        before=move.before,
        after=move.after,
        places=move.places,
        parts={factor: float(part) for factor, part in move.parts.items()},
        sentence=speaker.say(why),
        sentence_message=why,
    )
