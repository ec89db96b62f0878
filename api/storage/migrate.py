"""Bringing a database to the newest revision, also when several processes start at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.storage.database import Database

__all__ = ["newest_revision", "present_revision", "revisions", "upgrade", "upgrade_within"]

_LOCK = 728_735_547  # any number that is ours alone: PostgreSQL's advisory locks are shared by all programs


def upgrade(database: Database, *, revision: str = "head") -> None:
    """Run the migrations that the database lacks, all or none; does nothing when it is up to date.

    Raises:
        StorageBusy, StorageFull, StorageUnavailable: as the database says.
    """
    with database.writing() as session:
        upgrade_within(session, revision=revision)


def upgrade_within(session: Session, *, revision: str = "head") -> None:
    """Run the missing migrations as part of a writing transaction."""
    with _config() as config:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))  # another process may migrate for long
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@cache
def newest_revision() -> str | None:
    """The revision that this code expects; None when there is no migration at all."""
    with _config() as config:
        return ScriptDirectory.from_config(config).get_current_head()


@cache
def revisions() -> frozenset[str]:
    """Every revision that this code can begin from."""
    with _config() as config:
        return frozenset(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


def present_revision(database: Database) -> str | None:
    """The revision of a database; None when it was never migrated."""
    with database.reading(any_revision=True) as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


@contextmanager
def _config() -> Iterator[Config]:
    with as_file(files(__package__) / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        yield config
