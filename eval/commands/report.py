"""`trellis eval report` and `compare`: what was found, on a page; and what changed since."""

from pathlib import Path
from typing import Annotated

import typer

from eval.commands.options import Json

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(report)
    app.command()(compare)


def _result(metavar: str, help_text: str) -> typer.models.ArgumentInfo:
    info: typer.models.ArgumentInfo = typer.Argument(metavar=metavar, exists=True, dir_okay=False, help=help_text)
    return info


def report(
    result: Annotated[Path, _result("RESULT.json", "From `run`, or from `judged --json`.")],
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="Folder to write to.")],
    title: Annotated[str | None, typer.Option(help="What the report is called.")] = None,
) -> None:
    """Write report.html, one page that needs no network, and report.md."""
    from eval.reporting.files import read_result, write_report

    files = write_report(read_result(result), out, title=title)
    typer.echo(f"{files.html}, {files.markdown}")


def compare(
    before: Annotated[Path, _result("BEFORE.json", "The earlier result.")],
    after: Annotated[Path, _result("AFTER.json", "The later result.")],
    as_json: Json = False,
) -> None:
    """Compare two results: what differs between the runs, and each system's metrics paired over shared teams."""
    from eval.reporting.comparison import compare_results, comparison_markdown
    from eval.reporting.files import read_result

    found = compare_results(read_result(before), read_result(after))
    typer.echo(found.model_dump_json(indent=1) + "\n" if as_json else comparison_markdown(found), nl=False)
