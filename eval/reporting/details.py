"""The parts of the report below the tables: for whom, what helps, how stable, how fair, how sure, where it loses."""

from eval.reporting.blocks import Block, Figure, Items, Paragraph, Section, TableBlock
from eval.reporting.charts import ChartMark, Curve, curve_chart, mark_chart
from eval.reporting.wording import label, missing, plain
from eval.results.close_ups import best_other
from eval.results.findings import SliceRecord
from eval.results.markdown import interval, number, p_value, signed
from eval.results.records import ListResult
from eval.results.sections import ListedSupport, RegressionRecord

__all__ = [
    "ablation_part",
    "calibration_part",
    "exposure_part",
    "regression_part",
    "slice_part",
    "stability_part",
]


def slice_part(ranked: ListResult) -> Section:
    """For whom ours is better or worse than the baseline."""
    section, title = f"{ranked.name}-slices", "For whom"
    if not ranked.slices:
        return Section(section, title, (missing("This run was not cut into slices."),))
    ours = [one for one in ranked.slices if one.system == ranked.ours] or list(ranked.slices)
    shown = [one for one in ours if not one.too_small and one.difference is not None]
    blocks: list[Block] = []
    if shown:
        caption = f"{label(shown[0].metric)} of {shown[0].system} minus {ranked.baseline}, by group of teams"
        marks = [
            ChartMark(
                _group(one),
                one.difference,
                one.difference_interval.low if one.difference_interval else None,
                one.difference_interval.high if one.difference_interval else None,
            )
            for one in shown
        ]
        chart = mark_chart(marks, axis=f"difference from {ranked.baseline}, 95% interval", zero=True)
        twin = TableBlock(caption, _SLICE_HEADER, [_slice_row(one) for one in shown], folded=True)
        blocks.append(Figure(caption, chart, twin))
    hidden = [one for one in ours if one.too_small]
    if hidden:
        names = ", ".join(f"{_group(one)} ({one.n})" for one in hidden)
        blocks.append(Paragraph(f"Too few teams to say anything, with their number: {names}."))
    blocks.append(
        TableBlock(
            "Every slice of every system", _SLICE_HEADER, [_slice_row(one) for one in ranked.slices], folded=True
        )
    )
    return Section(section, title, blocks)


_SLICE_HEADER = ("slice", "group", "system", "teams", "mean", "95% interval", "difference", "95% interval")


def _group(one: SliceRecord) -> str:
    return f"{one.slice.replace('_', ' ')}: {one.group}"


def _slice_row(one: SliceRecord) -> list[str]:
    head = [one.slice.replace("_", " "), one.group, one.system, str(one.n)]
    if one.too_small or one.interval is None:
        return [*head, "too few teams", "", "", ""]
    against = interval(one.difference_interval) if one.difference_interval else "-"
    return [*head, number(one.value), interval(one.interval), signed(one.difference), against]


def ablation_part(ranked: ListResult) -> Section:
    """What each part of ours adds."""
    section, title = f"{ranked.name}-ablations", "What each part adds"
    if not ranked.ablations:
        return Section(section, title, (missing("No part of ours was switched off in this run."),))
    systems = {system.name: system for system in ranked.systems}
    by_loss = sorted(ranked.ablations.items(), key=lambda item: (item[1].difference or 0.0, item[0]))
    metric = label(by_loss[0][1].metric)
    caption = f"{metric} with one part switched off, minus the whole; left of 0 the part helps"
    marks = [
        ChartMark(_part(ranked, name), one.difference, one.interval.low, one.interval.high) for name, one in by_loss
    ]
    rows = [
        [
            _part(ranked, name),
            number(systems[name].metrics[one.metric].value),
            signed(one.difference),
            interval(one.interval),
            p_value(one.p),
            p_value(one.p_holm),
            f"{one.wins}/{one.ties}/{one.losses}",
            systems[name].description,
        ]
        for name, one in by_loss
    ]
    header = ("part", metric, "difference", "95% interval", "p", "p (Holm)", "win/tie/loss", "what was changed")
    chart = mark_chart(marks, axis="difference from the whole, 95% interval", zero=True)
    return Section(section, title, (Figure(caption, chart, TableBlock(caption, header, rows)),))


