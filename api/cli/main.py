"""The `trellis` command: its commands, and what becomes of errors.

Exit codes: 0 all well; 1 our fault, one line (`TRELLIS_DEBUG=1` shows where); 2 the input, a file or a setting is not
usable, one line a fault. Heavy packages are imported inside the commands that need them, so that help is quick.
"""

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.cli import backup, catalog, export, keys, people, recommend, replay, serve
from recommender import __version__
from recommender.errors import InputError, TrellisError, describe

__all__ = ["app", "run"]


class _Commands(TyperGroup):
    """Turns errors into lines and exit codes, whoever runs the commands."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except TrellisError as error:
            if os.environ.get("TRELLIS_DEBUG"):
                raise
            _complain(error)
            raise typer.Exit(2) from error
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except OSError as error:
            if os.environ.get("TRELLIS_DEBUG"):
                raise
            place = f"{error.filename}: " if error.filename else ""
            typer.echo(f"trellis: {place}{error.strerror or error}", err=True)
            raise typer.Exit(2) from error
        except Exception as error:
            # Usage errors of the command line's own machinery already have their form and the code 2.
            if os.environ.get("TRELLIS_DEBUG") or hasattr(error, "exit_code"):
                raise
            typer.echo(f"trellis: unexpected {type(error).__name__}: {error} (TRELLIS_DEBUG=1 shows where)", err=True)
            raise typer.Exit(1) from error


def _complain(error: TrellisError) -> None:
    from api.text.screen import printable

    if not isinstance(error, InputError):
        typer.echo(printable(f"trellis: {error}"), err=True)
        return
    for fault in error.faults:
        typer.echo(printable(describe(fault)), err=True)
    noun = "fault" if len(error.faults) == 1 else "faults"
    typer.echo(f"trellis: {error.title.lower()}: {len(error.faults)} {noun}", err=True)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From a team's self-assessment to the resources and providers that fit its needs.",
    epilog="Settings are environment variables that start with TRELLIS_; see the README.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trellis {__version__}")
        raise typer.Exit


@app.callback()
def _trellis(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


recommend.add_to(app)
serve.add_to(app)
app.command("replay")(replay.replay_command)
app.add_typer(catalog.app, name="catalog")
app.add_typer(keys.app, name="keys")
app.add_typer(people.app, name="people")
backup.add_to(app)
app.add_typer(export.app, name="export")


@app.command(
    "eval",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    help="Measure how good rankings are (trellis eval --help).",
)
def _eval(ctx: typer.Context) -> None:
    from typer.main import get_command

    from eval.cli import app as eval_app

    code = get_command(eval_app).main(args=ctx.args, prog_name="trellis eval", standalone_mode=False)
    raise typer.Exit(code if isinstance(code, int) else 0)


def run() -> None:
    """Entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        # Titles hold signs that some terminals cannot show; a question mark there beats a failure.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
    app()
