"""The run that a review is about."""

from sqlalchemy.orm import Session

from api.storage.tables import Run, Snapshot

__all__ = ["answers_behind", "find_run"]


def find_run(session: Session, run_id: str) -> Run | None:
    """The run of that id."""
    return session.get(Run, run_id)


def answers_behind(session: Session, run: Run) -> str:
    """The assessment file (JSON) that a run was made from."""
    return session.get_one(Snapshot, run.snapshot_id).assessment
