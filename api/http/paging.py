"""Pages of a long list: the cursor is the last id of the page before, wrapped so that nobody builds on its form."""

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from api.errors import InvalidParameter
from models.base import Fault

__all__ = ["Page", "Paging", "page_of"]

T = TypeVar("T")
R = TypeVar("R")


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None
    """Give it back as `cursor` for the next page; None on the last one."""


class _Paging:
    """Where a page starts and how long it is."""

    def __init__(self, after: str, limit: int) -> None:
        self.after = after
        self.limit = limit


async def _paging(
    limit: Annotated[int, Query(ge=1, le=100, description="Most items on a page.")] = 20,
    cursor: Annotated[str, Query(max_length=200, description="`next_cursor` of the page before.")] = "",
) -> _Paging:
    try:
        after = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if "\0" in after:
            raise ValueError("no id holds a zero byte")
    except ValueError as error:
        detail = "Not a cursor of this list; start again without one."
        raise InvalidParameter([Fault(pointer="cursor", detail=detail)]) from error
    return _Paging(after, limit)


Paging = Annotated[_Paging, Depends(_paging)]


def page_of(rows: Sequence[R], paging: _Paging, view: Callable[[R], T], *, key: Callable[[R], str]) -> Page[T]:
    """A page from up to `limit + 1` rows; the one too many tells that there is another page."""
    shown = rows[: paging.limit]
    more = len(rows) > paging.limit
    cursor = base64.urlsafe_b64encode(key(shown[-1]).encode()).decode().rstrip("=") if more else None
    return Page(items=[view(row) for row in shown], next_cursor=cursor)
