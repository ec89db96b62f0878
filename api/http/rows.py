"""Kept answers of creating calls."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.storage.tables import StoredAnswer

__all__ = ["find_stored_answer", "forget_stored_answers", "lock_stored_answer", "store_answer"]


def find_stored_answer(session: Session, owner: str, key: str) -> StoredAnswer | None:
    """The answer kept for a caller's key."""
    return session.get(StoredAnswer, (owner, key))


def lock_stored_answer(session: Session, owner: str, key: str) -> None:
    """Wait until no other transaction has this caller's key in hand; on SQLite there is one writer anyway."""
    if session.connection().dialect.name == "postgresql":
        digest = hashlib.sha256(f"{owner}\n{key}".encode()).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def store_answer(session: Session, answer: StoredAnswer) -> None:
    """Keep an answer."""
    session.add(answer)
    session.flush()


def forget_stored_answers(session: Session, *, before: datetime) -> None:
    """Drop answers older than a time."""
    session.execute(delete(StoredAnswer).where(StoredAnswer.created_at < before))
