"""`trellis eval run`: a whole experiment from one file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from eval.commands.options import DataDir, progress_bar, vectors_in

__all__ = ["add_to"]

SHIPPED = "development"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run_file)


def run_file(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help=f"A YAML file, or `{SHIPPED}` for the shipped experiment.")
    ],
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="Folder to write the result to.")],
    data_dir: DataDir = None,
) -> None:
    """Evaluate systems, ablations, slices, stability and behavior; write result.json, the report, TREC runs."""
    from eval.experiments.behavior import load_checks, shipped_checks
    from eval.experiments.experiment_file import load_experiment, shipped_experiment
    from eval.experiments.run_experiment import run_experiment
    from eval.experiments.wiring import open_bench_and_runs
    from eval.inputs.run_files import run_texts
    from eval.reporting.files import report_texts, write_files

    path = Path(experiment)
    shipped = experiment == SHIPPED and not path.exists()
    file = shipped_experiment() if shipped else load_experiment(path)
    folder = path.parent
    checks = None
    if file.behavior is not None:
        checks = shipped_checks() if file.behavior == "shipped" else load_checks(folder / file.behavior)
    bench, runs = open_bench_and_runs(
        {name: folder / place for name, place in file.runs.items()},
        teams=None if file.teams == "development" else folder / file.teams,
        catalog=None if file.catalog == "starter" else folder / file.catalog,
        data_dir=vectors_in(data_dir),
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # before the long work, not after it
        raise typer.BadParameter(f"the folder cannot be made: {error.strerror}.", param_hint="--out") from error
    with progress_bar() as progress:
        result, lists = run_experiment(
            file, bench, runs=runs, checks=checks, made_on=datetime.now(UTC).date(), progress=progress
        )
    report = report_texts(result)
    written = {"result.json": result.to_json(), **report, **run_texts(lists)}
    write_files(out, written)
    shown = ", ".join(str(out / name) for name in ("result.json", *report, "runs"))
    typer.echo(f"{file.id}: {shown}")
