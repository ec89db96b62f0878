"""Ids: a word for the kind, and a ULID, so that they sort by age and tell nothing else."""

from datetime import datetime
from typing import Literal

from ulid import ULID

__all__ = ["IdKind", "new_id"]

IdKind = Literal["org", "key", "person", "team", "cohort", "asm", "res", "snap", "run"]


def new_id(kind: IdKind, now: datetime, *, after: str | None = None) -> str:
    """A fresh id, such as `team_01JD…`.

    Args:
        kind: of what.
        now: its time.
        after: an id of the same kind that it must sort after, even if the clock was set back since, or if both are of
            one millisecond; the id is then of the time of that one and a millisecond.
    """
    fresh = ULID.from_datetime(now)
    if after is not None:
        last = ULID.from_str(after.removeprefix(f"{kind}_"))
        if fresh.milliseconds <= last.milliseconds:
            fresh = ULID.from_timestamp(last.milliseconds + 1)
    return f"{kind}_{fresh}"
