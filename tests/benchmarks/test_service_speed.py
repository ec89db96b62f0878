"""How long the service takes over HTTP: one worker, the real model, the starter catalog, one kept connection a caller.

`TRELLIS_BENCH_SECONDS` is the length of the mixed load (120), `TRELLIS_BENCH_DATABASE_URL` an empty database to use
instead of an SQLite file. Vectors of the catalog are copied from the ordinary cache (`TRELLIS_DATA_DIR`).
"""

import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import chain, cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import insert, select, text

from api.access.key_rows import find_organization
from api.settings import Settings
from api.storage.database import Database
from api.storage.ids import new_id
from api.storage.migrate import upgrade
from api.storage.tables import (
    Answer,
    Assessment,
    Base,
    Cohort,
    CohortGrant,
    Respondent,
    Review,
    ReviewEvent,
    Run,
    Snapshot,
    Team,
)
from recommender.catalog.load import starter_catalog
from tests.benchmarks.conftest import Record
from tests.fixtures.places import ROOT
from tests.fixtures.servers import Replicas, ServerProcess
from tests.fixtures.stories import closed_assessment, level_answers, open_assessment

N_TEAMS, N_RUNS = 1_000, 10
SECONDS = float(os.environ.get("TRELLIS_BENCH_SECONDS", "120"))
CALLERS = 4
SEED = 20261121
KNOWN_VECTORS = Settings().data_dir / "vectors.sqlite"
"""Looked up at once: while tests run, they have a data directory of their own."""
WORDS = " ".join(support.summary for support in starter_catalog().supports[:9]).split()
TEXTS = {
    "strengths": " ".join(WORDS[:40]),
    "challenges": " ".join(WORDS[40:80]),
    "hoped_for_support": " ".join(WORDS[80:120]),
}
LEVELS = level_answers(2)
CONTEXT = {"state": ["TX"], "share_with": ["program-officer"]}


