"""Connections that say nothing, told by a small server of its own on a free port."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api.operating.connections import http_with, tell_once


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def serving(story: Callable[[int], Awaitable[None]], **terms: float) -> None:
    """Tell a story to the server; it gets the port."""

    async def tell() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            protocol = http_with(**terms)  # type: ignore[arg-type]  # the terms of each test
            config = uvicorn.Config(application, http=protocol, ws="none", lifespan="off", log_config=None)
            server = uvicorn.Server(config)
            running = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            await story(listening.getsockname()[1])
            server.should_exit = True
            await running

    asyncio.run(tell())


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What is left to read up to the end of the connection."""
    try:
        return await asyncio.wait_for(reader.read(-1), 10)
    except ConnectionResetError:
        return b""


def test_a_head_that_does_not_come_ends_its_connection() -> None:
    async def story(port: int) -> None:
        for sent in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: here\r\nX: "):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            assert await ended(reader) == b""
            writer.close()

    serving(story, head_seconds=0.2)


def test_a_second_head_has_its_time_too() -> None:
    async def story(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert (await reader.readuntil(b"ok")).endswith(b"ok")
        writer.write(b"GET / HT")
        assert await ended(reader) == b""
        writer.close()

    serving(story, head_seconds=0.2)


def test_one_connection_too_many_closes_the_oldest_that_said_nothing() -> None:
    async def story(port: int) -> None:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        assert (await ended(reader)).endswith(b"ok")
        assert await ended(silent[0][0]) == b""
        assert not silent[1][0].at_eof()
        for _, one in [*silent, (reader, writer)]:
            one.close()

    serving(story, head_seconds=30, most=3)


def test_troubles_of_accepting_are_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 100.0
    handle = tell_once(lambda: now)
    loop = asyncio.new_event_loop()
    with caplog.at_level(logging.ERROR):
        for _ in range(2000):
            handle(loop, {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many")})
        now += 61
        handle(loop, {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many")})
        handle(loop, {"message": "something else"})
    loop.close()
    told = [record.getMessage() for record in caplog.records]
    assert [line[:24] for line in told] == ["no new connection can be"] * 2 + ["something else"]
