"""Bodies that a service parses itself, so that every fault is reported at once with its place."""

from typing import Annotated

from fastapi import Depends, Request

from api.errors import UnsupportedMediaType

__all__ = ["RawBody"]


async def _json_body(request: Request) -> bytes:
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType(f"The body is declared as '{media_type}'; send it as application/json.")
    return await request.body()


RawBody = Annotated[bytes, Depends(_json_body)]
"""The bytes of a JSON body."""
