"""What makes an acknowledged write last, as every connection to SQLite has it."""

from pathlib import Path

import pytest
from sqlalchemy import text

from api.settings import Settings
from api.storage.database import open_database

_FULL = 2
"""How SQLite numbers `synchronous = FULL`."""


@pytest.mark.parametrize("writes", [False, True])
def test_a_commit_on_sqlite_waits_for_the_disk_and_deleted_bytes_are_overwritten(tmp_path: Path, writes: bool) -> None:
    database = open_database(Settings(data_dir=tmp_path))
    with database.writing() if writes else database.reading() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": _FULL, "foreign_keys": 1, "secure_delete": 1}
