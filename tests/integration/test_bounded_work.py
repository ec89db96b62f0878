"""Small requests cannot stop the service: a real process under bursts, half-open calls, bodies and what hangs.

What is refused, answered and bounded is claimed here; how long it takes is measured in `tests/benchmarks`.
"""

import json
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.engine.samples import sample_documents
from tests.fixtures.crowds import at_once, call, half_open, peak_memory_mb, statuses, watching_health
from tests.fixtures.processes import ServiceProcess, service_process

pytestmark = pytest.mark.full

MOST_MB = 200


@pytest.fixture
def either(migrated_url: str, tmp_path: Path) -> Iterator[ServiceProcess]:
    with service_process(tmp_path, database_url=migrated_url, queue_seconds=1) as server:
        yield server


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[ServiceProcess]:
    with service_process(tmp_path, header_seconds=2, body_seconds=1, max_body_bytes=32_768) as server:
        yield server


def test_of_two_hundred_reads_by_one_key_some_are_refused_and_nobody_else_is(either: ServiceProcess) -> None:
    one, other = either.key("portal"), either.key("officer")
    with watching_health(either.url) as watch:
        for _ in range(3):
            answers = at_once(
                either.url, [call("GET", "/v1/teams", key=one)] * 200 + [call("GET", "/v1/teams", key=other)]
            )
            *burst, last = answers
            assert last.status == 200
            assert set(statuses(burst)) == {200, 503}
            refused = next(answer for answer in burst if answer.status == 503)
            assert "retry-after: 1" in refused.text
            assert '"type":"/problems/overloaded"' in refused.text
    assert watch.statuses == {"200"}
    assert len(watch.seconds) > 10


def test_six_hundred_half_open_calls_have_no_effect_and_end_by_themselves(impatient: ServiceProcess) -> None:
    key = impatient.key("portal")
    halves = [
        b"GET /v1/te",
        b"POST /v1/teams HTTP/1.1\r\nHost: here\r\nX-Slow: ",
        call("POST", "/v1/teams", key=key, body=b"{", length=100),
    ]
    before = peak_memory_mb(impatient.process.pid)
    with half_open(impatient.url, [halves[number % 3] for number in range(600)]) as opened:
        assert set(statuses(at_once(impatient.url, [call("GET", "/v1/teams", key=key)] * 20))) == {200}
        ends = [read_to_end(one) for one in opened]
    assert set(ends[0::3]) == set(ends[1::3]) == {b""}
    assert {end.partition(b"\r\n")[0] for end in ends[2::3]} <= {
        b"HTTP/1.1 408 Request Timeout",
        b"HTTP/1.1 503 Service Unavailable",
    }
    assert b"/problems/body-too-slow" in b"".join(ends)
    assert peak_memory_mb(impatient.process.pid) - before < MOST_MB


def read_to_end(connection: socket.socket) -> bytes:
    answer = b""
    while chunk := connection.recv(65_536):
        answer += chunk
    return answer


def test_forty_large_bodies_without_a_key_cost_nothing(tmp_path: Path) -> None:
    with service_process(tmp_path) as server:
        key, before = server.key("portal"), peak_memory_mb(server.process.pid)
        large = call("POST", "/v1/catalog/versions", body=b"x" * 32_000_000)
        answers = at_once(server.url, [large] * 40 + [call("GET", "/v1/teams", key=key)])
        assert answers[-1].status == 200
        # A caller who does not look before everything is sent may find the connection closed.
        assert set(statuses(answers[:-1])) <= {401, 0}
        assert at_once(server.url, [call("POST", "/v1/catalog/versions", length=32_000_000)])[0].status == 401
        assert peak_memory_mb(server.process.pid) - before < MOST_MB


def what_if(*, n: int) -> bytes:
    """A preview of `n` people with `n` unknown items in its what-if, in about 9 KB."""
    document: dict[str, Any] = json.loads(json.dumps(next(iter(sample_documents().values()))))
    document["responses"] = [{"respondent": f"p{number}"} for number in range(n)]
    document["what_if"] = {"answers": {f"x{number}": 1 for number in range(n)}}
    return json.dumps(document, separators=(",", ":")).encode()


def test_what_ifs_of_many_unknown_items_for_many_people_are_short_work(tmp_path: Path) -> None:
    with service_process(tmp_path, queue_seconds=1) as server:
        key, other = server.key("portal"), server.key("portal", "Another network")
        body, before = what_if(n=300), peak_memory_mb(server.process.pid)
        assert len(body) < 16_000
        tries = [call("POST", "/v1/recommendations:preview", key=key, body=body)] * 40
        with watching_health(server.url) as watch:
            answers = at_once(server.url, [*tries, call("GET", "/v1/teams", key=other)])
        assert answers[-1].status == 200
        assert set(statuses(answers[:-1])) <= {422, 503}
        told = json.loads(next(one.text for one in answers if one.status == 422).partition("\r\n\r\n")[2])
        assert (told["n_errors"], len(told["errors"])) == (300, 100)
        assert watch.statuses == {"200"}
        assert peak_memory_mb(server.process.pid) - before < MOST_MB


def test_the_rankings_of_one_key_have_a_budget_and_those_of_another_their_own(tmp_path: Path) -> None:
    with service_process(tmp_path, ranking_seconds_per_minute=0.05) as server:
        body = json.dumps(next(iter(sample_documents().values()))).encode()
        greedy = call("POST", "/v1/recommendations:preview", key=server.key("portal"), body=body)
        found = [at_once(server.url, [greedy])[0].status for _ in range(6)]
        assert found[0] == 200
        assert found[-1] == 429
        modest = call("POST", "/v1/recommendations:preview", key=server.key("portal", "Another network"), body=body)
        assert at_once(server.url, [modest])[0].status == 200


@contextmanager
def silent_host() -> Iterator[str]:
    """Takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(listening.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        for one in taken:
            one.close()


def test_an_identity_provider_that_hangs_holds_up_its_own_sign_ins_only(tmp_path: Path) -> None:
    with (
        silent_host() as issuer,
        service_process(tmp_path, oidc_issuer=issuer, oidc_client_id="trellis") as server,
    ):
        key = server.key("portal")
        with half_open(server.url, [call("GET", "/sign-in/oidc")] * 60) as hanging:
            time.sleep(0.5)
            calls = [call("GET", "/v1/teams", key=key)] * 30 + [call("GET", "/sign-in")] * 5 + [call("GET", "/readyz")]
            assert set(statuses(at_once(server.url, calls))) == {200}
            ends = {read_to_end(one).partition(b"\r\n")[0] for one in hanging}
        assert ends == {b"HTTP/1.1 503 Service Unavailable"}


def test_a_process_without_file_descriptors_tells_it_once_and_recovers(tmp_path: Path) -> None:
    with service_process(tmp_path) as server:
        key, pid = server.key("portal"), server.process.pid
        assert at_once(server.url, [call("GET", "/v1/teams", key=key)])[0].status == 200
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        n_open = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (n_open + 10, limits[1]))
        with half_open(server.url, [b"GET /v1/te"] * 40):
            time.sleep(3)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        told = [line for line in server.lines() if "no new connection" in str(line)]
        assert len(told) == 1
        assert len(server.lines()) < 60
        assert at_once(server.url, [call("GET", "/v1/teams", key=key)])[0].status == 200
