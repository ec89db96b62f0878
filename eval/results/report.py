"""A result for people: Markdown, and tables on a terminal. Both show the same rows."""

import re
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as RichTable

from eval.results.markdown import Rows, interval, number, p_value, signed, table
from eval.results.records import ComparisonRecord, ListResult, MetricRecord, ResultRecord, SystemRecord

__all__ = ["comparison_rows", "markdown", "notes_on", "print_result", "value_rows"]


def markdown(result: ResultRecord) -> str:
    """The whole result as Markdown."""
    parts = [f"Judged by {result.judged_by}; {result.made_on.isoformat()}, seed {result.seed}."]
    for ranked in result.lists:
        parts.append(f"## {_heading(ranked)}")
        parts.append(table(*value_rows(ranked)))
        parts.append(f"Against {ranked.baseline}, paired by query:")
        parts.append(table(*comparison_rows(ranked)))
        parts.append("\n".join(f"- {note}" for note in notes_on(ranked)))
    return "\n\n".join(parts) + "\n"


def print_result(result: ResultRecord, console: Console) -> None:
    """The whole result on a console; plain text when it is no terminal."""
    for ranked in result.lists:
        console.print(_rich_table(_heading(ranked), *value_rows(ranked)))
        console.print(_rich_table(f"Against {ranked.baseline}, paired by query", *comparison_rows(ranked)))
        for note in notes_on(ranked):
            console.print(f"  {note}", highlight=False)
        console.print()
    console.print(f"Judged by {result.judged_by}. Seed {result.seed}.", highlight=False)


def _heading(ranked: ListResult) -> str:
    return f"{ranked.name}: {len(ranked.query_ids)} teams, {ranked.n_documents} to rank"


def value_rows(ranked: ListResult) -> tuple[Sequence[str], Rows]:
    """Header and rows: every metric of every system, and the interval of the first."""
    names = list(ranked.systems[0].metrics) if ranked.systems else []
    labels = _labels(names)
    header = ["system", *(labels[name] for name in names), *(f"95% interval of {labels[name]}" for name in names[:1])]
    rows = [
        [
            system.name,
            *(_value(system.metrics[name]) for name in names),
            *(interval(system.metrics[name].interval) for name in names[:1]),
        ]
        for system in ranked.systems
    ]
    return header, rows


def _labels(names: Sequence[str]) -> dict[str, str]:
    """Metric names without their parameters, unless two would then be the same."""
    short = {name: re.sub(r"\([^)]*\)", "", name) for name in names}
    times = Counter(short.values())
    return {name: label if times[label] == 1 else name for name, label in short.items()}


def comparison_rows(ranked: ListResult) -> tuple[Sequence[str], Rows]:
    """Header and rows: every system against the baseline."""
    header = ["system", "metric", "difference", "95% interval", "p", "p (Holm)", "effect", "detectable", "win/tie/loss"]
    rows = [_comparison(system, item) for system in ranked.systems for item in system.against_baseline]
    return header, rows


def _comparison(system: SystemRecord, item: ComparisonRecord) -> list[str]:
    return [
        system.name,
        item.metric,
        signed(item.difference),
        interval(item.interval),
        p_value(item.p),
        p_value(item.p_holm),
        "-" if item.effect is None else f"{item.effect:+.2f}",
        number(item.detectable),
        f"{item.wins}/{item.ties}/{item.losses}",
    ]


def notes_on(ranked: ListResult) -> list[str]:
    """What a reader must know of the systems and of what was left out, in sentences."""
    notes = [f"{system.name}: {system.description}" for system in ranked.systems]
    for system in ranked.systems:
        if system.n_missing:
            notes.append(f"{system.name} has no list for {system.n_missing} teams; they score as missing.")
        if system.n_unknown:
            notes.append(f"{system.name} has lists for {system.n_unknown} teams that were not judged; left out.")
    if ranked.systems:
        notes.append(f"Metrics: {', '.join(ranked.systems[0].metrics)}.")
    unscored = sorted(
        {name for system in ranked.systems for name, item in system.metrics.items() if item.n < len(ranked.query_ids)}
    )
    if unscored:
        notes.append(f"Not every team could be scored on {', '.join(unscored)}; those are left out of the mean.")
    return notes


def _value(record: MetricRecord) -> str:
    return f"{record.value:.0f}" if record.value is not None and record.aggregate == "sum" else number(record.value)


def _rich_table(title: str, header: Sequence[str], rows: Rows) -> RichTable:
    shown = RichTable(title=title, title_justify="left")
    for place, name in enumerate(header):
        shown.add_column(name, justify="left" if place == 0 else "right")
    for row in rows:
        shown.add_row(*row)
    return shown
