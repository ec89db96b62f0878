"""What a mean hides: how attention spreads, whether scores mean what grades say, where ours loses and to what."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from eval.metrics import Ranking, Topic
from eval.results.records import ListResult, SystemRecord
from eval.results.sections import CalibrationBin, ExposureRecord, ListedSupport, RegressionRecord
from recommender.reading.trec import TrecRun

__all__ = [
    "Why",
    "best_other",
    "main_metric",
    "record_calibration",
    "record_exposure",
    "record_regressions",
    "with_close_ups",
]

Why = Callable[[str, str], Sequence[str]]
"""Our own sentences on a support in a query's list, by query id and document id."""

K = 10
RELEVANT = 2
_WITHOUT = "-without-"
"""Follows the name of our system in the names of its ablations."""


def main_metric(ranked: ListResult) -> str:
    """The metric that findings are about: the first one recorded. The list must have a system."""
    return next(iter(ranked.systems[0].metrics))


def best_other(ranked: ListResult) -> SystemRecord | None:
    """The system with the highest main metric that is not ours, nor ours with a part switched off.

    None when there is no other, or none could be scored; equal values order by name.
    """
    others = [
        (value, system.name, system)
        for system in ranked.systems
        if system.name != ranked.ours
        and not (ranked.ours and system.name.startswith(ranked.ours + _WITHOUT))
        and (value := system.metrics[main_metric(ranked)].value) is not None
    ]
    return min(others, key=lambda item: (-item[0], item[1]))[2] if others else None


def with_close_ups(
    ranked: ListResult,
    *,
    ours: str,
    runs: Mapping[str, TrecRun],
    topics: Mapping[str, Topic],
    catalog: Sequence[str],
    titles: Mapping[str, str],
    labels: Mapping[str, str],
    why: Why | None = None,
) -> ListResult:
    """The list's result with exposure, and where ours is among the systems, calibration and regressions.

    Args:
        ranked: The tables.
        ours: Name of our system; with a part switched off it is called `OURS-without-PART`.
        runs: The lists that the tables were made from.
        topics: In the order of `ranked.query_ids`.
        catalog: Ids of all documents that could be ranked.
        titles: What a person calls a document.
        labels: What a person calls a query.
        why: Our own sentences; None leaves them out.
    """
    exposure = record_exposure(runs, ranked.query_ids, catalog)
    with_exposure = ranked.model_copy(update={"exposure": tuple(exposure), "query_labels": dict(labels)})
    if ours not in runs:
        return with_exposure
    whole = with_exposure.model_copy(update={"ours": ours})
    metric, best = main_metric(whole), best_other(whole)
    values = {system.name: system.metrics[metric].per_query for system in whole.systems}
    return whole.model_copy(
        update={
            "calibration": record_calibration(ours, runs[ours], topics),
            "regressions": ()
            if best is None
            else record_regressions(
                runs, topics, ours=ours, theirs=best.name, metric=metric, values=values, titles=titles, why=why
            ),
        }
    )


def record_exposure(
    runs: Mapping[str, TrecRun], query_ids: Sequence[str], catalog: Sequence[str]
) -> list[ExposureRecord]:
    """How each system spreads the attention of the first ten places over the catalog.

    Source: Lorenz, Publications of the American Statistical Association 1905; the Gini coefficient is twice the area
    between this curve and the diagonal.
    """
    records = []
    for system, run in runs.items():
        attention = dict.fromkeys(catalog, 0.0)
        for query_id in query_ids:
            for rank, (doc_id, _) in enumerate(run.get(query_id, ())[:K], start=1):
                if doc_id in attention:
                    attention[doc_id] += 1 / math.log2(rank + 1)
        values = np.sort(np.array(list(attention.values())))
        total = math.fsum(values)
        if total == 0:
            continue
        gathered = np.concatenate([[0.0], np.cumsum(values)]) / total
        shares = np.interp(np.linspace(0, 1, 11), np.linspace(0, 1, len(gathered)), gathered)
        records.append(ExposureRecord(system=system, k=K, lorenz=tuple(min(1.0, float(share)) for share in shares)))
    return records


