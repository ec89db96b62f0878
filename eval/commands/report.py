"""`trellis eval report`, `compare` and `publish`: what was found, on a page; what changed since; for the service."""

from pathlib import Path
from typing import Annotated

import typer

from eval.commands.options import Json

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(report)
    app.command()(compare)
    app.command()(publish)


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


def publish(
    result: Annotated[Path, _result("RESULT.json", "From `run`.")],
    gate: Annotated[Path, typer.Option("--gate", exists=True, dir_okay=False, help="From `gate --out`.")],
    out: Annotated[Path, typer.Option("--out", dir_okay=False, writable=True, help="File to write.")],
    tune: Annotated[
        Path | None, typer.Option("--tune", exists=True, dir_okay=False, help="What `tune --json` printed.")
    ] = None,
) -> None:
    """Write what the service's quality page shows: TRELLIS_EVALUATION names the file."""
    from eval.experiments.publish import publish as published
    from eval.experiments.publish import read_gate, read_studies
    from eval.reporting.files import read_result

    studies = read_studies(tune) if tune else ()
    out.write_text(published(read_result(result), read_gate(gate), studies).to_json(), "utf-8")
    typer.echo(str(out))
