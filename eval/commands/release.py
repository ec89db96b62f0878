"""`trellis eval release`: what it costs that lists are made from releases instead of answers."""

import json
from datetime import UTC, datetime

import typer

from eval.commands.options import CatalogDir, DataDir, Json, TeamsDir, progress_bar, vectors_in

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(release)


def release(
    teams: TeamsDir = None,
    catalog: CatalogDir = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Rank judged teams from their releases and from their answers, and compare: the price of privacy."""
    from eval.experiments.release_cost import cost_markdown, cost_of_release
    from eval.experiments.wiring import open_bench

    bench = open_bench(teams=teams, catalog=catalog, data_dir=vectors_in(data_dir))
    with progress_bar() as progress:
        records = cost_of_release(bench, as_of=datetime.now(UTC).date(), progress=progress)
    if as_json:
        typer.echo(json.dumps([record.model_dump(mode="json") for record in records], indent=1, allow_nan=False))
    else:
        typer.echo(cost_markdown(records), nl=False)
