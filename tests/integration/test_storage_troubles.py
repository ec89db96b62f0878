"""A database that is locked, full, damaged, read-only or away: the right problem, nothing changed, and back again."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from api.cli.main import app as command
from api.errors import StorageBusy, StorageFull, StorageUnavailable
from api.storage.failures import translated
from recommender.pipeline import Recommender
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.service import Service, running_service

TEAM = {"name": "Riverside team", "form": "team"}
PATIENCE = 0.3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "trellis.sqlite"


@pytest.fixture
def impatient(starter: Recommender, tmp_path: Path, file: Path) -> Iterator[Service]:
    """The service on an SQLite file, waiting for locks for a moment only."""
    with running_service(starter, tmp_path, url=f"sqlite:///{file}", lock_seconds=PATIENCE) as service:
        yield service


def names(client: TestClient) -> list[str]:
    answer = client.get("/v1/teams")
    assert answer.status_code == 200, answer.text
    return [team["name"] for team in answer.json()["items"]]


def refused(answer: Any, status: int, slug: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}"), answer.text


def test_a_locked_file_refuses_writers_for_now_and_no_reader(impatient: Service, file: Path) -> None:
    client = impatient.as_("portal")
    made = client.post("/v1/teams", json=TEAM)
    impatient.clock.forward(hours=1)  # so that the time of the key's last use is due to be written
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    start = time.perf_counter()
    answer = client.post("/v1/teams", json=TEAM | {"name": "Second"})
    assert PATIENCE <= time.perf_counter() - start < 10 * PATIENCE
    refused(answer, 503, "storage-busy")
    assert int(answer.headers["Retry-After"]) >= 1
    refused(client.delete(made.headers["Location"]), 503, "storage-busy")
    start = time.perf_counter()
    assert names(client) == ["Riverside team"]
    assert time.perf_counter() - start < PATIENCE, "a reader waited for the lock"

    other.execute("ROLLBACK")
    other.close()
    assert names(client) == ["Riverside team"]
    assert client.post("/v1/teams", json=TEAM | {"name": "Second"}).status_code == 201
    assert names(client) == ["Riverside team", "Second"]


def test_a_row_that_is_held_refuses_its_writers_for_now(
    starter: Recommender, tmp_path: Path, postgres_url: str
) -> None:
    with running_service(starter, tmp_path, url=postgres_url, lock_seconds=PATIENCE) as service:
        client = service.as_("portal")
        made = client.post("/v1/teams", json=TEAM)
        service.clock.forward(hours=1)
        with service.database.engine.begin() as other:
            for table in ("teams", "api_keys"):
                other.execute(text(f"SELECT * FROM {table} FOR UPDATE"))
            change: dict[str, Any] = {"json": {"name": "Other"}, "headers": {"If-Match": made.headers["ETag"]}}
            refused(client.patch(made.headers["Location"], **change), 503, "storage-busy")
            assert names(client) == ["Riverside team"]
        assert client.patch(made.headers["Location"], **change).status_code == 200
        assert names(client) == ["Other"]


def test_a_full_database_refuses_writers_until_there_is_room(impatient: Service) -> None:
    client = impatient.as_("portal")
    assert client.post("/v1/teams", json=TEAM).status_code == 201
    pages = 0

    @event.listens_for(impatient.database.engine, "checkout")
    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages or 1_000_000_000}")

    with impatient.database.reading() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
    made = 0
    for number in range(200):  # what is left of the last pages
        answer = client.post("/v1/teams", json=TEAM | {"name": f"Filling {number} " + "x" * 150})
        if answer.status_code != 201:
            break
        made += 1
    refused(answer, 507, "storage-full")
    for _ in range(3):
        refused(client.post("/v1/teams", json=TEAM | {"name": "y" * 200}), 507, "storage-full")
    assert len(client.get("/v1/teams?limit=100").json()["items"]) == 1 + made
    with impatient.database.reading() as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        lines = session.execute(text("SELECT count(*) FROM audit WHERE action = 'team.create'")).scalar_one()
        assert lines == 1 + made, "a refused creation left a line in the audit"

    pages = 0
    assert client.post("/v1/teams", json=TEAM | {"name": "y" * 200}).status_code == 201


def test_a_file_that_may_not_be_written_still_serves_readers(impatient: Service) -> None:
    client = impatient.as_("portal")
    assert client.post("/v1/teams", json=TEAM).status_code == 201
    impatient.clock.forward(hours=1)
    event.listen(impatient.database.engine, "checkout", lambda it, *_: it.execute("PRAGMA query_only = ON"))
    answer = client.post("/v1/teams", json=TEAM)
    refused(answer, 503, "storage-unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert names(client) == ["Riverside team"]


def test_a_file_that_is_damaged_while_in_use_is_said_to_be_unavailable(impatient: Service, file: Path) -> None:
    client = impatient.as_("portal")
    for number in range(30):
        client.post("/v1/teams", json=TEAM | {"name": f"Team {number} " + "x" * 150})
    impatient.database.close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    file.write_bytes(content)
    for answer in (client.get("/v1/teams"), client.post("/v1/teams", json=TEAM)):
        refused(answer, 503, "storage-unavailable")
        assert str(file) not in answer.text


def test_a_file_that_is_deleted_while_in_use_is_missed_at_once_and_not_made_anew(
    impatient: Service, file: Path
) -> None:
    client = impatient.as_("portal")
    assert client.post("/v1/teams", json=TEAM).status_code == 201
    away = file.with_name("away.sqlite")
    file.rename(away)
    refused(client.get("/v1/teams"), 503, "storage-unavailable")
    refused(client.post("/v1/teams", json=TEAM), 503, "storage-unavailable")
    refused(client.get("/readyz"), 503, "storage-unavailable")
    assert client.get("/healthz").status_code == 200
    assert not file.exists(), "an empty file must not take its place"
    away.rename(file)
    assert names(client) == [TEAM["name"]]


def test_a_file_that_took_the_place_of_the_database_is_not_used(impatient: Service, file: Path) -> None:
    client = impatient.as_("portal")
    assert client.post("/v1/teams", json=TEAM).status_code == 201
    file.rename(file.with_name("away.sqlite"))
    sqlite3.connect(file).close()
    file.touch()
    refused(client.post("/v1/teams", json=TEAM), 503, "storage-unavailable")
    with pytest.raises(StorageUnavailable, match="another file took the place"), impatient.database.writing():
        pass
    assert file.stat().st_size == 0


def test_tables_of_a_newer_version_are_told_while_serving(impatient: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    client = impatient.as_("portal")
    assert client.post("/v1/teams", json=TEAM).status_code == 201
    with impatient.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    monkeypatch.setattr(impatient.database, "_next_look", 0.0)
    refused(client.post("/v1/teams", json=TEAM), 503, "storage-unavailable")
    refused(client.get("/readyz"), 503, "not-ready")
    with pytest.raises(StorageUnavailable, match=r"revision 9999.*start the version"), impatient.database.writing():
        pass


@pytest.mark.parametrize("content", [b"This is no database. " * 400, b"SQLite format 3\0" + b"\x5a" * 8000])
def test_a_file_that_is_no_database_ends_commands_with_one_line(
    file: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(content)
    monkeypatch.setenv("TRELLIS_DATABASE_URL", f"sqlite:///{file}")
    for words in (["keys", "list"], ["serve", "--port", "0"]):
        done = CliRunner().invoke(command, words)
        assert done.exit_code == 2, done.output
        assert done.stderr.splitlines() == [f"trellis: {file}: the database is not a database."] or (
            done.stderr.splitlines() == [f"trellis: {file}: the database is damaged."]
        ), done.stderr
    assert file.read_bytes() == content


def test_a_server_that_is_not_there_ends_commands_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRELLIS_DATABASE_URL", f"postgresql://someone:secret@/trellis?host={tmp_path}")
    for words in (["keys", "list"], ["serve", "--port", "0"]):
        done = CliRunner().invoke(command, words)
        assert done.exit_code == 2, done.output
        (line,) = done.stderr.splitlines()
        assert line.startswith("trellis: postgresql+psycopg://someone:***@")
        assert line.endswith("the database cannot be reached.")


def test_postgres_that_goes_away_is_unavailable_and_served_again_when_it_is_back(
    starter: Recommender, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    with postgres_server.database() as url, running_service(starter, tmp_path, url=url) as service:
        client = service.as_("portal")
        assert client.post("/v1/teams", json=TEAM).status_code == 201
        name = service.database.url.database

        def tell(statement: str) -> None:
            with postgres_server.engine.connect() as connection:
                connection.execute(text(statement))

        tell(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        tell(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        for answer in (client.get("/v1/teams"), client.post("/v1/teams", json=TEAM)):
            refused(answer, 503, "storage-unavailable")
            assert int(answer.headers["Retry-After"]) >= 1

        tell(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert names(client) == ["Riverside team"]
        tell(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert client.post("/v1/teams", json=TEAM).status_code == 201, "a pooled connection had died unnoticed"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("53100", StorageFull),
        ("53300", StorageBusy),
        ("55P03", StorageBusy),
        ("40001", StorageBusy),
        ("40P01", StorageBusy),
        ("57P01", StorageUnavailable),
        ("57P03", StorageUnavailable),
        ("08006", StorageUnavailable),
        ("25006", StorageUnavailable),
    ],
)
def test_what_postgres_says_becomes_the_right_error(state: str, expected: type[Exception]) -> None:
    raised = psycopg.errors.lookup(state)("details that no caller needs")
    with pytest.raises(expected, match=r"^here: ") as caught, translated("here"):
        raise OperationalError("SELECT", {}, raised)
    assert "details" not in str(caught.value)
