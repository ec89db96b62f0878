"""Numbers and tables as Markdown, written the same way in every report."""

from collections.abc import Sequence

from eval.results.findings import BehaviorRecord, IntervalRecord

__all__ = ["Rows", "behavior_table", "interval", "number", "p_value", "signed", "table"]

Rows = Sequence[Sequence[str]]


def table(header: Sequence[str], rows: Rows) -> str:
    """A table with its header; without a newline at the end."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def number(value: float | None) -> str:
    """Three decimals; a dash for none."""
    return "-" if value is None else f"{value:.3f}"


def signed(value: float | None) -> str:
    """A difference, with its sign; a dash for none."""
    return "-" if value is None else f"{value:+.3f}"


def interval(record: IntervalRecord) -> str:
    """Both ends, or why there are none."""
    if record.low is None or record.high is None:
        return f"not estimable: {record.not_estimable}"
    return f"{record.low:.3f} to {record.high:.3f}"


def p_value(value: float) -> str:
    """Three decimals; below that only that it is below."""
    return "<.001" if value < 0.001 else f"{value:.3f}"


def behavior_table(records: Sequence[BehaviorRecord]) -> str:
    """Each check with how often it was broken, and up to three broken cases."""
    rows = [
        [
            record.says,
            record.kind,
            "holds" if record.holds else "BROKEN",
            f"{record.n_broken}/{record.n_cases}",
            "; ".join(record.examples),
        ]
        for record in records
    ]
    return table(["behavior", "list", "", "broken", "for example"], rows)
