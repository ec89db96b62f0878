"""What surrounds the application, spoken to in ASGI's own messages."""

import asyncio
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from api.http.middleware import Boundary

SCOPE: Scope = {"type": "http", "method": "POST", "path": "/x", "headers": [], "query_string": b""}


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

    asyncio.run(Boundary(application, max_body_bytes=max_body_bytes)(dict(SCOPE), receive, send))
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
