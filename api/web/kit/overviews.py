"""How things stand with several teams at once, each in one query."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from api.storage.tables import Assessment, Respondent, Review, Run, Snapshot

__all__ = ["Answered", "LatestRun", "answered_in", "latest_assessments", "latest_runs", "with_results"]


class Answered(NamedTuple):
    """How many people are in one mode of a window, and how far they are."""

    invited: int = 0
    started: int = 0
    """Who have saved anything."""
    done: int = 0
    """Who have said that they are done."""


class LatestRun(NamedTuple):
    """The last run of a team."""

    id: str
    assessment_id: str
    released_at: datetime | None


def latest_assessments(session: Session, team_ids: Collection[str]) -> dict[str, Assessment]:
    """The last window of each team that has one."""
    newest = select(Assessment.team_id, func.max(Assessment.wave).label("wave"))
    newest_of = newest.where(Assessment.team_id.in_(team_ids)).group_by(Assessment.team_id).subquery()
    same = and_(Assessment.team_id == newest_of.c.team_id, Assessment.wave == newest_of.c.wave)
    return {found.team_id: found for found in session.scalars(select(Assessment).join(newest_of, same))}


def answered_in(session: Session, assessment_ids: Collection[str]) -> dict[tuple[str, str], Answered]:
    """How far the people of windows are, by window and mode."""
    counts = func.count(), func.count(Respondent.saved_at), func.count(Respondent.submitted_at)
    query = select(Respondent.assessment_id, Respondent.mode, *counts)
    query = query.where(Respondent.assessment_id.in_(assessment_ids))
    rows = session.execute(query.group_by(Respondent.assessment_id, Respondent.mode))
    return {(assessment_id, mode): Answered(*numbers) for assessment_id, mode, *numbers in rows}


def with_results(session: Session, assessment_ids: Collection[str]) -> set[str]:
    """Those of the windows that have frozen results."""
    query = select(Snapshot.assessment_id).where(Snapshot.assessment_id.in_(assessment_ids)).distinct()
    return set(session.scalars(query))


def latest_runs(session: Session, team_ids: Sequence[str]) -> dict[str, LatestRun]:
    """The last run of each team that has one, and when it was released."""
    newest = select(func.max(Run.id)).where(Run.team_id.in_(team_ids)).group_by(Run.team_id)
    query = select(Run.team_id, Run.id, Run.assessment_id, Review.released_at)
    query = query.outerjoin(Review, Review.run_id == Run.id).where(Run.id.in_(newest))
    return {row.team_id: LatestRun(row.id, row.assessment_id, row.released_at) for row in session.execute(query)}
