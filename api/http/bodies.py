"""Bodies that a service parses itself, so that every fault is reported at once with its place."""

from typing import Annotated

from fastapi import Depends, Request

__all__ = ["RawBody"]


async def _raw_body(request: Request) -> bytes:
    return await request.body()


RawBody = Annotated[bytes, Depends(_raw_body)]
"""The bytes of a JSON body."""