def _part(ranked: ListResult, name: str) -> str:
    return plain(name.removeprefix(f"{ranked.ours}-without-"))


def stability_part(ranked: ListResult) -> Section:
    """How much lists move when answers do."""
    section, title = f"{ranked.name}-stability", "How stable"
    if not ranked.stability:
        return Section(section, title, (missing("No answers were disturbed in this run."),))
    blocks: list[Block] = [
        TableBlock(
            "Lists after a small change of the answers, against the unchanged ones; 1 is unchanged",
            ("change", "teams", "changes a team", "mean overlap (RBO)", "first five kept", "least stable team"),
            [
                [
                    one.perturbation,
                    f"{one.n_teams} ({one.n_left_out} could not be changed)" if one.n_left_out else str(one.n_teams),
                    str(one.n_draws),
                    number(one.rbo),
                    number(one.top_retention),
                    f"{_team(ranked, one.worst_team)} ({number(one.rbo_by_team[one.worst_team])})"
                    if one.worst_team
                    else "-",
                ]
                for one in ranked.stability
            ],
        )
    ]
    teams = sorted({team for one in ranked.stability for team in one.rbo_by_team})
    lowest = sorted(teams, key=lambda t: (min(one.rbo_by_team.get(t, 1.0) for one in ranked.stability), t))
    if teams:
        first, *rest = ranked.stability
        second = rest[0] if rest else None
        caption = f"Mean overlap of each team's list, least stable first: {first.perturbation}" + (
            f" (filled) and {second.perturbation} (hollow)" if second else ""
        )
        marks = [
            ChartMark(
                _team(ranked, team),
                first.rbo_by_team.get(team),
                other=second.rbo_by_team.get(team) if second else None,
            )
            for team in lowest
        ]
        header = ("team", *(f"overlap, {one.perturbation}" for one in ranked.stability))
        header += tuple(f"first five kept, {one.perturbation}" for one in ranked.stability)
        rows = [
            [
                _team(ranked, team),
                *(number(one.rbo_by_team.get(team)) for one in ranked.stability),
                *(number(one.top_retention_by_team.get(team)) for one in ranked.stability),
            ]
            for team in lowest
        ]
        chart = mark_chart(marks, axis="mean overlap (RBO, p = 0.9)")
        blocks.append(Figure(caption, chart, TableBlock(caption, header, rows, folded=True)))
    return Section(section, title, blocks)


def exposure_part(ranked: ListResult) -> Section:
    """Who gets the attention."""
    section, title = f"{ranked.name}-exposure", "Who is shown"
    blocks: list[Block] = []
    if ranked.exposure:
        places = [f"{tenth * 10}%" for tenth in range(11)]
        caption = "Share of the attention that the least shown supports get together; the diagonal is even attention"
        curves = [
            Curve(
                one.system, [(tenth / 10, share) for tenth, share in enumerate(one.lorenz)], one.system == ranked.ours
            )
            for one in ranked.exposure
            if one.system in _worth_drawing(ranked)
        ]
        chart = curve_chart(
            sorted(curves, key=lambda curve: curve.strong),
            x_axis="share of the catalog, least shown first",
            y_axis="share of attention",
            diagonal=True,
        )
        rows = [[one.system, *(number(share) for share in one.lorenz)] for one in ranked.exposure]
        blocks.append(Figure(caption, chart, TableBlock(caption, ("system", *places), rows, folded=True)))
        blocks.append(
            TableBlock(
                "Coverage and inequality of the first ten places",
                ("system", "catalog shown", "exposure Gini"),
                [[one.name, number(one.catalog_coverage), number(one.exposure_gini)] for one in ranked.systems],
                folded=True,
            )
        )
    if ranked.groups:
        caption = "Attention that groups of supports get (filled) and what their grades would earn (hollow)"
        marks = [ChartMark(f"{one.grouping}: {one.group}", one.exposure, other=one.merit) for one in ranked.groups]
        header = ("grouping", "group", "supports", "exposure", "merit", "exposure / merit")
        rows = [
            [one.grouping, one.group, str(one.n_documents), number(one.exposure), number(one.merit), number(one.ratio)]
            for one in ranked.groups
        ]
        chart = mark_chart(marks, axis="share of the attention")
        blocks.append(Figure(caption, chart, TableBlock(caption, header, rows)))
    return Section(section, title, blocks or (missing("Exposure was not measured in this run."),))


