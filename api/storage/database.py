"""Transactions on SQLite or PostgreSQL, and what becomes of a database that is busy, full or away."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from api.errors import InvalidSetting, StorageBusy, StorageFull, StorageUnavailable
from api.settings import Settings
from models.base import Fault
from recommender.errors import TrellisError

__all__ = ["Database", "open_database", "translated"]

_BUSY_TIMEOUT_MS = 5_000
_SHORT_TIMEOUT_MS = 200
_WRITES = "trellis_writes"


class Database:
    """One database with its connection pool; safe to use from several threads.

    SQLite runs in WAL mode with full synchronization: an acknowledged commit outlives the process and a power cut.
    A writing transaction takes the write lock at its start, so that it never fails half-way for want of it.
    """

    def __init__(self, url: str, *, busy_timeout_ms: int = _BUSY_TIMEOUT_MS) -> None:
        """Open `url` (SQLAlchemy form; plain `postgresql://` uses psycopg 3); nothing connects yet.

        Raises:
            InvalidSetting: not a URL of SQLite or PostgreSQL.
        """
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine: Engine = create_engine(
            self.url,
            pool_size=10,
            max_overflow=30,
            pool_pre_ping=not self.is_sqlite,
            # Errors would otherwise carry answers and words into logs.
            hide_parameters=True,
            **({} if self.is_sqlite else {"connect_args": {"connect_timeout": 10}}),
        )
        self._busy_timeout_ms = busy_timeout_ms
        if self.is_sqlite:
            _prepare_sqlite(self.engine, busy_timeout_ms)
        self._writer = self.engine.execution_options(**{_WRITES: True})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one state of the database and writes nothing.

        Raises:
            StorageBusy, StorageUnavailable: as the database says.
        """
        with translated(), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed when the block ends well, and leaves no trace otherwise.

        Raises:
            StorageBusy, StorageFull, StorageUnavailable: as the database says; nothing was written.
        """
        with translated(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            # The lock is taken here, not at the first statement, so that what is read below is what is changed.
            session.connection()
            yield session

    def forget_log(self) -> None:
        """Empty the write-ahead log, which still holds what was deleted; left for later while others use it."""
        if not self.is_sqlite:
            return
        connection = self.engine.raw_connection()
        try:
            connection.execute(f"PRAGMA busy_timeout = {_SHORT_TIMEOUT_MS}")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout = {self._busy_timeout_ms}")
            connection.close()

    def close(self) -> None:
        """Close all connections; on SQLite this folds the write-ahead log into the file."""
        self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """The database that the settings name; the folder of a default one is made when it is missing.

    Raises:
        InvalidSetting: not a URL of SQLite or PostgreSQL.
        StorageUnavailable: the folder cannot be made.
    """
    if settings.database_url is None:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable(f"{settings.data_dir}: {error.strerror or error}") from error
    return Database(settings.database())


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors as ours; integrity errors pass, for they are the caller's to understand."""
    try:
        yield
    except TrellisError:
        raise
    except PoolTimeoutError as error:
        raise StorageBusy("All connections to the database are taken; try again.") from error
    except DBAPIError as error:
        if kind := _kind_of(error):
            raise kind from error
        raise


def _kind_of(error: DBAPIError) -> TrellisError | None:
    text = str(error.orig).lower()
    state = getattr(error.orig, "sqlstate", None) or ""
    if isinstance(error.orig, sqlite3.Error):
        if "locked" in text or "busy" in text:
            return StorageBusy("The database is busy; try again.")
        if "full" in text:
            return StorageFull("The database has no room left; nothing was written.")
        if isinstance(error, OperationalError):
            return StorageUnavailable("The database cannot be read or written.")
        return None
    if state in ("40001", "40P01", "55P03", "53300"):
        return StorageBusy("The database is busy; try again.")
    if state == "53100":
        return StorageFull("The database has no room left; nothing was written.")
    if error.connection_invalidated or (isinstance(error, OperationalError) and state[:2] in ("", "08", "57")):
        return StorageUnavailable("The database cannot be reached.")
    return None


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is not None and parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed is None or parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        detail = "Expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME."
        raise InvalidSetting([Fault(pointer="TRELLIS_DATABASE_URL", detail=detail)])
    return parsed


def _prepare_sqlite(engine: Engine, busy_timeout_ms: int) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
        for pragma in (
            f"busy_timeout = {busy_timeout_ms}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",  # what is deleted is overwritten, not only unlinked
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
