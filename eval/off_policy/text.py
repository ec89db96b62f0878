"""Off-policy results as Markdown."""

from collections.abc import Sequence

from eval.off_policy.estimate import EstimateRecord, OffPolicyReport
from eval.off_policy.simulation import SimulationRecord
from eval.results.markdown import interval, number, signed, table

__all__ = ["off_policy_markdown", "simulation_markdown"]


def off_policy_markdown(report: OffPolicyReport) -> str:
    """The whole report."""
    switch = f"Switch-DR leaves weights above {report.switch:g} to its model"
    clip = "weights are not clipped" if report.clip is None else f"weights are clipped at {report.clip:g}"
    parts = [
        f"{report.n_decisions} decisions of {report.n_teams} teams; left out: {report.n_undecided} without a decision,"
        f" {report.n_partly_decided} more for whole lists because a place has none.",
        f"As logged, the first place earns {number(report.logging_value)} ({interval(report.logging_interval)}),"
        f" a place of a whole list {number(report.slate_logging_value)}. Never shown first by the logging ranking:"
        f" {report.unsupported:.1%} of what the target shows first. {switch}; {clip}.",
        table(
            [
                "estimator",
                "of",
                "value",
                "95% interval",
                "against logged",
                "95% interval",
                "effective n",
                "largest weight",
                "mean weight",
            ],
            [_estimate_row(item) for item in report.estimates],
        ),
    ]
    refused = [f"- {item.estimator} is not estimable: {item.not_estimable}." for item in report.estimates]
    refused = [line for line, item in zip(refused, report.estimates, strict=True) if item.not_estimable]
    if refused:
        parts.append("\n".join(refused))
    if report.warnings:
        parts.append("\n".join(f"- Warning: {warning}" for warning in report.warnings))
    return "\n\n".join(parts) + "\n"


def _estimate_row(item: EstimateRecord) -> list[str]:
    weights = item.weights
    if item.not_estimable:
        numbers = ["not estimable", "-", "-", "-"]
    else:
        numbers = [
            number(item.value),
            interval(item.interval),
            signed(item.difference),
            interval(item.difference_interval),
        ]
    return [
        item.estimator,
        item.of,
        *numbers,
        *(
            ["-", "-", "-"]
            if weights is None
            else [f"{weights.effective_sample_size:.1f}", f"{weights.largest:.1f}", number(weights.mean)]
        ),
    ]


def simulation_markdown(records: Sequence[SimulationRecord], *, n_decisions: int) -> str:
    """Bias and coverage, scenario by scenario."""
    rows = [
        [
            item.scenario,
            item.estimator,
            number(item.truth),
            f"{item.n_refused} of {item.n_logs}",
            "-" if item.bias is None else f"{item.bias:+.4f}",
            "-" if item.bias_error is None else f"{item.bias_error:.4f}",
            "-" if item.rmse is None else f"{item.rmse:.4f}",
            "-" if item.coverage is None else f"{item.coverage:.0%}",
            number(item.width),
        ]
        for item in records
    ]
    header = ["scenario", "estimator", "truth", "refused", "bias", "its error", "rmse", "coverage", "interval width"]
    n_logs = records[0].n_logs if records else 0
    return (
        f"{n_logs} simulated logs of {n_decisions} decisions a scenario; coverage is of 95% intervals.\n\n"
        + table(header, rows)
        + "\n"
    )
