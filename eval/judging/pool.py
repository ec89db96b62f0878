"""Pools: what several rankings would show, in an order that tells a judge nothing about any of them."""

import hashlib
import random
from collections.abc import Collection, Mapping

from eval.judging.judgments import PooledPair
from models.vocab import SupportKind
from recommender.reading.trec import TrecRun

__all__ = ["make_pool"]


def make_pool(
    runs: Mapping[str, TrecRun], *, kinds: Mapping[str, SupportKind], teams: Collection[str], depth: int, seed: int
) -> tuple[PooledPair, ...]:
    """The union of the first `depth` supports of each kind of every run, team by team, shuffled within a team.

    Each kind is cut on its own, so that a run that holds both cannot crowd one out.

    Args:
        runs: Run name to run; the names leave no trace.
        kinds: Kind of every support; others in a run are left out, as are teams that `teams` lacks.
        teams: Assessment ids; they come in this order.
        depth: How deep each list is read, at least 1.
        seed: Of the shuffle. A team's order depends on the seed, its id and its pool, not on the other teams.
    """
    if depth < 1:
        raise ValueError(f"depth {depth}: expected at least 1")
    pool: list[PooledPair] = []
    for team in teams:
        pooled = {
            scored.doc_id
            for run in runs.values()
            for kind in SupportKind
            for scored in [item for item in run.get(team, ()) if kinds.get(item.doc_id) is kind][:depth]
        }
        order = sorted(pooled)
        # A generator of its own, seeded by text: Python's hash of a text changes from process to process.
        digest = hashlib.sha256(f"{seed} {team}".encode()).digest()
        random.Random(int.from_bytes(digest[:8], "big")).shuffle(order)
        pool += [PooledPair(assessment_id=team, support_id=support_id) for support_id in order]
    return tuple(pool)
