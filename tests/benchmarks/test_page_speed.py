"""How long the server takes for each page: one worker, the real model, 200 teams with runs on the starter catalog.

Every page is asked for as a browser asks, over one kept connection; `/healthz` tells what HTTP itself costs here.
"""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from api.access.principals import Scope
from api.http.browsers import SESSION_COOKIE
from api.web.kit.visitors import CHECK_COOKIE
from recommender.pipeline import Recommender
from tests.benchmarks.conftest import Record
from tests.benchmarks.test_service_speed import alive, granted_to_officer, grow, load, percentile, served, timed
from tests.fixtures.sample import Sample, make_sample
from tests.fixtures.service import running_service
from tests.fixtures.sites import session_token
from tests.fixtures.visits import visits

N_TEAMS, N_RUNS = 200, 2
N = 60
TARGET_MS = 100


@pytest.fixture
def made(starter: Recommender, tmp_path: Path, migrated_file: Path) -> tuple[str, Sample, dict[str, str]]:
    """The database with the sample as of now, and what each visitor's cookie holds."""
    shutil.copy(migrated_file, tmp_path / "trellis.sqlite")
    url = f"sqlite:///{tmp_path / 'trellis.sqlite'}"
    with running_service(starter, tmp_path, url=url) as service:
        service.clock.now = datetime.now(UTC) - timedelta(days=181)  # the sample goes on for half a year
        sample = make_sample(service)
        service.clock.now = datetime.now(UTC)
        tokens = {
            str(scope): session_token(service, scope, sample.program if scope is Scope.OFFICER else sample.portal)
            for scope in Scope
        }
    return url, sample, tokens


def test_every_page_in_under_a_tenth_of_a_second(
    benchmark: BenchmarkFixture, record: Record, tmp_path: Path, made: tuple[str, Sample, dict[str, str]]
) -> None:
    benchmark.group = f"pages, {N_TEAMS} teams"
    url, sample, tokens = made
    with served(tmp_path, url) as running:
        grow(running, sample.teams["released"], n_teams=N_TEAMS, n_runs=N_RUNS)
        granted_to_officer(running)
        http = alive(running)
        floor = ("/healthz p95", percentile(http, 0.95))
        record(f"/healthz, p50 ({load()})", percentile(http, 0.5), "ms")
        address = running.servers[0].url
        with httpx.Client(base_url=address, headers={"Accept": "text/html"}, follow_redirects=True) as client:
            for visit in visits():
                kind, _, key = visit.by.partition(":")
                cookie = f"{SESSION_COOKIE}={tokens[kind]}" if kind in tokens else ""
                if kind == "person":
                    cookie = f"{CHECK_COOKIE}={sample.people[key].invitation}"
                client.headers["Cookie"] = cookie
                path = visit.at(sample)
                times = timed(lambda path=path: client.get(path), N, warm=3)  # type: ignore[misc]
                record(
                    f"{visit.name}, p50", percentile(times, 0.5), "ms", baseline=("/healthz p50", percentile(http, 0.5))
                )
                record(f"{visit.name}, p95 ({load()})", percentile(times, 0.95), "ms", target=TARGET_MS, baseline=floor)
            assert benchmark.pedantic(lambda: client.get("/sign-in"), rounds=10).status_code == 200
