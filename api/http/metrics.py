"""Figures about one process, for Prometheus."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from api.engine.engine import Engine
from api.storage.database import Database
from recommender import __version__
from recommender.errors import TrellisError

__all__ = ["Metrics"]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS_S = (0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.12, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "trellis_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "trellis_request_seconds",
            "Seconds from the first byte of a request to the last of its answer.",
            ("method", "route", "status"),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._done = {
            "runs_created": Counter("trellis_runs_created", "Recommendation runs stored.", registry=self._registry),
            "answers_saved": Counter("trellis_answers_saved", "Answers of respondents saved.", registry=self._registry),
        }
        self._state = _State(engine, database)
        self._registry.register(self._state)

    def follow(self, lanes: Mapping[str, Callable[[], Mapping[str, int]]]) -> None:
        """Show how many requests are in each lane, by state."""
        self._state.lanes = lanes

    def observe(self, *, method: str, route: str | None, status: int, seconds: float) -> None:
        """Count one request; `route` is the template of its path, None when nothing is there."""
        labels = (method if method in _METHODS else "other", route or "none", str(status))
        self._requests.labels(*labels).inc()
        self._seconds.labels(*labels).observe(seconds)

    def done(self, what: str, count: int) -> None:
        """Count what a request did: `runs_created` or `answers_saved`."""
        self._done[what].inc(count)

    def text(self) -> bytes:
        """All figures in Prometheus's text format."""
        return generate_latest(self._registry)


class _State(Collector):
    """What is looked up when it is asked for."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self._database = database
        self.lanes: Mapping[str, Callable[[], Mapping[str, int]]] = {}

    def collect(self) -> Iterator[Metric]:
        """The pool, readiness and versions."""
        try:
            versions = self._engine.recommender.versions.model_dump(mode="json")
        except TrellisError:
            versions = {}
        yield GaugeMetricFamily("trellis_ready", "1 once recommendations can be made.", float(bool(versions)))
        flat = {name: str(value) for name, value in versions.items() if isinstance(value, str | int)}
        yield InfoMetricFamily("trellis", "Versions in use.", {"trellis": __version__} | flat)
        connections = self._database.connections()
        if connections is not None:
            state = GaugeMetricFamily("trellis_database_connections", "Connections by state.", labels=["state"])
            for name, number in zip(("in_use", "idle"), connections, strict=True):
                state.add_metric([name], number)
            yield state
        requests = GaugeMetricFamily("trellis_lane_requests", "Requests by lane and state.", labels=["lane", "state"])
        for lane, load in self.lanes.items():
            for name, number in load().items():
                requests.add_metric([lane, name], number)
        yield requests
