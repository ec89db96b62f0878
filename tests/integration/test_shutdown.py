"""A real process: what it says, and how it ends."""

import json
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from recommender.catalog.load import starter_catalog
from tests.fixtures.catalogs import catalog_texts
from tests.fixtures.processes import ServiceProcess, service_process

TEAM = json.dumps({"name": "Riverside on-track team", "form": "team"})


class SlowCall:
    """A creating call whose body comes in two halves."""

    def __init__(self, server: ServiceProcess) -> None:
        url = httpx.URL(server.url)
        self._socket = socket.create_connection((url.host, url.port or 80), timeout=20)
        head = (
            f"POST /v1/teams HTTP/1.1\r\nHost: {url.host}\r\nAuthorization: Bearer {server.key('portal')}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(TEAM)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + TEAM[:10].encode())
        time.sleep(0.3)

    def finish(self) -> bytes:
        self._socket.sendall(TEAM[10:].encode())
        return self.rest()

    def rest(self) -> bytes:
        answer = b""
        while chunk := self._socket.recv(65_536):
            answer += chunk
        self._socket.close()
        return answer


def refused(server: ServiceProcess) -> bool:
    try:
        return httpx.get(f"{server.url}/readyz").status_code == 503
    except httpx.TransportError:
        return True


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A catalog that is read in a moment."""
    folder = tmp_path / "few"
    folder.mkdir()
    left_out = {one.id for place, one in enumerate(starter_catalog().supports) if place % 12}
    for name, text in catalog_texts(without=left_out).items():
        (folder / f"{name}.jsonl").write_text(text, "utf-8")
    return folder


def test_a_request_in_flight_is_finished_while_new_ones_are_refused(tmp_path: Path, few: Path) -> None:
    with service_process(tmp_path, catalog_dir=few) as server:
        httpx.get(f"{server.url}/v1/supports?q=Zebra-Quill")
        httpx.get(f"{server.url}/Zebra-Quill")
        call = SlowCall(server)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert refused(server)
        assert call.finish().startswith(b"HTTP/1.1 201 ")
        assert server.process.wait(timeout=10) in (0, -signal.SIGTERM)
        assert not [line for line in server.lines() if line["level"] in ("ERROR", "CRITICAL")]
        assert_every_line_names_no_path_or_query(server)


def assert_every_line_names_no_path_or_query(server: ServiceProcess) -> None:
    assert "Zebra" not in server.log.read_text()
    assert [line["status"] for line in server.lines() if line.get("route") == "/v1/supports"] == [401]
    assert {line["name"].split(".")[0] for line in server.lines()} >= {"trellis", "uvicorn"}


def test_while_draining_it_still_serves_and_cuts_what_never_ends_at_the_limit(tmp_path: Path, few: Path) -> None:
    with service_process(tmp_path, catalog_dir=few, drain_seconds=2, shutdown_seconds=1) as server:
        key, call = server.key("portal"), SlowCall(server)
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        answer = httpx.get(f"{server.url}/readyz")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-ready")
        got = httpx.get(f"{server.url}/v1/teams", headers={"Authorization": f"Bearer {key}"})
        assert got.status_code == 200
        server.process.wait(timeout=15)
        assert time.monotonic() - begun < 12
        assert b" 201 " not in call.rest()
