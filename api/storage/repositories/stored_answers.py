"""Kept answers of creating calls."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.storage.tables import StoredAnswer

__all__ = ["find_stored_answer", "forget_stored_answers", "store_answer"]


def find_stored_answer(session: Session, owner: str, key: str) -> StoredAnswer | None:
    """The answer kept for a caller's key."""
    return session.get(StoredAnswer, (owner, key))


def store_answer(session: Session, answer: StoredAnswer) -> None:
    """Keep an answer."""
    session.add(answer)
    session.flush()


def forget_stored_answers(session: Session, *, before: datetime) -> None:
    """Drop answers older than a time."""
    session.execute(delete(StoredAnswer).where(StoredAnswer.created_at < before))
