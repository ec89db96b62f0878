"""From a result to the document that page and Markdown both show. Sections without data say that they have none."""

import numpy as np

from eval.measuring.stats import win_tie_loss
from eval.reporting.blocks import Block, Figure, Items, Paragraph, ReportDocument, Section, TableBlock
from eval.reporting.charts import ChartMark, bar_chart, mark_chart
from eval.reporting.details import (
    ablation_part,
    calibration_part,
    exposure_part,
    regression_part,
    slice_part,
    stability_part,
)
from eval.reporting.wording import label, missing, plain
from eval.results.close_ups import best_other, main_metric
from eval.results.findings import IntervalRecord
from eval.results.markdown import interval, number
from eval.results.records import LEARNED_HERE, ListResult, ResultRecord, SystemRecord
from eval.results.report import comparison_rows, notes_on, value_rows

__all__ = ["make_document"]


_FLATTERED = (
    "Our weights were learned on these same teams, so our values here are flattered. `trellis eval tune` prints the"
    " held-out values: what weights learned on other teams reach."
)


def make_document(result: ResultRecord, *, title: str | None = None) -> ReportDocument:
    """The whole report of a result.

    Args:
        result: What an evaluation found.
        title: What the page is called; None names it after the experiment's lists.
    """
    sections = [_list_section(ranked) for ranked in result.lists]
    sections += [_behavior_section(result), _hard_rules_section(result), _repeat_section(result)]
    lead = [sentence for ranked in result.lists for sentence in _findings(ranked)]
    if any(ours is not None and ours.description == LEARNED_HERE for ours in map(_ours, result.lists)):
        lead.append(_FLATTERED)
    lead.append(f"Judged by {result.judged_by}. Made on {result.made_on.isoformat()}, seed {result.seed}.")
    return ReportDocument(title or "How good the rankings are", tuple(lead), tuple(sections))


def _findings(ranked: ListResult) -> list[str]:
    """What the first metric says of ours."""
    ours, best = _ours(ranked), best_other(ranked)
    if ours is None:
        return [f"{plain(ranked.name)} lists: none of the systems is ours; the tables compare them with one another."]
    metric = main_metric(ranked)
    own = ours.metrics[metric]
    sentence = (
        f"{plain(ranked.name)} lists of {len(ranked.query_ids)} teams: {ours.name} reaches {number(own.value)}"
        f" {label(metric)}{_within(own.interval)}"
    )
    if best is None or best.metrics[metric].value is None:
        return [sentence + "."]
    differences = [
        mine - other
        for mine, other in zip(own.per_query, best.metrics[metric].per_query, strict=True)
        if mine is not None and other is not None
    ]
    record = win_tie_loss(np.array(differences, dtype=np.float64))
    return [
        f"{sentence}; {best.name}, the best of the others, reaches {number(best.metrics[metric].value)}. Ours is better"
        f" for {record.wins} teams, level for {record.ties}, worse for {record.losses}."
    ]


def _within(found: IntervalRecord) -> str:
    return "" if found.low is None else f" (95% interval {interval(found)})"


def _list_section(ranked: ListResult) -> Section:
    name = ranked.name
    return Section(
        f"{name}",
        f"{plain(name)} lists",
        (Paragraph(f"{len(ranked.query_ids)} teams, {ranked.n_documents} supports to rank."),),
        (
            Section(f"{name}-systems", "Systems", _systems(ranked)),
            Section(f"{name}-gains", "Team by team", _gains(ranked)),
            slice_part(ranked),
            ablation_part(ranked),
            stability_part(ranked),
            exposure_part(ranked),
            calibration_part(ranked),
            regression_part(ranked),
        ),
    )


