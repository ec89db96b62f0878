"""Backup and restore: everything in the database as one file that fits SQLite and PostgreSQL alike.

The file is gzip over JSON lines: a header with the schema revision, then for each table its columns and its rows, and
a last line with the numbers of rows and the SHA-256 of all lines before. Without a good last line it is no backup.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.errors import BackupUnusable, Conflict
from api.storage.database import Database
from api.storage.dump import dumping, is_empty, load_rows, remove_tables, tables_of
from api.storage.migrate import revisions, upgrade_within
from api.text.whole_files import whole_file
from recommender import __version__

__all__ = ["BackupSummary", "back_up", "restore"]

_FORMAT = "trellis-backup"
_FORMAT_VERSION = 1
_MAX_LINE = 1 << 30


class BackupSummary(NamedTuple):
    """What a backup holds."""

    revision: str
    """Schema revision."""
    created_at: str
    rows: dict[str, int]
    """Rows by table."""

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())


def back_up(database: Database, path: Path, *, now: datetime) -> BackupSummary:
    """Write everything as it is at one moment; the service may go on meanwhile.

    The file can be read by its owner only (mode 0600). It appears, or replaces an earlier one, when all is written.

    Raises:
        Conflict: the database has no tables yet.
        StorageBusy, StorageUnavailable: as the database says.
        OSError: the file cannot be written.
    """
    with whole_file(path, mode=0o600) as file:
        return _write(database, file, now)


def restore(database: Database, path: Path) -> BackupSummary:
    """Load a backup into an empty database and bring it to the newest revision; all or nothing.

    Raises:
        BackupUnusable: the file is damaged, cut short, no backup, or of a newer Trellis; nothing was changed.
        Conflict: the database holds something.
        StorageBusy, StorageFull, StorageUnavailable: as the database says; nothing was changed.
        OSError: the file cannot be read.
    """
    summary = _check(path)
    try:
        with database.writing() as session:
            if not is_empty(session):
                raise Conflict("The database is not empty; restore into a new one.")
            remove_tables(session)
            upgrade_within(session, revision=summary.revision)
            loaded = _load(session, path)
            if loaded != summary.rows:
                raise BackupUnusable(f"{path}: the file changed while it was read.")
            upgrade_within(session)
    except (ValueError, TypeError, KeyError, DBAPIError) as error:
        raise BackupUnusable(f"{path}: what it holds does not fit its tables ({type(error).__name__}).") from error
    return summary


def _write(database: Database, file: BinaryIO, now: datetime) -> BackupSummary:
    digest = hashlib.sha256()
    rows: dict[str, int] = {}
    # Without a name and a time of its own, the same content gives the same bytes.
    with gzip.GzipFile("", "wb", 6, file, mtime=0) as lines, dumping(database) as contents:

        def put(value: Any) -> None:
            line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            lines.write(line)

        if contents.revision is None:
            raise Conflict("The database has no tables yet; there is nothing to back up.")
        created_at = now.isoformat()
        header = {
            "format": _FORMAT,
            "version": _FORMAT_VERSION,
            "revision": contents.revision,
            "created_at": created_at,
            "trellis": __version__,
        }
        put(header)
        for table in contents.tables:
            put({"table": table.name, "columns": table.columns})
            rows[table.name] = 0
            for row in table.rows:
                put(row)
                rows[table.name] += 1
        put({"rows": rows, "sha256": digest.hexdigest()})
    return BackupSummary(contents.revision, created_at, rows)


def _check(path: Path) -> BackupSummary:
    """Read the whole file once, so that nothing is begun with a bad one."""
    digest = hashlib.sha256()
    header: Any = None
    rows: dict[str, int] = {}
    table = ""
    end: Any = None
    for line in _lines(path):
        value = _parsed(path, line)
        if end is not None:
            raise BackupUnusable(f"{path}: something follows the end of the backup.")
        if header is None:
            header = _checked_header(path, value)
        elif isinstance(value, list):
            rows[table] = rows.get(table, 0) + 1
        elif "table" in value:
            table = value["table"]
            rows[table] = 0
        else:
            end = value
            if end.get("sha256") != digest.hexdigest() or end.get("rows") != rows:
                raise BackupUnusable(f"{path}: the backup is damaged: its checksum does not agree.")
        digest.update(line)
    if end is None:
        raise BackupUnusable(f"{path}: the backup is cut short: its end is missing.")
    return BackupSummary(header["revision"], header["created_at"], rows)


def _checked_header(path: Path, header: Any) -> dict[str, Any]:
    if not isinstance(header, dict) or header.get("format") != _FORMAT:
        raise BackupUnusable(f"{path}: this is no backup of Trellis.")
    if header.get("version") != _FORMAT_VERSION or header.get("revision") not in revisions():
        raise BackupUnusable(f"{path}: the backup was made by a newer Trellis ({header.get('trellis')}).")
    return header


def _load(session: Session, path: Path) -> dict[str, int]:
    tables = tables_of(session)
    rows: dict[str, int] = {}
    lines = _lines(path)
    next(lines)
    head = _parsed(path, next(lines))
    while "table" in head:
        following: list[Any] = []

        def of_table(following: list[Any] = following) -> Iterator[Any]:
            for line in lines:
                value = _parsed(path, line)
                if not isinstance(value, list):
                    following.append(value)
                    return
                yield value

        rows[head["table"]] = load_rows(session, tables[head["table"]], head["columns"], of_table())
        head = following[0]
    return rows


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as file:
            while line := file.readline(_MAX_LINE):
                yield line
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BackupUnusable(f"{path}: the backup is damaged or cut short, or is none.") from error


def _parsed(path: Path, line: bytes) -> Any:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise BackupUnusable(f"{path}: the backup is damaged: a line is not JSON.") from error
    if not isinstance(value, dict | list):
        raise BackupUnusable(f"{path}: the backup is damaged: a line is neither a table nor a row.")
    return value
