"""Options that several commands share, and what they stand for."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.kinds import Kind

__all__ = [
    "AsOf",
    "CatalogDir",
    "ConfigFile",
    "KindOption",
    "ModelName",
    "RulesetFile",
    "parse_date",
    "read_input",
]


def parse_date(text: str) -> date:
    """A date such as 2026-10-15."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a date such as 2026-10-15.") from None


def read_input(path: Path) -> bytes:
    """A whole file; `-` is standard input."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    if not path.is_file():
        raise typer.BadParameter(f"there is no file '{path}'.")
    return path.read_bytes()


CatalogDir = Annotated[
    Path | None,
    typer.Option(
        "--catalog",
        exists=True,
        file_okay=False,
        help="Folder with resources.jsonl and providers.jsonl; default: the starter catalog.",
    ),
]
RulesetFile = Annotated[
    Path | None,
    typer.Option("--ruleset", exists=True, dir_okay=False, help="Rules (YAML); default: the shipped ones."),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", exists=True, dir_okay=False, help="Ranking configuration; default: the shipped one."),
]
ModelName = Annotated[
    str | None,
    typer.Option("--model", help="Embedding model: a name, or the path of a sentence-transformers model."),
]
KindOption = Annotated[Kind, typer.Option("--kind", help="Which lists to make.")]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=parse_date,
        metavar="DATE",
        help="Date for season and freshness; default: the assessment's own, else today.",
    ),
]
