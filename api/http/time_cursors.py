"""Cursors of lists that are ordered by a time and then by an id."""

import base64
from datetime import datetime

from api.errors import InvalidParameter
from models.base import Fault

__all__ = ["read_cursor", "write_cursor"]


def write_cursor(time: datetime | None, id_: str) -> str:
    """The cursor after an item; items without a time come last."""
    key = f"{time.isoformat() if time else ''} {id_}"
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime | None, str] | None:
    """Time and id of the last item that was seen; None at the start.

    Raises:
        InvalidParameter: not a cursor that `write_cursor` gave.
    """
    if not cursor:
        return None
    try:
        text, _, id_ = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(" ")
        time = datetime.fromisoformat(text) if text else None
        if "\0" in id_ or not id_ or (time is not None and (time.tzinfo is None or not 2000 <= time.year < 2200)):
            raise ValueError("not a time and an id")
    except ValueError as error:
        detail = "Not a cursor of this list; start again without one."
        raise InvalidParameter([Fault(pointer="cursor", detail=detail)]) from error
    return time, id_
