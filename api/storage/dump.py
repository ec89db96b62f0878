"""All rows of all tables, out of one database and into another, also of the other product.

The tables are read from the database itself, so that any schema revision can be dumped and loaded.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from api.storage.database import Database
from api.storage.tables import Base, Json

__all__ = ["Contents", "TableRows", "dumping", "is_empty", "load_rows", "remove_tables", "tables_of"]

_VERSION_TABLE = "alembic_version"
_ROWS_AT_ONCE = 500


class TableRows(NamedTuple):
    """A table, its columns, and its rows as JSON values, in the order of the primary key."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[list[Any]]


class Contents(NamedTuple):
    """What a database holds at one moment."""

    revision: str | None
    """Its schema revision; None when it has no tables."""
    tables: Iterator[TableRows]
    """Each must be read to its end before the next; parents before children."""


@contextmanager
def dumping(database: Database) -> Iterator[Contents]:
    """Everything as it is at one moment, whoever writes meanwhile.

    Raises:
        StorageBusy, StorageUnavailable: as the database says.
    """
    with database.reading() as session:
        metadata = _reflected(session)
        version = metadata.tables.get(_VERSION_TABLE)
        revision = session.execute(select(version)).scalar_one_or_none() if version is not None else None
        yield Contents(revision, (_rows(session, table) for table in _ours(metadata)))


def tables_of(session: Session) -> dict[str, Table]:
    """The tables of a database by name, parents before children, without the mark of the migrations."""
    return {table.name: table for table in _ours(_reflected(session))}


def is_empty(session: Session) -> bool:
    """Whether a database has no row and no table that is not ours."""
    tables = tables_of(session)
    if set(tables) - set(Base.metadata.tables):
        return False
    return not any(session.execute(select(1).select_from(table).limit(1)).first() for table in tables.values())


def remove_tables(session: Session) -> None:
    """Drop all tables, so that a migration can begin anew."""
    _reflected(session).drop_all(session.connection())


def load_rows(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows as `dumping` gave them, in any order within the table, and give their number.

    Raises:
        ValueError, TypeError, KeyError: a value does not fit its column.
        IntegrityError: the rows contradict each other.
    """
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    keys = list(table.primary_key.columns)
    referring: list[dict[str, Any]] = []
    batch: list[dict[str, Any]] = []
    count = 0
    for row in rows:
        values = {name: _decoded(table.c[name], value, session) for name, value in zip(columns, row, strict=True)}
        if any(values[column.name] is not None for column in own):
            # Rows of one table may refer to each other; that comes when all of them are there.
            referring.append({f"_{column.name}": values[column.name] for column in (*keys, *own)})
            values |= {column.name: None for column in own}
        batch.append(values)
        count += 1
        if len(batch) == _ROWS_AT_ONCE:
            session.execute(insert(table), batch)
            batch = []
    if batch:
        session.execute(insert(table), batch)
    if referring:
        which = update(table).where(*(column == bindparam(f"_{column.name}") for column in keys))
        values = {column.name: bindparam(f"_{column.name}") for column in own}
        session.connection().execute(which.values(values), referring)
    _continue_numbers(session, table)
    return count


def _reflected(session: Session) -> MetaData:
    metadata = MetaData()

    @event.listens_for(metadata, "column_reflect")
    def column_reflect(_: object, __: object, column: Any) -> None:
        # As the tables of the code have it: a missing value is NULL, never the JSON word null.
        if isinstance(column["type"], JSON):
            column["type"] = Json

    metadata.reflect(session.connection())
    return metadata


def _ours(metadata: MetaData) -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name != _VERSION_TABLE]


def _rows(session: Session, table: Table) -> TableRows:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS_AT_ONCE)
    columns = list(table.c)
    rows = ([_encoded(c, value) for c, value in zip(columns, row, strict=True)] for row in session.execute(query))
    return TableRows(table.name, tuple(column.name for column in columns), rows)


def _encoded(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        moment: datetime = value
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)).isoformat()
    if isinstance(column.type, LargeBinary):
        return base64.b64encode(value).decode()
    return value


def _decoded(column: Column[Any], value: Any, session: Session) -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment.replace(tzinfo=None) if session.get_bind().dialect.name == "sqlite" else moment
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value, validate=True)
    return value


def _continue_numbers(session: Session, table: Table) -> None:
    """PostgreSQL counts apart from the rows; it must go on after the last one."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        if not isinstance(column.type, Integer):
            continue
        where = {"table": table.name, "column": column.name}
        sequence = session.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), where).scalar_one()
        last = session.execute(select(func.max(column))).scalar_one()
        if sequence is not None and last is not None:
            session.execute(select(func.setval(sequence, last)))
