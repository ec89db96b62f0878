"""What a result file says: the numbers, and all that is needed to get them again. JSON has no NaN: null means none."""

import json
import math
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Literal

from eval.measuring.exposure import catalog_coverage, exposure_gini
from eval.measuring.harness import Table, compare_with, summarize
from eval.measuring.stats import Comparison
from eval.metrics import Metric
from eval.results.findings import (
    BehaviorRecord,
    GroupRecord,
    HardRules,
    IntervalRecord,
    SliceRecord,
    StabilityRecord,
    interval_record,
)
from eval.results.sections import CalibrationBin, ComparisonRecord, ExposureRecord, RegressionRecord
from models.base import Value
from recommender.reading.trec import TrecRun

__all__ = [
    "LEARNED_HERE",
    "ComparisonRecord",
    "Environment",
    "IntervalRecord",
    "ListResult",
    "MetricRecord",
    "ResultRecord",
    "SystemRecord",
    "comparison_record",
    "environment",
    "interval_record",
    "record_lists",
]

_PACKAGES = ("bm25s", "numpy", "scikit-learn", "scipy", "sentence-transformers", "torch", "trellis-recommender")


LEARNED_HERE = (
    "the shipped ranking, whose weights were learned on these teams, so it is flattered; `trellis eval tune` prints"
    " what weights learned on other teams reach"
)
"""Description of our system where its weights were learned on the very teams that it is evaluated on."""


class MetricRecord(Value):
    """One metric of one system."""

    value: float | None
    """Over all queries that could be scored; None when there is none."""
    aggregate: Literal["mean", "sum"]
    interval: IntervalRecord
    n: int
    per_query: tuple[float | None, ...]
    """In the order of `ListResult.query_ids`."""


class SystemRecord(Value):
    """One system on one list."""

    name: str
    description: str
    n_missing: int
    """Queries without a list."""
    n_ties: int
    """Documents with the score of the one above."""
    n_unknown: int
    """Lists for queries that nobody judged; left out."""
    catalog_coverage: float | None
    """Share of the catalog that the first ten of all lists show."""
    exposure_gini: float | None
    """How unevenly the first ten of all lists spread attention over the catalog, 0 to 1."""
    metrics: dict[str, MetricRecord]
    """By metric name; condensed-list values carry the suffix ` condensed`."""
    against_baseline: tuple[ComparisonRecord, ...]
    """Empty for the baseline itself."""


class ListResult(Value):
    """All systems on one kind of list."""

    name: str
    baseline: str
    n_documents: int
    query_ids: tuple[str, ...]
    systems: tuple[SystemRecord, ...]
    ablations: dict[str, ComparisonRecord] = {}
    """Our ranking with one part switched off against our whole ranking, by the system's name."""
    slices: tuple[SliceRecord, ...] = ()
    stability: tuple[StabilityRecord, ...] = ()
    groups: tuple[GroupRecord, ...] = ()
    ours: str | None = None
    """The system that the sections are about; None when none is ours."""
    query_labels: dict[str, str] = {}
    """What a person calls a query, such as the team's name; a query left out goes by its id."""
    exposure: tuple[ExposureRecord, ...] = ()
    calibration: tuple[CalibrationBin, ...] = ()
    regressions: tuple[RegressionRecord, ...] = ()
    """Worst first."""


class Environment(Value):
    """Where the numbers were made."""

    commit: str | None
    """None outside a git checkout."""
    dirty: bool | None
    """Whether tracked files differed from the commit."""
    python: str
    platform: str
    packages: dict[str, str]


class ResultRecord(Value):
    """A whole evaluation."""

    schema_version: Literal[1] = 1
    made_on: date
    judged_by: str
    seed: int
    versions: dict[str, str]
    """Hashes of what was evaluated and of what it was evaluated on."""
    environment: Environment
    experiment: str | None = None
    """Id, version and hash of the experiment file."""
    lists: tuple[ListResult, ...]
    behavior: tuple[BehaviorRecord, ...] = ()
    hard_rules: HardRules | None = None

    def to_json(self) -> str:
        """The result file's text."""
        return json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def record_lists(
    name: str,
    table: Table,
    condensed: Table,
    *,
    runs: Mapping[str, TrecRun],
    catalog: Sequence[str],
    descriptions: Mapping[str, str],
    baseline: str,
    tested: Sequence[Metric],
    seed: int,
) -> ListResult:
    """The record of one kind of list from its tables.

    Args:
        name: What was ranked, such as `resource`.
        table: Values on the lists as ranked.
        condensed: Values on the lists without unjudged documents; same systems and queries.
        runs: The lists that `table` was made from.
        catalog: Ids of all documents that could be ranked.
        descriptions: One sentence on each system.
        baseline: The system that all others are tested against.
        tested: Metrics of `table` to test.
        seed: For intervals and tests.
    """
    compared = {metric: compare_with(table, baseline, metric, systems=table.systems, seed=seed) for metric in tested}
    systems = []
    for system in table.systems:
        metrics = {str(metric): _metric(table, system, metric, seed) for metric in table.metrics}
        metrics |= {f"{metric} condensed": _metric(condensed, system, metric, seed) for metric in condensed.metrics}
        comparisons = []
        for metric, by_system in compared.items():
            if system in by_system:
                comparisons.append(comparison_record(str(metric), *by_system[system]))
        lists = [[doc_id for doc_id, _ in runs[system].get(query_id, ())] for query_id in table.query_ids]
        systems.append(
            SystemRecord(
                name=system,
                description=descriptions[system],
                n_missing=table.n_missing[system],
                n_ties=table.n_ties[system],
                n_unknown=table.n_unknown[system],
                catalog_coverage=_number(catalog_coverage(lists, catalog)),
                exposure_gini=_number(exposure_gini(lists, catalog)),
                metrics=metrics,
                against_baseline=tuple(comparisons),
            )
        )
    return ListResult(
        name=name, baseline=baseline, n_documents=len(catalog), query_ids=table.query_ids, systems=tuple(systems)
    )


def comparison_record(metric: str, comparison: Comparison, p_holm: float) -> ComparisonRecord:
    """What a paired comparison found; `p_holm` is its p-value adjusted over the family."""
    return ComparisonRecord(
        metric=metric,
        n=comparison.n,
        difference=_number(comparison.difference),
        interval=interval_record(comparison.interval),
        p=comparison.test.p,
        p_holm=p_holm,
        permutations=comparison.test.n_permutations,
        exact=comparison.test.exact,
        effect=comparison.effect,
        detectable=comparison.detectable,
        **comparison.record._asdict(),
    )


def environment() -> Environment:
    """Commit, Python, platform and package versions of this process."""
    root = Path(__file__).resolve().parents[2]
    commit = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return Environment(
        commit=commit,
        dirty=None if changed is None else bool(changed),
        python=platform.python_version(),
        platform=platform.platform(),
        packages={name: version for name in _PACKAGES if (version := _version(name))},
    )


def _metric(table: Table, system: str, metric: Metric, seed: int) -> MetricRecord:
    summary = summarize(table, system, metric, seed=seed)
    return MetricRecord(
        value=_number(summary.value),
        aggregate=metric.aggregate,
        interval=interval_record(summary.interval),
        n=summary.n,
        per_query=tuple(_number(float(value)) for value in table.of(system, metric)),
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _git(root: Path, *arguments: str) -> str | None:
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
