"""Pages are tested on SQLite; `test_other_database.py` opens every one of them on PostgreSQL, too.

What they call is tested on both in `tests/api`.
"""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def migrated_url(tmp_path: Path, migrated_file: Path) -> str:
    """The URL of a fresh database with all migrations."""
    path = tmp_path / "trellis.sqlite"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"
