"""Pages are tested on SQLite; `integration/test_every_query.py` opens every one of them on
PostgreSQL, too.

What they call is tested on both in `tests/api`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.engines import make_recommender
from tests.fixtures.sample import make_sample, planted
from tests.fixtures.service import running_service
from tests.fixtures.told import Told, planted_supports


@pytest.fixture
def migrated_url(tmp_path: Path, migrated_file: Path) -> str:
    """The URL of a fresh database with all migrations."""
    path = tmp_path / "trellis.sqlite"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Told]:
    """A service with markup in every text; tests change nothing in it."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copy(migrated_file, folder / "trellis.sqlite")
    url = f"sqlite:///{folder / 'trellis.sqlite'}"
    with running_service(make_recommender(planted_supports()), folder, url=url) as service:
        yield Told(service, make_sample(service, planted))
