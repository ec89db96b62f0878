"""`trellis eval record` and `trellis eval gate`: keep a ranking's values, and refuse a worse ranking."""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from eval.commands.options import SEED, CatalogDir, DataDir, Seed, TeamsDir, progress_bar, vectors_in

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(record)
    app.command()(gate)


def record(
    out: Annotated[Path, typer.Option("--out", dir_okay=False, writable=True, help="File to write.")],
    margin: Annotated[float, typer.Option("--margin", min=0.0001, help="What a list may lose.")] = 0.02,
    slice_margin: Annotated[float, typer.Option("--slice-margin", min=0.0001, help="What a slice may lose.")] = 0.05,
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    seed: Seed = SEED,
    data_dir: DataDir = None,
) -> None:
    """Record the present ranking's values, for `gate` to compare later rankings with."""
    from eval.experiments.gate import Recorded
    from eval.experiments.run_experiment import GATE_METRIC, gate_values
    from eval.experiments.wiring import open_bench

    today = datetime.now(UTC).date()
    bench = open_bench(teams=teams, catalog=catalog, data_dir=vectors_in(data_dir))
    with progress_bar() as progress:
        values = gate_values(bench, as_of=today, progress=progress)
    recorded = Recorded(
        metric=str(GATE_METRIC),
        margin=margin,
        slice_margin=slice_margin,
        seed=seed,
        as_of=today,
        judgments=bench.teams.version,
        versions=bench.versions | {"catalog": bench.catalog.version},
        values={
            name: {team: None if math.isnan(one) else one for team, one in of.items()} for name, of in values.items()
        },
    )
    out.write_text(recorded.to_json(), "utf-8")
    typer.echo(f"{sum(map(len, values.values()))} values recorded: {out}")


def gate(
    recorded: Annotated[
        Path | None,
        typer.Option("--recorded", exists=True, dir_okay=False, help="From `record`; default: the shipped one."),
    ] = None,
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    data_dir: DataDir = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", dir_okay=False, writable=True, help="File to write every check to, for `publish`."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Also print what passed.")] = False,
) -> None:
    """Compare the present ranking with a recorded one. Exit code 1, and a line a reason, when it may not pass."""
    from eval.experiments.gate import judge_change, read_recorded, recorded_result
    from eval.experiments.run_experiment import gate_values, hard_rules_of
    from eval.experiments.slices import SLICES, slice_teams
    from eval.experiments.wiring import open_bench
    from models.evaluation import GateReport

    before = recorded_result() if recorded is None else read_recorded(recorded)
    bench = open_bench(teams=teams, catalog=catalog, data_dir=vectors_in(data_dir))
    with progress_bar() as progress:
        values = gate_values(bench, as_of=before.as_of, progress=progress)
        rules = hard_rules_of(bench, as_of=before.as_of, progress=progress)
    lines = judge_change(
        before,
        values,
        judgments=bench.teams.version,
        slices=slice_teams(bench.teams.assessments, bench.profiles, slices=tuple(SLICES)),
        hard_rules=rules,
    )
    if out is not None:
        report = GateReport(
            recorded_on=before.as_of,
            versions=bench.versions | {"catalog": bench.catalog.version, "judgments": bench.teams.version},
            checks=tuple(lines),
        )
        out.write_text(report.model_dump_json(indent=1) + "\n", "utf-8")
    for line in lines:
        if not line.passed or verbose:
            typer.echo(f"{'passed' if line.passed else 'FAILED'}: {line.text}")
    n_failed = sum(not line.passed for line in lines)
    typer.echo(
        f"gate: {n_failed} of {len(lines)} checks failed" if n_failed else f"gate: all {len(lines)} checks passed"
    )
    if n_failed:
        raise typer.Exit(1)