def _systems(ranked: ListResult) -> list[Block]:
    if not ranked.systems:
        return [Paragraph("No system was evaluated on these lists.")]
    metric = main_metric(ranked)
    marks = [
        ChartMark(
            system.name,
            system.metrics[metric].value,
            system.metrics[metric].interval.low,
            system.metrics[metric].interval.high,
            strong=system.name == ranked.ours,
        )
        for system in ranked.systems
        if system.name not in ranked.ablations
    ]
    caption = f"{label(metric)} of every system, mean over teams with its 95% interval"
    return [
        Figure(
            caption,
            mark_chart(marks, axis=label(metric)),
            TableBlock(
                caption,
                ("system", label(metric), "95% interval"),
                [
                    [one.name, number(one.metrics[metric].value), interval(one.metrics[metric].interval)]
                    for one in ranked.systems
                    if one.name not in ranked.ablations
                ],
                folded=True,
            ),
        ),
        TableBlock("Every metric of every system", *value_rows(ranked)),
        TableBlock(
            f"Against {ranked.baseline}, paired by team; `detectable` is the smallest true difference that this many"
            " teams would show in four cases of five",
            *comparison_rows(ranked),
        ),
        Items(notes_on(ranked)),
    ]


def _gains(ranked: ListResult) -> list[Block]:
    ours, best = _ours(ranked), best_other(ranked)
    if ours is None or best is None:
        return [missing("There is no system of ours to set against another.")]
    metric = main_metric(ranked)
    pairs = zip(ranked.query_ids, ours.metrics[metric].per_query, best.metrics[metric].per_query, strict=True)
    gains = sorted(
        (
            (own - other, query_id, own, other)
            for query_id, own, other in pairs
            if own is not None and other is not None
        ),
        reverse=True,
    )
    if not gains:
        return [missing("No team could be scored on both.")]
    caption = f"{label(metric)} of {ours.name} minus {best.name}, a bar a team, best first"
    return [
        Figure(
            caption,
            bar_chart([gain for gain, *_ in gains], axis="difference", across=f"{len(gains)} teams"),
            TableBlock(
                caption,
                ("team", "difference", ours.name, best.name),
                [
                    [ranked.query_labels.get(query_id, query_id), f"{gain:+.3f}", number(own), number(other)]
                    for gain, query_id, own, other in gains
                ],
                folded=True,
            ),
        )
    ]


def _behavior_section(result: ResultRecord) -> Section:
    if not result.behavior:
        return Section("behavior", "Behavior", (missing("No behavioral check was run."),))
    rows = [
        [
            one.says,
            one.kind,
            "holds" if one.holds else "BROKEN",
            f"{one.n_broken} of {one.n_cases}",
            "; ".join(one.examples),
        ]
        for one in result.behavior
    ]
    broken = sum(not one.holds for one in result.behavior)
    return Section(
        "behavior",
        "Behavior",
        (
            Paragraph(f"{len(result.behavior) - broken} of {len(result.behavior)} checks hold."),
            TableBlock(
                "What the ranking must do whatever the grades", ("check", "list", "", "broken", "for example"), rows
            ),
        ),
    )


def _hard_rules_section(result: ResultRecord) -> Section:
    rules = result.hard_rules
    if rules is None:
        return Section("hard-rules", "Hard rules", (missing("The hard rules were not checked."),))
    rows = [
        ["supports listed that a gate forbids", str(rules.gate_violations)],
        ["largest error of the parts of a score", f"{rules.explanation_sum_error:.3g}"],
        ["matches that do not score below the one above", str(rules.rising_scores)],
        ["runs that differ when repeated", str(rules.replay_mismatches)],
    ]
    verdict = "All hold." if not rules.broken else f"Broken: {'; '.join(rules.broken)}."
    return Section(
        "hard-rules",
        "Hard rules",
        (
            Paragraph(verdict),
            TableBlock(f"What must be 0, or rounding, on {rules.n_lists} lists", ("rule", "found"), rows),
        ),
    )


def _repeat_section(result: ResultRecord) -> Section:
    place = result.environment
    changed = {None: "", True: ", with changes that are not committed", False: ""}[place.dirty]
    rows = [["experiment", result.experiment or "not from an experiment file"]]
    rows += [[name, version] for name, version in result.versions.items()]
    rows += [
        ["commit", f"{place.commit or 'unknown'}{changed}"],
        ["Python", place.python],
        ["platform", place.platform],
    ]
    rows += [[name, version] for name, version in place.packages.items()]
    rows.append(["seed", str(result.seed)])
    return Section("repeat", "To repeat this", (TableBlock("Versions and hashes", ("what", "version"), rows),))


def _ours(ranked: ListResult) -> SystemRecord | None:
    return next((system for system in ranked.systems if system.name == ranked.ours), None)
