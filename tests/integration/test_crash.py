"""`kill -9` in the middle of writes: no acknowledged write is lost, and nothing is half there.

Each kill ends a real server process (uvicorn, HTTP, a database file) while several callers write to it without pause.
The processes are forks of one that has imported everything, so that a hundred of them start quickly; two more kills end
`trellis serve` itself, started from nothing.
"""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from api.access.principals import Scope
from api.people.keys import create_key
from api.storage.database import Database
from api.storage.migrate import upgrade
from tests.fixtures.actors import Actor
from tests.fixtures.places import ROOT
from tests.fixtures.postgres import PostgresServer, running_server
from tests.fixtures.servers import ServerProcess, Servers

pytestmark = pytest.mark.full

N_KILLS = 100
N_ACTORS = 3
SEED = 20261121


@contextlib.contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        upgrade(database)
        yield database
    finally:
        database.close()


def new_key(database: Database) -> str:
    with database.writing() as session:
        return create_key(session, "School network", Scope.PORTAL, label="", actor="test", now=datetime.now(UTC)).secret


def write_until(actors: Sequence[Actor], url: str, key: str, end: Callable[[], None], *, patient: bool = False) -> None:
    """All actors write at once; `end` is called when some writes were acknowledged, and must end their server.

    Args:
        actors: who writes.
        url: of the server.
        key: what they send.
        end: ends the server, or disturbs it.
        patient: whether they go on after an answer that did not come, until `end` has returned and all went well again.
    """
    failures: list[BaseException] = []
    ended = threading.Event()
    at_start = sum(actor.acknowledged for actor in actors)

    def write(actor: Actor) -> None:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
            try:
                go_on = True
                while go_on:
                    done = actor.step(client)
                    if patient:
                        go_on = not (done and ended.is_set())
                        time.sleep(0 if done else 0.05)
                    else:
                        go_on = done
            except BaseException as error:
                failures.append(error)

    threads = [threading.Thread(target=write, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    while sum(actor.acknowledged for actor in actors) < at_start + len(actors) and any(t.is_alive() for t in threads):
        time.sleep(0.001)
    try:
        end()
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def check(database: Database, actors: Sequence[Actor], *, everything: bool = False) -> None:
    with database.reading() as session:
        for actor in actors:
            (actor.check_all if everything else actor.check)(session)
        if database.is_sqlite:
            for pragma in ("integrity_check", "quick_check") if everything else ("quick_check",):
                assert session.execute(text(f"PRAGMA {pragma}")).scalars().all() == ["ok"]
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def kill_soon(server: ServerProcess, chance: random.Random) -> None:
    time.sleep(chance.uniform(0, 0.15))
    server.kill()


def test_a_hundred_kills_lose_no_acknowledged_write_and_leave_nothing_half_done(
    servers: Servers, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'trellis.sqlite'}"
    actors = [Actor(f"actor-{n}") for n in range(N_ACTORS)]
    chance = random.Random(SEED)
    with opened(url) as database:
        key = new_key(database)
    for _ in range(N_KILLS):
        server = servers.start(tmp_path)
        write_until(actors, server.url, key, lambda server=server: kill_soon(server, chance))  # type: ignore[misc]
        with opened(url) as database:
            check(database, actors)
    # What was not answered is sent again, and then everything goes on.
    server = servers.start(tmp_path)
    with server.client(key) as client:
        for actor in actors:
            assert all(actor.step(client) for _ in range(30))
            assert len(actor.closed) > 5
        teams = client.get("/v1/teams").json()["items"]
    assert sorted(team["external_id"] for team in teams) == [actor.name for actor in actors]
    server.stop()
    with opened(url) as database:
        check(database, actors, everything=True)
    assert "Traceback" not in servers.written()


@pytest.mark.parametrize("n_kills", [2])
def test_trellis_serve_itself_may_be_killed_at_any_moment(tmp_path: Path, n_kills: int) -> None:
    url = f"sqlite:///{tmp_path / 'trellis.sqlite'}"
    actors = [Actor("first"), Actor("second")]
    environment = {**os.environ, "TRELLIS_DATA_DIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
    environment.pop("TRELLIS_DATABASE_URL", None)
    with opened(url) as database:
        key = new_key(database)
    for _ in range(n_kills):
        log = tmp_path / "log"
        with log.open("w") as written:
            command = [sys.executable, "-c", "from api.cli.main import run; run()", "serve", "--port", "0"]
            process = subprocess.Popen(command, stderr=written, cwd=ROOT, env=environment)
        try:
            while not (place := re.search(r"http://127\.0\.0\.1:\d+", log.read_text())):
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            write_until(actors, place[0], key, process.kill)
            assert process.wait() == -signal.SIGKILL
        finally:
            process.kill()
            process.wait()
        with opened(url) as database:
            check(database, actors, everything=True)


def test_kills_of_a_replica_on_postgres_lose_nothing(servers: Servers, tmp_path: Path, postgres_url: str) -> None:
    actors = [Actor(f"actor-{n}") for n in range(N_ACTORS)]
    chance = random.Random(SEED)
    with opened(postgres_url) as database:
        key = new_key(database)
        for _ in range(8):
            server = servers.start(tmp_path, database_url=postgres_url)
            write_until(actors, server.url, key, lambda server=server: kill_soon(server, chance))  # type: ignore[misc]
            check(database, actors)
        check(database, actors, everything=True)


def test_crashes_of_the_postgres_server_lose_nothing_and_the_service_comes_back_by_itself(
    servers: Servers, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    # One of its own: what is killed here serves every database of the server. Asking for the shared one first skips
    # where none can be had.
    with running_server() as own, own.database() as url:
        actors = [Actor(f"actor-{n}") for n in range(N_ACTORS)]
        chance = random.Random(SEED)
        with opened(url) as database:
            key = new_key(database)
        service = servers.start(tmp_path, database_url=url)

        def crash() -> None:
            time.sleep(chance.uniform(0.05, 0.3))
            with own.engine.connect() as connection:
                backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                # The death of one backend makes the server drop all others and recover from its log.
                os.kill(backend, signal.SIGKILL)
                time.sleep(0.5)
                connection.invalidate()

        for _ in range(4):
            write_until(actors, service.url, key, crash, patient=True)
        assert service.stop() == -signal.SIGTERM
        with opened(url) as database:
            check(database, actors, everything=True)
    assert "Traceback" not in servers.written()
