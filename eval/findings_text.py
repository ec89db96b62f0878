"""Slices, stability, groups, behavior and hard rules as Markdown."""

from collections.abc import Mapping

from eval.findings import GroupRecord, SliceRecord, StabilityRecord
from eval.markdown import behavior_table, interval, number, p_value, signed, table
from eval.records import ComparisonRecord, ResultRecord

__all__ = ["findings_markdown"]


def findings_markdown(result: ResultRecord) -> str:
    """Everything in a result beside the systems' metrics; empty parts are left out."""
    parts = []
    for ranked in result.lists:
        if ranked.ablations:
            parts += [f"## {ranked.name}: one part switched off, against the whole", _ablations(ranked.ablations)]
        if ranked.slices:
            metric, least = ranked.slices[0].metric, ranked.baseline
            parts += [f"## {ranked.name}: slices, {metric}, against {least}", _slices(ranked.slices, ranked.baseline)]
        if ranked.stability:
            parts += [f"## {ranked.name}: stability", _stability(ranked.stability)]
        if ranked.groups:
            parts += [f"## {ranked.name}: exposure against merit", _groups(ranked.groups)]
    if result.behavior:
        parts += ["## Behavior", behavior_table(result.behavior)]
    if result.hard_rules:
        rules = result.hard_rules
        rows = [
            ["gate violations", str(rules.gate_violations)],
            ["explanation sum error", f"{rules.explanation_sum_error:.3g}"],
            ["scores that do not fall", str(rules.rising_scores)],
            ["replay mismatches", str(rules.replay_mismatches)],
        ]
        parts += [f"## Hard rules, {rules.n_lists} lists", table(["rule", "found"], rows)]
    return "\n\n".join(parts) + "\n" if parts else ""


def _ablations(records: Mapping[str, ComparisonRecord]) -> str:
    rows = [
        [name, one.metric, signed(one.difference), interval(one.interval), p_value(one.p_holm), _counts(one)]
        for name, one in records.items()
    ]
    return table(["system", "metric", "difference", "95% interval", "p (Holm)", "win/tie/loss"], rows)


def _counts(one: ComparisonRecord) -> str:
    return f"{one.wins}/{one.ties}/{one.losses}"


def _slices(records: tuple[SliceRecord, ...], baseline: str) -> str:
    rows = []
    for one in records:
        if one.system == baseline:
            continue  # every difference is against it
        known = ["too few teams", "", "", ""]
        if not one.too_small and one.interval:
            against = interval(one.difference_interval) if one.difference_interval else ""
            known = [number(one.value), interval(one.interval), signed(one.difference), against]
        rows.append([one.slice, one.group, str(one.n), *known])
    return table(["slice", "group", "teams", "mean", "95% interval", "difference", "95% interval"], rows)


def _stability(records: tuple[StabilityRecord, ...]) -> str:
    rows = [
        [
            one.perturbation,
            f"{one.n_teams} teams x {one.n_draws}",
            number(one.rbo),
            number(one.top_retention),
            f"{one.worst_team} ({number(one.rbo_by_team[one.worst_team])})" if one.worst_team else "-",
        ]
        for one in records
    ]
    return table(["change", "tried", "mean RBO", "first five kept", "least stable team"], rows)


def _groups(records: tuple[GroupRecord, ...]) -> str:
    rows = [
        [one.grouping, one.group, str(one.n_documents), number(one.exposure), number(one.merit), number(one.ratio)]
        for one in records
    ]
    return table(["grouping", "group", "records", "exposure", "merit", "exposure / merit"], rows)