def _worth_drawing(ranked: ListResult) -> set[str | None]:
    """More lines than these cannot be told apart; the table has all."""
    best = best_other(ranked)
    return {ranked.ours, best.name if best else None, ranked.baseline, "random", "catalog-order"}


def calibration_part(ranked: ListResult) -> Section:
    """Whether a score means a grade."""
    section, title = f"{ranked.name}-calibration", "What a score means"
    bins = ranked.calibration
    if not bins:
        return Section(section, title, (missing("Scores were not set against grades in this run."),))
    caption = f"Mean grade of the judged supports that {bins[0].system} scores alike, over all teams"
    chart = curve_chart(
        [Curve("mean grade", [(one.mean_score, one.mean_grade) for one in bins], strong=True)],
        x_axis="score",
        y_axis="mean grade (0 to 3)",
    )
    rows = [
        [
            f"{one.low:.3f} to {one.high:.3f}",
            number(one.mean_score),
            number(one.mean_grade),
            f"{one.relevant:.0%}",
            str(one.n),
        ]
        for one in bins
    ]
    header = ("score", "mean score", "mean grade", "grade 2 or more", "judged pairs")
    return Section(section, title, (Figure(caption, chart, TableBlock(caption, header, rows)),))


def regression_part(ranked: ListResult) -> Section:
    """Where ours loses, with both lists."""
    section, title = f"{ranked.name}-regressions", "Where ours loses most"
    if not ranked.regressions:
        why = (
            "There is no system of ours." if ranked.ours is None else "No team has a worse list, or none was recorded."
        )
        return Section(section, title, (missing(why),))
    parts = [
        Section(f"{section}-{number_}", _team(ranked, one.query_id), _side_by_side(one))
        for number_, one in enumerate(ranked.regressions, start=1)
    ]
    return Section(section, title, (), parts)


def _side_by_side(one: RegressionRecord) -> list[Block]:
    rows = []
    for place in range(max(len(one.ours_list), len(one.theirs_list))):
        ours = one.ours_list[place] if place < len(one.ours_list) else None
        theirs = one.theirs_list[place] if place < len(one.theirs_list) else None
        rows.append([str(place + 1), *_place(ours), *_place(theirs)])
    blocks: list[Block] = [
        Paragraph(f"{label(one.metric)}: {one.ours:.3f} in ours, {one.theirs:.3f} in {one.theirs_name}."),
        TableBlock("Both lists", ("rank", "ours", "grade", one.theirs_name, "grade"), rows),
    ]
    if one.why:
        blocks.insert(1, Items(one.why))
    reasons = [[str(item.rank), item.title, " ".join(item.why)] for item in one.ours_list if item.why]
    if reasons:
        blocks.append(TableBlock("Why ours ranks so", ("rank", "support", "reasons"), reasons, folded=True))
    return blocks


def _place(item: ListedSupport | None) -> tuple[str, str]:
    if item is None:
        return "-", "-"
    return item.title, "not judged" if item.grade is None else str(item.grade)


def _team(ranked: ListResult, query_id: str | None) -> str:
    return "-" if query_id is None else ranked.query_labels.get(query_id, query_id)
