"""Recommendation runs, with where their review stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, undefer

from api.storage.tables import Assessment, Review, Run, Snapshot

__all__ = [
    "LatestRun",
    "Run",
    "add_run",
    "find_review",
    "find_run",
    "has_released_run",
    "is_assessment_of",
    "latest_runs",
    "newest_snapshot_of",
    "run_before",
    "runs_of_assessment",
    "runs_of_team",
]


class LatestRun(NamedTuple):
    """The last run of a team."""

    id: str
    assessment_id: str
    released_at: datetime | None


def add_run(session: Session, run: Run) -> None:
    """Store a new run."""
    session.add(run)
    session.flush()


def find_run(session: Session, run_id: str, *, inputs: bool = False) -> Run | None:
    """The run of that id; with `inputs`, what it was made of is read at once too."""
    options = [undefer(Run.assessment), undefer(Run.decision_log)] if inputs else []
    return session.get(Run, run_id, options=options)


def find_review(session: Session, run_id: str, *, lock: bool = False) -> Review | None:
    """Where a run's review stands; `lock` keeps other writers out until the transaction ends."""
    return session.get(Review, run_id, with_for_update=lock or None, populate_existing=lock)


def runs_of_team(
    session: Session, team_id: str, *, before: str = "", limit: int
) -> Sequence[tuple[Run, Review | None]]:
    """Runs of a team with ids below `before`, newest first, without their documents."""
    query = select(Run, Review).outerjoin(Review, Review.run_id == Run.id).where(Run.team_id == team_id)
    if before:
        query = query.where(Run.id < before)
    rows = session.execute(query.options(defer(Run.document)).order_by(Run.id.desc()).limit(limit))
    return [(run, review) for run, review in rows]


def runs_of_assessment(session: Session, assessment_id: str) -> Sequence[tuple[Run, Review | None]]:
    """Runs of a window's results, newest first, without their documents."""
    query = select(Run, Review).outerjoin(Review, Review.run_id == Run.id).where(Run.assessment_id == assessment_id)
    rows = session.execute(query.options(defer(Run.document)).order_by(Run.id.desc()))
    return [(run, review) for run, review in rows]


def latest_runs(session: Session, team_ids: Sequence[str]) -> dict[str, LatestRun]:
    """The last run of each team that has one, and when it was released."""
    newest = select(func.max(Run.id)).where(Run.team_id.in_(team_ids)).group_by(Run.team_id)
    query = select(Run.team_id, Run.id, Run.assessment_id, Review.released_at)
    query = query.outerjoin(Review, Review.run_id == Run.id).where(Run.id.in_(newest))
    return {row.team_id: LatestRun(row.id, row.assessment_id, row.released_at) for row in session.execute(query)}


def newest_run(session: Session, team_id: str) -> str | None:
    """Id of a team's last run; None before the first."""
    return session.scalars(select(func.max(Run.id)).where(Run.team_id == team_id)).one()


def run_before(session: Session, run: Run, *, released: bool = False) -> str | None:
    """Id of the run that a team had before this one, or of the last released one before it."""
    query = select(Run.id).where(Run.team_id == run.team_id, Run.id < run.id).order_by(Run.id.desc()).limit(1)
    if released:
        query = query.join(Review, Review.run_id == Run.id).where(Review.released_at.is_not(None))
    return session.scalars(query).first()


def newest_snapshot_of(session: Session, team_id: str, assessment_id: str | None = None) -> Snapshot | None:
    """The results in force (agreed ones first) of one assessment of a team, or of the latest of its that has any."""
    query = select(Snapshot).join(Assessment, Assessment.id == Snapshot.assessment_id)
    query = query.where(Assessment.team_id == team_id)
    if assessment_id is not None:
        query = query.where(Assessment.id == assessment_id)
    # "consensus" sorts before "individual".
    query = query.order_by(Assessment.wave.desc(), Snapshot.mode, Snapshot.number.desc())
    return session.scalars(query.limit(1)).first()


def is_assessment_of(session: Session, assessment_id: str, team_id: str) -> bool:
    """Whether a team has an assessment of that id."""
    assessment = session.get(Assessment, assessment_id)
    return assessment is not None and assessment.team_id == team_id


def has_released_run(session: Session, snapshot_id: str) -> bool:
    """Whether any run of these frozen results was released to the team and still is."""
    query = select(Run.id).join(Review, Review.run_id == Run.id)
    query = query.where(Run.snapshot_id == snapshot_id, Review.released_at.is_not(None))
    return session.scalars(query.limit(1)).first() is not None
