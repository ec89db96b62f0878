"""`trellis eval collection`: the retrieval part on a public collection."""

from pathlib import Path
from typing import Annotated

import typer

from eval.commands.options import SEED, DataDir, Json, Seed, progress_bar, vectors_in

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(collection)


def collection(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Folder with docs, queries and qrels as .jsonl or .jsonl.gz, or a BEIR data set as downloaded.",
        ),
    ],
    seed: Seed = SEED,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Rank a public collection by words, by meaning and by both. Vectors of its texts are kept for the next run."""
    from eval.experiments.retrieval import collection_markdown, evaluate_collection
    from eval.experiments.wiring import open_embedder
    from eval.inputs.collection import load_collection

    loaded = load_collection(folder)
    with progress_bar() as progress:
        result = evaluate_collection(loaded, open_embedder(vectors_in(data_dir)), seed=seed, progress=progress)
    typer.echo(result.to_json() if as_json else collection_markdown(result), nl=False)
