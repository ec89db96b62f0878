"""How long others wait while a few callers ask for too much: a real process, the stand-in for a model, bare sockets.

On SQLite, and on PostgreSQL where the tests find one. `/healthz` is asked fifty times a second meanwhile.
"""

import json
import statistics
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from api.engine.samples import sample_documents
from recommender.diagnosis.assessments import parse_assessment
from recommender.errors import InvalidAssessment
from recommender.instruments import default_instrument
from tests.benchmarks.conftest import Record
from tests.fixtures.crowds import at_once, call, half_open, peak_memory_mb, statuses, watching_health
from tests.fixtures.processes import service_process

HEALTH_MS, ALL_MS, MEMORY_MB = 100, 2000, 200


def preview(*, n: int) -> bytes:
    """A preview of `n` people with `n` unknown items in its what-if."""
    document: dict[str, Any] = json.loads(json.dumps(next(iter(sample_documents().values()))))
    document["responses"] = [{"respondent": f"p{number}"} for number in range(n)]
    document["what_if"] = {"answers": {f"x{number}": 1 for number in range(n)}}
    return json.dumps(document, separators=(",", ":")).encode()


def test_nobody_waits_long_for_those_who_ask_for_too_much(
    benchmark: BenchmarkFixture, record: Record, tmp_path: Path, migrated_url: str
) -> None:
    where = migrated_url.partition(":")[0].partition("+")[0]
    benchmark.group = f"bounded work, {where}"
    with service_process(tmp_path, database_url=migrated_url, queue_seconds=1, ranking_seconds_per_minute=30) as server:
        key = server.key("portal")
        read = call("GET", "/v1/teams", key=key)
        alone = statistics.median(at_once(server.url, [read])[0].seconds for _ in range(20))
        with watching_health(server.url) as quiet:
            time.sleep(2)
        memory = peak_memory_mb(server.process.pid)
        halves = [b"GET /v1/te", call("POST", "/v1/teams", key=key, body=b"{", length=100)]
        large = call("POST", "/v1/catalog/versions", body=b"x" * 32_000_000)
        tries = call("POST", "/v1/recommendations:preview", key=key, body=preview(n=300))
        crowds = {
            "200 reads of one key": [read] * 200,
            "40 bodies of 32 MB without a key": [large] * 40,
            "40 what-ifs of 300 x 300": [tries] * 40,
        }
        for name, requests in crowds.items():
            with watching_health(server.url) as watch:
                answers = at_once(server.url, requests)
            counts = ", ".join(f"{count} x {status}" for status, count in sorted(statuses(answers).items()))
            slowest = 1000 * max(answer.seconds for answer in answers)
            target = ALL_MS if "reads" in name else None
            record(
                f"{where}: {name}, the last one ({counts})", slowest, "ms", target=target,
                baseline=("one read alone", 1000 * alone),
            )  # fmt: skip
            record(
                f"{where}: {name}, /healthz at worst", watch.worst_ms, "ms", target=HEALTH_MS,
                baseline=("at worst alone", quiet.worst_ms),
            )  # fmt: skip
            assert watch.statuses == {"200"}
        with half_open(server.url, [halves[number % 2] for number in range(600)]), watching_health(server.url) as watch:
            others = [at_once(server.url, [read])[0].seconds for _ in range(20)]
        record(
            f"{where}: a read beside 600 half-open calls", 1000 * statistics.median(others), "ms",
            baseline=("one read alone", 1000 * alone),
        )  # fmt: skip
        record(f"{where}: 600 half-open calls, /healthz at worst", watch.worst_ms, "ms", target=HEALTH_MS)
        record(f"{where}: memory, at most more", peak_memory_mb(server.process.pid) - memory, "MB", target=MEMORY_MB)
        assert benchmark.pedantic(lambda: at_once(server.url, [read])[0].status, rounds=10) == 200


def faulty(n: int) -> dict[str, Any]:
    """An assessment in which all of `n` people, and `n` of everything else that has names, are at fault."""
    document: dict[str, Any] = json.loads(json.dumps(next(iter(sample_documents().values()))))
    document["responses"] = [
        {"respondent": "same", "answers": {f"x{number}": 9}, "importance": {f"d{number}": 1}} for number in range(n)
    ]
    document["team"]["context"] = {f"c{number}": None for number in range(n)}
    document["focus_domains"] = [f"d{number}" for number in range(n)]
    return {**document, **{f"field{number}": number for number in range(n)}}


@pytest.mark.parametrize("n", [4_000])
def test_faults_are_found_in_time_that_grows_as_their_number_does(
    benchmark: BenchmarkFixture, record: Record, n: int
) -> None:
    benchmark.group = "faults of one document"

    def seconds(document: dict[str, Any]) -> float:
        begun = time.perf_counter()
        with pytest.raises(InvalidAssessment):
            parse_assessment(document, default_instrument())
        return time.perf_counter() - begun

    seconds(faulty(10))
    half, whole = seconds(faulty(n // 2)), seconds(faulty(n))
    size = len(json.dumps(faulty(n))) / 1e6
    record(f"{size:.1f} MB with {6 * n:,} faults", whole, "s", target=2.5 * half, baseline=("half as many", half))
    assert benchmark.pedantic(seconds, args=(faulty(n // 10),), rounds=3) > 0
