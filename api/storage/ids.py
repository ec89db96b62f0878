"""Ids: a word for the kind, and a ULID, so that they sort by age and tell nothing else."""

from datetime import datetime
from typing import Literal

from ulid import ULID

__all__ = ["IdKind", "new_id"]

IdKind = Literal["org", "key", "person", "team", "cohort", "asm", "res", "snap", "run"]


def new_id(kind: IdKind, now: datetime) -> str:
    """A fresh id, such as `team_01JD…`."""
    return f"{kind}_{ULID.from_datetime(now)}"
