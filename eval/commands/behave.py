"""`trellis eval behave`: what must hold for every team when one thing changes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from eval.commands.options import CatalogDir, DataDir, Json, TeamsDir, progress_bar, vectors_in

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(behave)


def behave(
    checks: Annotated[
        Path | None, typer.Option("--checks", exists=True, dir_okay=False, help="YAML; default: the shipped checks.")
    ] = None,
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Change one thing at a time and see whether lists change as they must. Exit code 1 when a check is broken."""
    from eval.experiments.behavior import load_checks, shipped_checks
    from eval.experiments.wiring import behavior_of, open_bench
    from eval.results.markdown import behavior_table

    file = shipped_checks() if checks is None else load_checks(checks)
    bench = open_bench(teams=teams, catalog=catalog, data_dir=vectors_in(data_dir))
    with progress_bar() as progress:
        records = behavior_of(bench, file, as_of=datetime.now(UTC).date(), progress=progress)
    if as_json:
        typer.echo(json.dumps([record.model_dump(mode="json") for record in records], indent=1, allow_nan=False))
    else:
        typer.echo(behavior_table(records))
    if not all(record.holds for record in records):
        raise typer.Exit(1)