def record_calibration(
    system: str, run: TrecRun, topics: Mapping[str, Topic], *, n_bins: int = 10
) -> tuple[CalibrationBin, ...]:
    """Grades against scores, in bins that hold the same number of judged pairs, lowest scores first.

    A ranking may be good within each team and its scores still mean different things from team to team; this shows
    whether a score can be read on its own. Unjudged documents are left out.
    """
    pairs = sorted(
        (scored.score, topic.grades[scored.doc_id])
        for query_id, topic in topics.items()
        for scored in run.get(query_id, ())
        if scored.doc_id in topic.grades
    )
    bins = []
    for part in np.array_split(np.arange(len(pairs)), min(n_bins, len(pairs)) or 1):
        if len(part):
            scores, grades = zip(*(pairs[row] for row in part), strict=True)
            bins.append(
                CalibrationBin(
                    system=system,
                    low=scores[0],
                    high=scores[-1],
                    mean_score=math.fsum(scores) / len(part),
                    mean_grade=sum(grades) / len(part),
                    relevant=sum(grade >= RELEVANT for grade in grades) / len(part),
                    n=len(part),
                )
            )
    return tuple(bins)


def record_regressions(
    runs: Mapping[str, TrecRun],
    topics: Mapping[str, Topic],
    *,
    ours: str,
    theirs: str,
    metric: str,
    values: Mapping[str, Sequence[float | None]],
    titles: Mapping[str, str],
    why: Why | None = None,
    n: int = 3,
) -> tuple[RegressionRecord, ...]:
    """The queries on which ours is furthest below another system, worst first, with the first ten of both lists.

    Args:
        runs: Both systems' lists.
        topics: In the order of the values.
        ours: Name of our system.
        theirs: Name of the other.
        metric: What the values are.
        values: Each system's value of each query; None where it cannot be scored.
        titles: What a person calls a document.
        why: Our own sentences; None leaves them out.
        n: How many queries at most.
    """
    losses = sorted(
        (own - other, query_id, own, other)
        for query_id, own, other in zip(topics, values[ours], values[theirs], strict=True)
        if own is not None and other is not None and own < other
    )
    records = []
    for _, query_id, own, other in losses[:n]:
        grades = topics[query_id].grades
        our_ids, their_ids = (_ids(runs[name], query_id) for name in (ours, theirs))
        records.append(
            RegressionRecord(
                query_id=query_id,
                metric=metric,
                ours=own,
                theirs=other,
                theirs_name=theirs,
                ours_list=_listed(our_ids[:K], grades, titles, partial(why, query_id) if why else None),
                theirs_list=_listed(their_ids[:K], grades, titles, None),
                why=_what_cost(our_ids, their_ids, grades, titles),
            )
        )
    return tuple(records)


def _ids(run: TrecRun, query_id: str) -> list[str]:
    return [doc_id for doc_id, _ in run.get(query_id, ())]


def _listed(
    ranking: Ranking, grades: Mapping[str, int], titles: Mapping[str, str], why: Callable[[str], Sequence[str]] | None
) -> tuple[ListedSupport, ...]:
    return tuple(
        ListedSupport(
            rank=rank,
            support_id=doc_id,
            title=titles.get(doc_id, doc_id),
            grade=grades.get(doc_id),
            why=tuple(why(doc_id)) if why else (),
        )
        for rank, doc_id in enumerate(ranking, start=1)
    )


def _what_cost(
    ours: Ranking, theirs: Ranking, grades: Mapping[str, int], titles: Mapping[str, str], *, n: int = 3
) -> tuple[str, ...]:
    """The documents that nDCG@10 lost the most on: graded, and lower in ours than in theirs."""
    ideal = math.fsum(
        grade / math.log2(rank + 1) for rank, grade in enumerate(sorted(grades.values(), reverse=True)[:K], start=1)
    )
    if ideal == 0:
        return ()
    lost = []
    for doc_id, grade in grades.items():
        cost = grade * (_worth(theirs, doc_id) - _worth(ours, doc_id)) / ideal
        if cost > 0:
            lost.append((-cost, doc_id))
    return tuple(
        f"{titles.get(doc_id, doc_id)} (grade {grades[doc_id]}) stands {_place(ours, doc_id)} in ours and"
        f" {_place(theirs, doc_id)} in theirs: {-cost:.3f} of nDCG."
        for cost, doc_id in sorted(lost)[:n]
    )


def _worth(ranking: Ranking, doc_id: str) -> float:
    rank = ranking.index(doc_id) + 1 if doc_id in ranking else K + 1
    return 1 / math.log2(rank + 1) if rank <= K else 0.0


def _place(ranking: Ranking, doc_id: str) -> str:
    return f"at {ranking.index(doc_id) + 1}" if doc_id in ranking else "nowhere"
