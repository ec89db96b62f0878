"""`trellis backup` and `trellis restore`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)


def backup_command(
    file: Annotated[Path, typer.Argument(help="File to write, such as trellis.backup.gz; replaced if it exists.")],
) -> None:
    """Write everything in the database to one file; the service may go on meanwhile."""
    from api.operating.backup import back_up
    from api.settings import load_settings
    from api.storage.database import open_database

    # Not brought up to date first: a backup is what one makes before that.
    database = open_database(load_settings())
    try:
        made = back_up(database, file, now=datetime.now(UTC))
    finally:
        database.close()
    typer.echo(f"{file}: {made.total} rows of {len(made.rows)} tables, revision {made.revision}.", err=True)
    typer.echo("It holds answers and hashes of keys: keep it as safe as the database.", err=True)


def restore_command(file: Annotated[Path, typer.Argument(help="File that `trellis backup` wrote.")]) -> None:
    """Load a backup into the database of the settings, which must be empty; all or nothing."""
    from api.operating.backup import restore
    from api.settings import load_settings
    from api.storage.database import open_database

    database = open_database(load_settings())
    try:
        made = restore(database, file)
    finally:
        database.close()
    typer.echo(f"{file}: {made.total} rows of {len(made.rows)} tables, made {made.created_at}, are restored.", err=True)
