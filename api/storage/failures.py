"""What becomes of a database that is busy, full, damaged or away: driver errors as ours, by their codes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.errors import StorageBusy, StorageFull, StorageUnavailable
from recommender.errors import TrellisError

__all__ = ["translated"]

_Kind = tuple[type[TrellisError], str]
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_UNAVAILABLE = {
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_IOERR: "cannot be read or written",
    sqlite3.SQLITE_NOTADB: "is not a database",
    sqlite3.SQLITE_PERM: "may not be read",
    sqlite3.SQLITE_READONLY: "may not be written",
}
# Serialization failure, deadlock, lock not to be had in time, too many connections.
_POSTGRES_BUSY = {"40001", "40P01", "55P03", "53300"}
_POSTGRES_DISK_FULL = "53100"
_POSTGRES_READ_ONLY = "25006"
# No code at all, connection exceptions, out of resources, operator intervention (a server that starts or ends), disks.
_POSTGRES_UNAVAILABLE = {"", "08", "53", "57", "58"}


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Driver errors as ours; integrity errors pass, for they are the caller's to understand.

    Args:
        place: which database, for the operator's log and terminal.

    Raises:
        StorageBusy, StorageFull, StorageUnavailable: as the database says.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise StorageBusy(f"{place}: all connections are taken; try again.") from error
    except DBAPIError as error:
        kind = _of_sqlite(error.orig) if isinstance(error.orig, sqlite3.Error) else _of_postgres(error)
        if kind is None:
            raise
        what, why = kind
        raise what(f"{place}: {why}") from error


_BUSY = StorageBusy, "the database is busy; try again."
_FULL = StorageFull, "the database has no room left; nothing was written."


def _of_sqlite(error: sqlite3.Error) -> _Kind | None:
    # The low byte is the kind, the rest says more; an error of the driver itself has no code.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _SQLITE_BUSY:
        return _BUSY
    if code == sqlite3.SQLITE_FULL:
        return _FULL
    if code in _SQLITE_UNAVAILABLE:
        return StorageUnavailable, f"the database {_SQLITE_UNAVAILABLE[code]}."
    if isinstance(error, sqlite3.OperationalError):
        return StorageUnavailable, f"the database cannot be used: {error}."
    return None


def _of_postgres(error: DBAPIError) -> _Kind | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _POSTGRES_BUSY:
        return _BUSY
    if state == _POSTGRES_DISK_FULL:
        return _FULL
    if state == _POSTGRES_READ_ONLY:
        return StorageUnavailable, "the database may not be written."
    if error.connection_invalidated or (isinstance(error, OperationalError) and state[:2] in _POSTGRES_UNAVAILABLE):
        return StorageUnavailable, "the database cannot be reached."
    return None
