"""Transactions on SQLite or PostgreSQL, and what becomes of a database that is busy, full or away."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from api.errors import InvalidSetting, StorageUnavailable
from api.settings import Settings
from api.storage.failures import translated
from api.storage.turns import Turns
from models.base import Fault

__all__ = ["Database", "open_database", "url_of"]

_SHORT_TIMEOUT_MS = 200
_CONNECTIONS = 40
"""As many as there are threads for requests; fewer requests are in work at once (`api.operating.traffic`)."""
_WRITERS = 12
"""Fewer than connections: those who wait for a row must leave some to those who hold it."""
_SECONDS_BETWEEN_LOOKS = 2.0
_WRITES = "trellis_writes"
_HASTY = "trellis_hasty"


class Database:
    """One database with its connection pool; safe to use from several threads.

    SQLite runs in WAL mode with full synchronization: an acknowledged commit outlives the process and a power cut.
    A writing transaction takes the write lock at its start, so that it never fails half-way for want of it.
    """

    def __init__(self, url: str | URL, *, lock_seconds: float = 5) -> None:
        """Open `url` (SQLAlchemy's, or its text; plain `postgresql://` uses psycopg 3); nothing connects yet.

        Args:
            url: where it is.
            lock_seconds: how long a statement waits for what another transaction holds.

        Raises:
            InvalidSetting: not a URL of SQLite or PostgreSQL.
        """
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.place = str(self.url.database) if self.is_sqlite else self.url.render_as_string()
        """For the operator: a path, or a URL without its password."""
        milliseconds = round(1000 * lock_seconds)
        self.engine: Engine = create_engine(
            self.url,
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=lock_seconds,
            pool_pre_ping=not self.is_sqlite,
            # Errors would otherwise carry answers and words into logs.
            hide_parameters=True,
            connect_args=(
                {} if self.is_sqlite else {"connect_timeout": 10, "options": f"-c lock_timeout={milliseconds}"}
            ),
        )
        self._busy_timeout_ms = milliseconds
        self._expected: str | None = None
        self._next_look = 0.0
        if self.is_sqlite:
            _prepare_sqlite(self.engine, milliseconds)
            _watch_file(self.engine, self.place)
            self._reader = self.engine
        else:
            _prepare_postgres(self.engine)
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writer = self.engine.execution_options(**{_WRITES: True})
        self._hasty_writer = self._writer.execution_options(**{_HASTY: True})
        self.turns = Turns(1 if self.is_sqlite else _WRITERS, patience=lock_seconds)
        """For event loops: what must be held while they write."""

    def connections(self) -> tuple[int, int] | None:
        """How many connections are in use, and how many wait to be; None where there is no pool of them."""
        pool = self.engine.pool
        return (pool.checkedout(), pool.checkedin()) if isinstance(pool, QueuePool) else None

    @contextmanager
    def reading(self, *, any_revision: bool = False) -> Iterator[Session]:
        """A transaction that sees one state of the database and writes nothing.

        Args:
            any_revision: whether tables of another revision than the expected one are read, too.

        Raises:
            StorageBusy, StorageUnavailable: as the database says.
        """
        with translated(self.place), Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            if not any_revision:
                self._look_at_revision(session)
            yield session

    @contextmanager
    def writing(self, *, hasty: bool = False) -> Iterator[Session]:
        """A transaction that is committed when the block ends well, and leaves no trace otherwise.

        Args:
            hasty: whether to give up at once, busy, when another transaction holds what is needed.

        Raises:
            StorageBusy, StorageFull, StorageUnavailable: as the database says; nothing was written.
        """
        engine = self._hasty_writer if hasty else self._writer
        with translated(self.place), Session(engine, expire_on_commit=False) as session, session.begin():
            # The lock is taken here, not at the first statement, so that what is read below is what is changed.
            session.connection()
            self._look_at_revision(session)
            yield session

    def expect(self, revision: str | None) -> None:
        """From now on refuse to work with tables of another revision, which a newer Trellis may make at any time."""
        self._expected = revision

    def _look_at_revision(self, session: Session) -> None:
        """Look now and then: a query for each transaction would be one more for most requests.

        Raises:
            StorageUnavailable: the tables are of another revision than the expected one.
        """
        if self._expected is None or time.monotonic() < self._next_look:
            return
        found = session.scalar(text("SELECT version_num FROM alembic_version"))
        if found != self._expected:
            detail = (
                f"the database has the tables of revision {found}, and this version of Trellis expects "
                f"{self._expected}; end this process and start the version that the database is of."
            )
            raise StorageUnavailable(f"{self.place}: {detail}")
        self._next_look = time.monotonic() + _SECONDS_BETWEEN_LOOKS

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
    if settings.database_url is not None:
        return Database(settings.database_url.get_secret_value(), lock_seconds=settings.lock_seconds)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(f"{settings.data_dir}: {error.strerror or error}") from error
    return Database(url_of(settings.data_dir / "trellis.sqlite"), lock_seconds=settings.lock_seconds)


def url_of(path: Path) -> str:
    """The URL of an SQLite file; the path may hold what has a meaning in a URL, such as `?` and `%`."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def _checked(url: str | URL) -> URL:
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
        options = connection.get_execution_options()
        if not options.get(_HASTY):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")
            return
        try:
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {busy_timeout_ms}")


def _watch_file(engine: Engine, place: str) -> None:
    """Refuse to go on with a file that is no longer where it was, for what is written into it would be lost."""
    if place in ("", "None", ":memory:") or place.startswith("file:"):
        return
    path, first = Path(place), list[tuple[int, int]]()

    def look() -> None:
        try:
            found = path.stat()
        except FileNotFoundError as error:
            detail = "the database file is gone while Trellis runs; put it back, or end Trellis and begin anew."
            raise StorageUnavailable(f"{place}: {detail}") from error
        if first[0] != (found.st_dev, found.st_ino):
            detail = "another file took the place of the database while Trellis runs; start Trellis again to use it."
            raise StorageUnavailable(f"{place}: {detail}")

    @event.listens_for(engine, "do_connect")
    def before(*_: object) -> None:
        if first:  # connecting would make an empty file
            look()

    @event.listens_for(engine, "checkout")
    def taken(*_: object) -> None:
        if not first:
            found = path.stat()
            first.append((found.st_dev, found.st_ino))
        look()


def _prepare_postgres(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_HASTY):
            connection.exec_driver_sql("SET LOCAL lock_timeout = 1")  # ms; 0 would wait for ever
