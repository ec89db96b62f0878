"""Prints every figure beside its target and its baseline once the benchmarks are done."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Figure:
    """One measured number. `target` is the most it may be; None where only growth is watched."""

    name: str
    value: float
    unit: str
    target: float | None
    baseline: str
    """What it is compared with, and that number; empty where nothing is comparable."""


FIGURES = pytest.StashKey[list[Figure]]()
Record = Callable[..., None]


def median_seconds(work: Callable[[], object], *, rounds: int = 15) -> float:
    """Median wall time of a call, after one that is not counted."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Keeps a figure for the table at the end; a baseline is its name and its value in the same unit."""
    figures = request.config.stash.setdefault(FIGURES, [])

    def keep(
        name: str, value: float, unit: str, *, target: float | None = None, baseline: tuple[str, float] | None = None
    ) -> None:
        compared = ""
        if baseline:
            compared = f"{value / baseline[1]:.1f} x {baseline[0]} ({baseline[1]:.3g} {unit})"
        figures.append(Figure(name, value, unit, target, compared))

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, on whatever machine this is: a loaded machine misses targets that a quiet one meets."""
    figures = terminalreporter.config.stash.get(FIGURES, [])
    if not figures:
        return
    terminalreporter.section("figures and their targets")
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        verdict = "" if figure.target is None else "met" if figure.value <= figure.target else "MISSED"
        target = "" if figure.target is None else f"under {figure.target:g} {figure.unit}"
        value = f"{figure.value:.3g}" if figure.value < 100 else f"{figure.value:.0f}"
        row = f"{figure.name:{width}}  {value:>6} {figure.unit:2}  {target:12} {verdict:6}  {figure.baseline}"
        terminalreporter.write_line(row.rstrip())
