"""What it costs on SQLite to wait for the disk at each commit, and to overwrite what is deleted."""

import sqlite3
import statistics
import time
from itertools import product
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.conftest import Record

N_SAVES = 300


def save_times(path: Path, *, synchronous: str, secure_delete: str) -> list[float]:
    """Seconds of each save: five pieces over earlier ones and one taken out, in one transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", f"synchronous = {synchronous}", f"secure_delete = {secure_delete}"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE answers (person TEXT, path TEXT, value TEXT, PRIMARY KEY (person, path))")
    times = []
    for number in range(N_SAVES):
        person = f"person-{number % 40}"
        rows = [(person, f"answers/item-{piece}", f"value {number} of {piece}") for piece in range(6)]
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO answers VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", rows
        )
        connection.execute("DELETE FROM answers WHERE person = ? AND path = ?", rows[-1][:2])
        connection.execute("COMMIT")
        times.append(time.perf_counter() - start)
    connection.close()
    return times


def test_what_each_choice_costs(benchmark: BenchmarkFixture, record: Record, tmp_path: Path) -> None:
    benchmark.group = "durability on SQLite"

    def measure() -> None:
        fastest = 0.0
        for synchronous, secure_delete in product(("OFF", "NORMAL", "FULL"), ("OFF", "ON")):
            path = tmp_path / f"{synchronous}-{secure_delete}.sqlite"
            times = save_times(path, synchronous=synchronous, secure_delete=secure_delete)
            median = 1000 * statistics.median(times)
            fastest = fastest or median
            name = f"a bare save, synchronous {synchronous}, secure_delete {secure_delete}"
            record(f"{name}, p50", median, "ms", baseline=("without both", fastest))
            record(f"{name}, p95", 1000 * statistics.quantiles(times, n=20)[-1], "ms")

    benchmark.pedantic(measure, rounds=1)
