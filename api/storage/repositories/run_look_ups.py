"""The run that a review is about."""

from sqlalchemy.orm import Session

from api.storage.tables import Run

__all__ = ["find_run"]


def find_run(session: Session, run_id: str) -> Run | None:
    """The run of that id."""
    return session.get(Run, run_id)