@contextmanager
def served(folder: Path, url: str) -> Iterator[Replicas]:
    """`trellis serve` on the database at `url`, with the real model, once it is ready."""
    if KNOWN_VECTORS.exists():
        shutil.copy(KNOWN_VECTORS, folder)
    settings = {"DATA_DIR": folder, "DATABASE_URL": url, "REQUESTS_PER_MINUTE": 1_000_000, "LOG_LEVEL": "warning"}
    environment = os.environ | {f"TRELLIS_{name}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-c", "from api.cli.main import run; run()", "serve", "--port", "8765"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
    try:
        address = "http://127.0.0.1:8765"
        deadline = time.monotonic() + 600
        while True:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "not ready in ten minutes"
            try:
                if httpx.get(f"{address}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        database = Database(url)
        made = Replicas([ServerProcess(process.pid, address)], database)
        yield made
        made.close()
        database.close()
    finally:
        process.terminate()
        process.wait()
    assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Replicas]:
    url = os.environ.get("TRELLIS_BENCH_DATABASE_URL", f"sqlite:///{tmp_path / 'trellis.sqlite'}")
    with served(tmp_path, url) as running:
        yield running


def percentile(times: list[float], share: float) -> float:
    """In milliseconds."""
    return 1000 * statistics.quantiles(times, n=1000, method="inclusive")[round(1000 * share) - 1]


def timed(work: Callable[[], httpx.Response], n: int, *, status: int = 200, warm: int = 10) -> list[float]:
    times = []
    for number in range(-warm, n):
        start = time.perf_counter()
        answer = work()
        taken = time.perf_counter() - start
        assert answer.status_code == status, answer.text
        if number >= 0:
            times.append(taken)
    return times


def alive(running: Replicas) -> list[float]:
    """What HTTP itself costs here: the answer that says only that the process lives."""
    client = running.as_("portal")
    return timed(lambda: client.get("/healthz"), 300)


def bare_commits(folder: Path) -> list[float]:
    """What SQLite itself costs here: one row, committed as durably as ours."""
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE t (v TEXT)")
    times = []
    for _ in range(300):
        start = time.perf_counter()
        connection.execute("INSERT INTO t VALUES (?)", ("x" * 200,))
        times.append(time.perf_counter() - start)
    connection.close()
    return times


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


@pytest.fixture
def place(running: Replicas) -> str:
    """Where one person's answers go, in an open window of a team."""
    client = running.as_("portal")
    team = client.post("/v1/teams", json={"name": "Open", "form": "team", "context": CONTEXT}).json()["id"]
    return new_place(running, client, team)


def new_place(running: Replicas, client: httpx.Client, team: str) -> str:
    """Where the answers of a new person go; `running` keeps the invitation."""
    where = f"/v1/assessments/{open_assessment(running, team)}/respondents"  # type: ignore[arg-type]
    made = client.post(where, json={}).json()
    running.invitations[f"{where}/{made['id']}"] = made["invitation"]
    return f"{where}/{made['id']}"


@pytest.fixture
def silent_team(running: Replicas) -> str:
    return closed_assessment(running, n=8, document=team_file({})).team_id  # type: ignore[arg-type]


@pytest.fixture
def run(running: Replicas, silent_team: str) -> str:
    """A run of the silent team, waiting for its officers."""
    granted_to_officer(running)
    made = running.as_("officer", "A program").post(f"/v1/teams/{silent_team}/recommendations", json={})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@pytest.fixture
def writing_team(running: Replicas) -> str:
    return closed_assessment(running, n=8, document=team_file(TEXTS)).team_id  # type: ignore[arg-type]


def team_file(texts: dict[str, str]) -> dict[str, Any]:
    """Eight people; the first wrote `texts`."""
    people = [
        {"respondent": f"person-{n}", "answers": {key: 1 + (n + level) % 4 for key, level in LEVELS.items()}}
        for n in range(8)
    ]
    people[0]["open_text"] = texts
    return {"team": {"context": CONTEXT}, "responses": people}


def save(running: Replicas, place: str) -> Callable[[], httpx.Response]:
    items, client = cycle(LEVELS), running.invited(running.invitations[place])
    return lambda: client.patch(f"{place}/answers", json={"answers": {next(items): 3}})


def measure(running: Replicas, record: Record, folder: Path, where: dict[str, str], *, when: str, n: int = 300) -> None:
    """The figures of the issue, each beside what cannot be beaten here."""
    http, disk = alive(running), bare_commits(folder)
    floor = ("/healthz p95 + bare commit p95", percentile(http, 0.95) + percentile(disk, 0.95))
    client = running.as_("portal")
    reads = running.as_("officer", "A program")
    figures = {
        "saving an answer": (timed(save(running, where["place"]), n), 15),
        "reading a run": (timed(lambda: reads.get(f"/v1/runs/{where['run']}"), n), 15),
        "creating a run": (create(client, where["silent"], n // 5), 120),
        "creating a run, three texts": (create(client, where["writing"], n // 5), 120),
    }
    for name, (times, target) in figures.items():
        title = f"{name}{when}"
        record(
            f"{title}, p50 ({load()})", percentile(times, 0.5), "ms", baseline=("/healthz p50", percentile(http, 0.5))
        )
        record(f"{title}, p95", percentile(times, 0.95), "ms", target=target, baseline=floor)


def create(client: httpx.Client, team: str, n: int) -> list[float]:
    return timed(lambda: client.post(f"/v1/teams/{team}/recommendations", json={}), n, status=201, warm=3)


def test_the_service_alone(
    benchmark: BenchmarkFixture,
    record: Record,
    running: Replicas,
    place: str,
    silent_team: str,
    writing_team: str,
    run: str,
    tmp_path: Path,
) -> None:
    benchmark.group = "the service, an empty database"
    where = {"place": place, "silent": silent_team, "writing": writing_team, "run": run}
    measure(running, record, tmp_path, where, when="")
    assert benchmark.pedantic(save(running, place), rounds=30).status_code == 200


def granted_to_officer(running: Replicas) -> None:
    """Grant every team to the officers of "A program"."""
    running.as_("officer", "A program")  # makes the program
    now = running.clock()
    with running.database.writing() as session:
        program = find_organization(session, "A program")
        assert program is not None
        cohort = Cohort(id=new_id("cohort", now), organization_id=program.id, name="All", created_at=now)
        session.add(cohort)
        session.flush()
        have = select(CohortGrant.team_id).join(Cohort).where(Cohort.organization_id == program.id)
        for team_id in session.scalars(select(Team.id).where(Team.id.not_in(have))).all():
            session.add(CohortGrant(cohort_id=cohort.id, team_id=team_id, granted_at=now, granted_by="bench"))


def test_two_minutes_of_mixed_load_without_an_error(
    benchmark: BenchmarkFixture, record: Record, running: Replicas, silent_team: str, writing_team: str
) -> None:
    """Half of the calls save answers, a third read, the others create: teams, windows, runs (one in six with texts)."""
    benchmark.group = "the service, mixed load"
    times: dict[str, list[float]] = defaultdict(list)
    errors: list[str] = []
    guard = threading.Lock()

    def caller(number: int) -> None:
        chance = random.Random(SEED + number)
        client = running.as_("portal")
        team = client.post("/v1/teams", json={"name": "Load", "form": "team", "context": CONTEXT}).json()["id"]
        saving = save(running, new_place(running, client, team))
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            roll = chance.random()
            if roll < 0.5:
                name, work = "save", saving
            elif roll < 0.65:
                name, work = "read team", lambda: client.get(f"/v1/teams/{team}")
            elif roll < 0.75:
                name, work = "list runs", lambda: client.get(f"/v1/teams/{silent_team}/recommendations")
            elif roll < 0.85:
                name, work = "list teams", lambda: client.get("/v1/teams?limit=20")
            elif roll < 0.94:
                name, work = "create team", lambda: client.post("/v1/teams", json={"name": "New", "form": "team"})
            else:
                chosen = writing_team if chance.random() < 1 / 6 else silent_team
                name, work = "create run", partial(client.post, f"/v1/teams/{chosen}/recommendations", json={})
            start = time.perf_counter()
            answer = work()
            taken = time.perf_counter() - start
            with guard:
                times[name].append(taken)
                if not answer.is_success:
                    errors.append(f"{name}: {answer.status_code} {answer.text}")

    def all_callers() -> None:
        with ThreadPoolExecutor(CALLERS) as threads:
            list(threads.map(caller, range(CALLERS)))

    benchmark.pedantic(all_callers, rounds=1)
    total = sum(map(len, times.values()))
    record(f"mixed load for {SECONDS:.0f} s, {CALLERS} callers ({load()}): errors", len(errors), "", target=0)
    record("mixed load: requests a second", total / SECONDS, "")
    for name, taken in sorted(times.items()):
        record(f"mixed load: {name}, p95 of {len(taken)}", percentile(taken, 0.95), "ms")
    assert errors == []


def test_the_service_at_a_thousand_teams_with_ten_runs_each(
    benchmark: BenchmarkFixture,
    record: Record,
    running: Replicas,
    place: str,
    silent_team: str,
    writing_team: str,
    run: str,
    tmp_path: Path,
) -> None:
    benchmark.group = "the service, 1,000 teams with 10 runs each"
    before = size(running.database)
    start = time.perf_counter()
    grow(running, silent_team)
    granted_to_officer(running)
    record(f"adding {N_TEAMS:,} teams with {N_RUNS} runs each", time.perf_counter() - start, "s")
    record(
        "database per run, with answers and results", (size(running.database) - before) / N_TEAMS / N_RUNS / 1024, "kB"
    )
    record("database", size(running.database) / 2**20, "MB")
    where = {"place": place, "silent": silent_team, "writing": writing_team, "run": run}
    measure(running, record, tmp_path, where, when=", grown")
    portal = running.as_("portal")
    officer = running.as_("officer", "A program")
    pages = {
        "list of teams": (portal, "/v1/teams?limit=20"),
        "list of teams, last page": (portal, last_page(portal, "/v1/teams?limit=100")),
        "runs of a team": (portal, f"/v1/teams/{silent_team}/recommendations?limit=20"),
        "officer's list of teams": (officer, "/v1/teams?limit=20"),
        "queue": (officer, "/v1/reviews?limit=20"),
        "queue, waiting": (officer, "/v1/reviews?state=waiting&limit=20"),
        "queue, one team": (officer, f"/v1/reviews?team={silent_team}&limit=20"),
    }
    for name, (client, path) in pages.items():
        times = timed(lambda client=client, path=path: client.get(path), 40, warm=2)  # type: ignore[misc]
        record(f"{name}, one page, grown, p95", percentile(times, 0.95), "ms")
    assert benchmark.pedantic(save(running, place), rounds=30).status_code == 200


def last_page(client: httpx.Client, path: str) -> str:
    page, here = client.get(path).json(), path
    while page["next_cursor"]:
        here = f"{path}&cursor={page['next_cursor']}"
        page = client.get(here).json()
    return here


def size(database: Database) -> int:
    """In bytes."""
    with database.reading() as session:
        if not database.is_sqlite:
            return int(session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        pages, page = (session.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "page_size"))
        return int(pages * page)


def grow(running: Replicas, pattern_id: str, *, n_teams: int = N_TEAMS, n_runs: int = N_RUNS) -> None:
    """Copies of a team with its window, people, answers, results, runs and reviews, all under new ids."""
    with running.database.reading() as session:
        organization_id = session.get_one(Team, pattern_id).organization_id
        window = session.scalars(select(Assessment).where(Assessment.team_id == pattern_id)).one()
        snapshot = session.scalars(select(Snapshot).where(Snapshot.assessment_id == window.id)).one()
        run = session.scalars(select(Run).where(Run.team_id == pattern_id)).first()
        assert run is not None
        review = session.get_one(Review, run.id)
        events = session.scalars(select(ReviewEvent).where(ReviewEvent.run_id == run.id)).all()
        people = session.scalars(select(Respondent).where(Respondent.assessment_id == window.id)).all()
        answers = {
            one.id: session.scalars(select(Answer).where(Answer.respondent_id == one.id)).all() for one in people
        }
        originals = [window, snapshot, run, review, *events, *people, *chain.from_iterable(answers.values())]
        values = {id(row): columns(row) for row in originals}
        team = columns(session.get_one(Team, pattern_id))
    now = running.clock()
    for first in range(0, n_teams, 50):
        rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        for number in range(first, first + 50):
            team_id = new_id("team", now)
            rows[Team].append(team | {"id": team_id, "name": f"Team {number}", "organization_id": organization_id})
            here = {"assessment_id": new_id("asm", now)}
            rows[Assessment].append(values[id(window)] | {"id": here["assessment_id"], "team_id": team_id})
            for person in people:
                person_id = new_id("res", now)
                rows[Respondent].append(values[id(person)] | here | {"id": person_id, "token_hash": person_id})
                rows[Answer] += [values[id(answer)] | {"respondent_id": person_id} for answer in answers[person.id]]
            here["snapshot_id"] = new_id("snap", now)
            rows[Snapshot].append(
                values[id(snapshot)] | {"id": here["snapshot_id"], "assessment_id": here["assessment_id"]}
            )
            for wave in range(n_runs):
                at = now - timedelta(days=30 * (n_runs - wave))
                run_id = new_id("run", at)
                rows[Run].append(values[id(run)] | here | {"id": run_id, "team_id": team_id, "created_at": at})
                rows[Review].append(values[id(review)] | {"run_id": run_id})
                rows[ReviewEvent] += [values[id(event)] | {"run_id": run_id} for event in events]
        with running.database.writing() as session:
            for table, made in rows.items():
                session.execute(insert(table), made)
    upgrade(running.database)
    with running.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def columns(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
