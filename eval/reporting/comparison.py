"""Two results side by side: what changed for the systems that both have, and what was different about the runs."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from eval.measuring.stats import compare, holm
from eval.results.markdown import interval, number, p_value, signed, table
from eval.results.records import ComparisonRecord, ListResult, ResultRecord, comparison_record
from models.base import Value

__all__ = ["ComparedList", "ResultComparison", "compare_results", "comparison_markdown"]


class ComparedSystem(Value):
    """One system on the queries that both results have."""

    system: str
    metric: str
    before: float | None
    after: float | None
    """Means over the shared queries that both could be scored on."""
    comparison: ComparisonRecord
    """After minus before, paired by query; Holm over the systems and metrics of the list."""


class ComparedList(Value):
    """One kind of list in both results."""

    name: str
    n_shared: int
    """Queries in both; only these are compared."""
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    """Systems that only one result has."""
    systems: tuple[ComparedSystem, ...]


class Changed(Value):
    """Something recorded that differs."""

    what: str
    before: str | None
    after: str | None


class ResultComparison(Value):
    """Two results, the earlier and the later."""

    changed: tuple[Changed, ...]
    """Versions, environment and settings that differ; without any, the numbers should be equal."""
    lists: tuple[ComparedList, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    """Lists that only one result has."""


def compare_results(before: ResultRecord, after: ResultRecord) -> ResultComparison:
    """What changed between two results, by system and metric, paired over the queries that both have.

    Grades that changed between the two change the numbers too: see `changed` for the judgments' hash.
    """
    old = {ranked.name: ranked for ranked in before.lists}
    new = {ranked.name: ranked for ranked in after.lists}
    return ResultComparison(
        changed=tuple(_changed(_settings(before), _settings(after))),
        lists=tuple(_list(old[name], new[name], seed=after.seed) for name in old if name in new),
        only_before=tuple(name for name in old if name not in new),
        only_after=tuple(name for name in new if name not in old),
    )


def comparison_markdown(found: ResultComparison) -> str:
    """The whole comparison."""
    parts = ["## What differs"]
    if found.changed:
        rows = [[one.what, one.before or "-", one.after or "-"] for one in found.changed]
        parts.append(table(["what", "before", "after"], rows))
    else:
        parts.append("Nothing that is recorded: versions, environment and settings are the same.")
    for ranked in found.lists:
        parts.append(f"## {ranked.name}: {ranked.n_shared} shared teams")
        header = [
            "system",
            "metric",
            "mean before",
            "mean after",
            "difference",
            "95% interval",
            "p",
            "p (Holm)",
            "win/tie/loss",
        ]
        parts.append(table(header, [_row(one) for one in ranked.systems]))
        for names, when in ((ranked.only_before, "before"), (ranked.only_after, "after")):
            if names:
                parts.append(f"Only {when}: {', '.join(names)}.")
    for names, when in ((found.only_before, "before"), (found.only_after, "after")):
        if names:
            parts.append(f"Lists only {when}: {', '.join(names)}.")
    return "\n\n".join(parts) + "\n"


def _row(one: ComparedSystem) -> list[str]:
    record = one.comparison
    return [
        one.system,
        one.metric,
        number(one.before),
        number(one.after),
        signed(record.difference),
        interval(record.interval),
        p_value(record.p),
        p_value(record.p_holm),
        f"{record.wins}/{record.ties}/{record.losses}",
    ]


def _list(before: ListResult, after: ListResult, *, seed: int) -> ComparedList:
    shared = [query_id for query_id in before.query_ids if query_id in set(after.query_ids)]
    old_rows = [before.query_ids.index(query_id) for query_id in shared]
    new_rows = [after.query_ids.index(query_id) for query_id in shared]
    old = {system.name: system for system in before.systems}
    new = {system.name: system for system in after.systems}
    found = []
    for name in old:
        if name not in new:
            continue
        for metric in old[name].metrics:
            if metric in new[name].metrics:
                first = _values(old[name].metrics[metric].per_query, old_rows)
                second = _values(new[name].metrics[metric].per_query, new_rows)
                found.append((name, metric, first, second, compare(second, first, seed=seed)))
    adjusted = holm([comparison.test.p for *_, comparison in found])
    systems = []
    for (name, metric, first, second, comparison), p in zip(found, adjusted, strict=True):
        both = ~np.isnan(first) & ~np.isnan(second)
        systems.append(
            ComparedSystem(
                system=name,
                metric=metric,
                before=float(first[both].mean()) if both.any() else None,
                after=float(second[both].mean()) if both.any() else None,
                comparison=comparison_record(metric, comparison, p),
            )
        )
    return ComparedList(
        name=before.name,
        n_shared=len(shared),
        only_before=tuple(name for name in old if name not in new),
        only_after=tuple(name for name in new if name not in old),
        systems=tuple(systems),
    )


def _values(per_query: Sequence[float | None], rows: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([math.nan if per_query[row] is None else per_query[row] for row in rows], dtype=np.float64)


def _settings(result: ResultRecord) -> dict[str, str]:
    place = result.environment
    fixed = {
        "made on": result.made_on.isoformat(),
        "judged by": result.judged_by,
        "seed": str(result.seed),
        "experiment": result.experiment or "-",
        "commit": f"{place.commit or 'unknown'}{' with changes' if place.dirty else ''}",
        "python": place.python,
        "platform": place.platform,
    }
    return fixed | dict(result.versions) | {f"package {name}": version for name, version in place.packages.items()}


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[Changed]:
    names = dict.fromkeys([*before, *after])
    return [
        Changed(what=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]
