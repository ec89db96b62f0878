"""Options that several commands of `trellis eval` share, and the bar that they show."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from models.kinds import Kind
from recommender.folders import data_folder
from recommender.ports import OnProgress

__all__ = [
    "SEED",
    "CatalogDir",
    "DataDir",
    "Json",
    "KindOption",
    "Seed",
    "TeamsDir",
    "progress_bar",
    "vectors_in",
]

SEED = 20261015


KindOption = Annotated[Kind, typer.Option("--kind", help="Which lists.")]
TeamsDir = Annotated[
    Path | None,
    typer.Option(
        "--teams",
        exists=True,
        file_okay=False,
        help="Folder with assessments.jsonl and qrels.txt; default: the shipped development teams.",
    ),
]
CatalogDir = Annotated[
    Path | None,
    typer.Option("--catalog", exists=True, file_okay=False, help="Catalog folder; default: the starter catalog."),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar="TRELLIS_DATA_DIR",
        file_okay=False,
        help="Where vectors of catalog texts are kept between runs; default: the user's data folder.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="For random draws, intervals and tests.")]
Json = Annotated[bool, typer.Option("--json", help="The whole result as JSON.")]


def vectors_in(data_dir: Path | None) -> Path:
    """The folder where vectors are kept: the one that the service and every other command use too."""
    return data_dir or data_folder()


@contextmanager
def progress_bar() -> Iterator[OnProgress | None]:
    """A bar on standard error while long work runs; None when that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(done: int, total: int, what: str) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show
