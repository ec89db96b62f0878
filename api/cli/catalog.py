"""`trellis catalog check` and `stats`."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check and describe a catalog.")

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", exists=True, file_okay=False, help="With resources.jsonl and providers.jsonl."),
]


@app.command("check")
def check_command(folder: Folder) -> None:
    """List every fault with its file, line and field; exit with 2 if there is one."""
    from recommender.catalog.load import load_catalog

    catalog = load_catalog(folder)
    from api.text.words import counted_kinds

    typer.echo(f"{folder}: no faults. {counted_kinds(catalog.sizes)}, version {catalog.version}")


@app.command("stats")
def stats_command(
    folder: Folder,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document for programs.")] = False,
) -> None:
    """Show counts, thin spots (domain, level and focus area) and likely duplicates."""
    from recommender.catalog.load import load_catalog
    from recommender.catalog.stats import catalog_stats

    stats = catalog_stats(load_catalog(folder))
    if as_json:
        typer.echo(stats.model_dump_json(indent=2))
        return
    from api.cli.render_catalog import render_stats
    from api.cli.terminal import screen

    render_stats(stats, screen())
