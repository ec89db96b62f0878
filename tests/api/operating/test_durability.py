"""What makes an acknowledged write last, as every connection to SQLite has it."""

import pytest
from sqlalchemy import text

from tests.fixtures.service import Service

_FULL = 2
"""How SQLite numbers `synchronous = FULL`."""


@pytest.mark.parametrize("writes", [False, True])
def test_a_commit_on_sqlite_waits_for_the_disk_and_deleted_bytes_are_overwritten(
    service: Service, writes: bool
) -> None:
    database = service.database
    if not database.is_sqlite:
        return  # PostgreSQL waits by default, and the server's operator decides
    with database.writing() if writes else database.reading() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": _FULL, "foreign_keys": 1, "secure_delete": 1}
