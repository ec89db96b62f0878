"""Runs against judgments: per-query values first, then summaries and paired comparisons."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.measuring.stats import Comparison, Interval, bootstrap_interval, compare, holm, mean
from eval.metrics import Metric, Topic
from recommender.reading.trec import TrecRun, count_ties

__all__ = ["MetricSummary", "Table", "compare_with", "condense", "evaluate", "summarize"]


@dataclass(frozen=True)
class Table:
    """Every metric of every system on every query."""

    systems: tuple[str, ...]
    metrics: tuple[Metric, ...]
    query_ids: tuple[str, ...]
    values: NDArray[np.float64]
    """Shape (n_systems, n_metrics, n_queries); NaN where a query cannot be scored."""
    n_missing: Mapping[str, int]
    """Queries that each system's run lacks; they score the metric's `missing` value."""
    n_ties: Mapping[str, int]
    """Documents of each run with the score of the one above; ties are ordered by document id."""
    n_unknown: Mapping[str, int]
    """Queries of each run that nobody judged; they are left out."""

    def of(self, system: str, metric: Metric) -> NDArray[np.float64]:
        """One value a query, shape (n_queries,), in the order of `query_ids`."""
        values: NDArray[np.float64] = self.values[self.systems.index(system), self.metrics.index(metric)]
        return values


@dataclass(frozen=True)
class MetricSummary:
    """One metric of one system over all queries."""

    value: float
    """Mean, or sum for metrics that count; NaN when no query could be scored."""
    interval: Interval
    """Of the mean; not estimable for sums."""
    n: int
    """Queries that could be scored."""


def evaluate(runs: Mapping[str, TrecRun], topics: Mapping[str, Topic], metrics: Sequence[Metric]) -> Table:
    """Every metric of every run on every topic.

    Args:
        runs: System name to its run; queries without a topic are left out and counted.
        topics: Query id to what is known of it; a query that a run lacks is scored as missing and counted.
        metrics: Values with unique names.
    """
    values = np.full((len(runs), len(metrics), len(topics)), math.nan)
    for i, run in enumerate(runs.values()):
        for column, (query_id, topic) in enumerate(topics.items()):
            listed = run.get(query_id)
            ranking = None if listed is None else [scored.doc_id for scored in listed]
            for j, metric in enumerate(metrics):
                values[i, j, column] = metric.missing if ranking is None else metric(ranking, topic)
    return Table(
        systems=tuple(runs),
        metrics=tuple(metrics),
        query_ids=tuple(topics),
        values=values,
        n_missing={name: sum(query_id not in run for query_id in topics) for name, run in runs.items()},
        n_ties={
            name: sum(count_ties(run[query_id]) for query_id in topics if query_id in run) for name, run in runs.items()
        },
        n_unknown={name: sum(query_id not in topics for query_id in run) for name, run in runs.items()},
    )


def condense(run: TrecRun, topics: Mapping[str, Topic]) -> TrecRun:
    """The run without its unjudged documents, so that a metric over it says nothing of what nobody judged.

    Flatters a system that ranks much that was never judged; read it beside Judged@k.

    Source: Sakai, SIGIR 2007, doi:10.1145/1277741.1277756.
    """
    return {
        query_id: tuple(scored for scored in listed if scored.doc_id in topics[query_id].grades)
        for query_id, listed in run.items()
        if query_id in topics
    }


def summarize(table: Table, system: str, metric: Metric, *, seed: int) -> MetricSummary:
    """A system's value on a metric over all queries, with the bootstrap interval of the mean."""
    values = table.of(system, metric)
    scored = values[~np.isnan(values)]
    if metric.aggregate == "sum":
        return MetricSummary(math.fsum(scored), Interval(None, None, 0.95, "a sum, not a mean"), len(scored))
    return MetricSummary(mean(values), bootstrap_interval(values, seed=seed), len(scored))


def compare_with(
    table: Table, baseline: str, metric: Metric, *, systems: Iterable[str], seed: int
) -> dict[str, tuple[Comparison, float]]:
    """Each system against the baseline on one metric, with its p-value adjusted by Holm over these systems."""
    compared = {
        system: compare(table.of(system, metric), table.of(baseline, metric), seed=seed)
        for system in systems
        if system != baseline
    }
    adjusted = holm([comparison.test.p for comparison in compared.values()])
    return {system: (comparison, p) for (system, comparison), p in zip(compared.items(), adjusted, strict=True)}
