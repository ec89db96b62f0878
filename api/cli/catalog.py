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
    typer.echo(
        f"{folder}: no faults. {len(catalog.resources)} resources, {len(catalog.providers)} providers, "
        f"version {catalog.version}"
    )
