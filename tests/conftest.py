"""What is slow to make and never changes is made once."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.access import passwords
from models.assessment import Assessment
from recommender.catalog.load import starter_catalog
from recommender.pipeline import Recommender
from tests.fixtures.engines import make_recommender
from tests.fixtures.examples import load_tier
from tests.fixtures.service import Service, running_service
from tests.fixtures.teams import judged_teams
from tests.fixtures.timing import Timing

pytest_plugins = ("tests.fixtures.postgres", "tests.fixtures.migrated", "tests.fixtures.servers")


# Reading the tests makes a million objects that stay; looking through them for garbage again and again takes long.
gc.disable()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-golden", action="store_true", help="write the files of tests/golden anew")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Timing())
    # `make test-full` runs the same tests with all examples.
    load_tier(first=config.getoption("markexpr") == "not full")


@pytest.fixture(scope="session")
def starter() -> Recommender:
    """The starter catalog with the hashing stand-in for a model."""
    return make_recommender(starter_catalog().supports)


@pytest.fixture(scope="session")
def judged() -> tuple[Assessment, ...]:
    """The judged development teams."""
    return judged_teams()


@pytest.fixture(scope="session", autouse=True)
def careful_passwords() -> Iterator[PasswordHash]:
    """How passwords are hashed in use, given to the tests of just that.

    All others hash with the same algorithm and almost none of the work, which would cost more than what they test.
    """
    with pytest.MonkeyPatch.context() as patch:
        in_use = passwords._hashes
        quick = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hashes", PasswordHash((quick,)))
        yield in_use


@pytest.fixture(autouse=True)
def own_data_dir(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test opens the database of whoever runs it."""
    monkeypatch.setenv("TRELLIS_DATA_DIR", str(tmp_path_factory.getbasetemp() / "trellis-data"))
    monkeypatch.delenv("TRELLIS_DATABASE_URL", raising=False)


@pytest.fixture
def service(starter: Recommender, tmp_path: Path, migrated_url: str) -> Iterator[Service]:
    """The service on a fresh database: each test runs on SQLite and on PostgreSQL."""
    with running_service(starter, tmp_path, url=migrated_url) as service:
        yield service
