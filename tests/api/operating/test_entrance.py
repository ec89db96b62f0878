"""The way in, spoken to in ASGI's own messages: what is read of a body, and whose turn it is."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.types import Message, Receive, Scope, Send

from api.operating.entrance import Entrance
from api.operating.traffic import SPECIAL, Traffic
from api.settings import Settings
from recommender.pipeline import Recommender
from tests.fixtures.service import Service, running_service

SCOPE: Scope = {"type": "http", "method": "POST", "path": "/x", "headers": [], "query_string": b""}


def traffic_of(service: Service) -> Traffic:
    traffic: Traffic = service.app.state.traffic
    return traffic


def serve(messages: list[Message], *, max_body_bytes: int = 8) -> tuple[list[bytes], list[Message]]:
    """The bodies the application saw, and what was sent."""
    seen: list[bytes] = []
    sent: list[Message] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(
        Entrance(application, max_body_bytes=max_body_bytes)({**SCOPE, "state": {"request_id": "r"}}, receive, send)
    )
    return seen, sent


def chunk(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_chunks_reach_the_application_as_one_body() -> None:
    seen, sent = serve([chunk(b"abcd", more=True), chunk(b"", more=True), chunk(b"efgh", more=False)])
    assert (seen, sent[0]["status"]) == ([b"abcdefgh"], 200)


def test_a_stream_is_refused_at_the_first_byte_too_many_and_read_no_further() -> None:
    messages: list[Any] = [chunk(b"abcdefgh", more=True), chunk(b"i", more=True), chunk(b"never read", more=False)]
    seen, sent = serve(messages)
    assert (seen, sent[0]["status"], len(messages)) == ([], 413, 1)


def test_half_a_body_is_never_acted_upon() -> None:
    assert serve([chunk(b"abcd", more=True), {"type": "http.disconnect"}]) == ([], [])


def test_a_body_that_does_not_come_in_time_is_not_awaited() -> None:
    sent: list[Message] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("half a body is never acted upon")

    async def receive() -> Message:
        await asyncio.sleep(60)
        return chunk(b"late", more=False)

    async def send(message: Message) -> None:
        sent.append(message)

    entrance = Entrance(application, max_body_bytes=8, body_seconds=0.01)
    asyncio.run(entrance({**SCOPE, "state": {"request_id": "r"}}, receive, send))
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"connection"]) == (408, b"close")


def post(service: Service, path: str, headers: dict[str, str]) -> tuple[int, int]:
    """The status of a call with a declared body, and how many pieces of the body were asked for."""
    asked = 0
    sent: list[Message] = []

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        return chunk(b"x" * 20_000, more=True)

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in {"content-length": "900000", **headers}.items()]
    scope: Scope = {**SCOPE, "path": path, "raw_path": path.encode(), "headers": raw, "client": ("203.0.113.9", 1)}
    asyncio.run(service.app(scope, receive, send))
    return sent[0]["status"], asked


@pytest.mark.parametrize("path", ["/v1/teams", "/v1/catalog/versions", "/v1/recommendations:preview", "/v1/nowhere"])
@pytest.mark.parametrize(
    "shown", [{}, {"authorization": "Bearer trellis_portal_wrong"}, {"cookie": "trellis_session=no"}]
)
def test_a_body_without_a_key_is_refused_unread(service: Service, path: str, shown: dict[str, str]) -> None:
    assert post(service, path, shown) == (401, 0)


@pytest.mark.parametrize("path", ["/sign-in", "/catalog/import", "/teams/new", "/check/x/answers"])
def test_a_stranger_fills_in_short_forms_only(service: Service, path: str) -> None:
    assert post(service, path, {"content-type": "application/x-www-form-urlencoded"}) == (413, 0)


def test_a_key_is_looked_up_and_counted_once_for_a_body(service: Service) -> None:
    portal = service.as_("portal")
    left = [int(portal.get("/v1/teams").headers["RateLimit"].split("r=")[1].split(";")[0])]
    for _ in range(2):
        answer = portal.post("/v1/teams", json={"name": "Team", "form": "team"})
        assert answer.status_code == 201
        left.append(int(answer.headers["RateLimit"].split("r=")[1].split(";")[0]))
    assert left == [left[0], left[0] - 1, left[0] - 2]


def test_every_lane_is_full_and_health_is_told_all_the_same(service: Service) -> None:
    lanes = traffic_of(service).lanes

    async def fill() -> None:
        for name, lane in lanes.items():
            for n in range(lane.terms.at_once):
                await lane.enter(f"{name}-{n}")
            lane.terms = replace(lane.terms, waiting=0)

    asyncio.run(fill())
    portal = service.as_("portal")
    assert portal.get("/healthz").status_code == 200
    for answer in (
        portal.get("/v1/teams"),
        portal.post("/v1/teams", json={}),
        portal.post("/v1/recommendations:preview", json={}),
        portal.get("/readyz"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/overloaded"), answer.text
        assert answer.headers["Retry-After"] == "1"
    page = portal.get("/sign-in", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "1")
    assert "Many people are here right now" in page.text


def test_an_answer_gives_its_place_back_before_anybody_reads_it(service: Service) -> None:
    lanes, during = traffic_of(service).lanes, list[int]()

    async def receive() -> Message:
        return chunk(b"", more=False)

    async def send(message: Message) -> None:
        during.append(lanes["reads"].load()["working"])

    raw = [(b"authorization", f"Bearer {service.key('portal')}".encode())]
    asyncio.run(service.app({**SCOPE, "method": "GET", "path": "/v1/teams", "headers": raw}, receive, send))
    assert during == [0, 0]
    assert all(lane.load() == {"working": 0, "waiting": 0} for lane in lanes.values())


def test_the_routes_that_have_a_lane_of_their_own_exist(service: Service) -> None:
    there = {(method, str(one.path)) for one in iter_route_contexts(service.app.routes) for method in one.methods or ()}
    assert {route for routes in SPECIAL.values() for route in routes} <= there


def test_the_lanes_let_in_fewer_than_there_are_threads_and_connections() -> None:
    traffic = Traffic(Settings(), {})
    assert sum(lane.terms.at_once for lane in traffic.lanes.values()) < 40


def test_browsers_are_told_to_come_by_https_where_the_setting_says_so(starter: Recommender, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"hsts_seconds": 3600, "public_url": "https://trellis.example.org"}
    with running_service(starter, tmp_path, **settings) as service:
        answer = service.anonymous().get("/healthz")
        assert answer.headers["Strict-Transport-Security"] == "max-age=3600"


def test_without_the_setting_they_are_told_nothing(service: Service) -> None:
    assert "Strict-Transport-Security" not in service.anonymous().get("/healthz").headers
