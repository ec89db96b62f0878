"""Versions of things in headers: a reader may keep what it has, a writer must say what it changes."""

from typing import Annotated

from fastapi import Depends, Header, Response

from api.errors import PreconditionRequired, StaleVersion

__all__ = ["IfMatch", "IfNoneMatch", "etag_of", "unchanged"]

IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", max_length=500, description="ETags that the caller has already.")
]


def etag_of(version: int | str) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def unchanged(etag: str, given: str | None) -> Response | None:
    """A 304 when the caller has this version already, else None."""
    if given is None or (given.strip() != "*" and etag not in _tags(given)):
        return None
    return Response(status_code=304, headers={"ETag": etag})


class _IfMatch:
    """What a writer said in If-Match."""

    def __init__(self, given: str | None) -> None:
        self._given = given

    def check(self, etag: str) -> None:
        """Go on only if the caller knows the present version.

        Raises:
            PreconditionRequired: the header is missing.
            StaleVersion: the thing has another version by now.
        """
        if self._given is None:
            raise PreconditionRequired("Send the ETag that you read as If-Match, so that nobody's change is lost.")
        if self._given.strip() != "*" and etag not in _tags(self._given):
            raise StaleVersion(f"The version is {etag} now; read it again and repeat the change.")


async def _if_match(
    given: Annotated[
        str | None, Header(alias="If-Match", max_length=500, description="The ETag of the version that is changed.")
    ] = None,
) -> _IfMatch:
    return _IfMatch(given)


def _tags(given: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in given.split(",")]


IfMatch = Annotated[_IfMatch, Depends(_if_match)]
