"""Reviews of runs: where each stands, its events, and the queue."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple, TypeVarTuple

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from api.access.team_rows import granted_to, shared_with
from api.storage.tables import Review, ReviewEvent, Run, Team, UtcDateTime

__all__ = ["QueueQuery", "add_review", "append_events", "counts", "events_of", "queue", "removal_events"]

Columns = TypeVarTuple("Columns")
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class QueueQuery(NamedTuple):
    """Which reviews of a program's teams to list."""

    program_id: str
    shared_with: str
    """Option of `share_with` that a team must have chosen."""
    now: datetime
    state: Sequence[str] = ()
    cohort: str | None = None
    team: str | None = None
    assignee: str | None = None
    due_before: datetime | None = None
    overdue: bool = False
    """Only those whose day has passed, and that the team does not see yet."""
    low_confidence: bool | None = None
    unmet_needs: bool | None = None
    sort: Literal["due", "age"] = "due"


def add_review(session: Session, review: Review, first: ReviewEvent) -> None:
    """Store a new review with its first event."""
    session.add_all([review, first])
    session.flush()


def events_of(session: Session, run_ids: Sequence[str]) -> Sequence[ReviewEvent]:
    """The events of some runs, by run and number."""
    query = select(ReviewEvent).where(ReviewEvent.run_id.in_(run_ids))
    return session.scalars(query.order_by(ReviewEvent.run_id, ReviewEvent.number)).all()


def append_events(session: Session, events: Sequence[ReviewEvent]) -> bool:
    """Store new events; False when somebody else has written one of these numbers."""
    session.add_all(events)
    try:
        session.flush()
    except IntegrityError:
        return False
    return True


def removal_events(session: Session, team_id: str) -> Sequence[ReviewEvent]:
    """Removals and undos in all released reviews of a team, by run and number."""
    query = select(ReviewEvent).join(Run, Run.id == ReviewEvent.run_id).join(Review, Review.run_id == Run.id)
    query = query.where(Run.team_id == team_id, Review.released_at.is_not(None))
    query = query.where(ReviewEvent.action.in_(("remove", "undo")))
    return session.scalars(query.order_by(ReviewEvent.run_id, ReviewEvent.number)).all()


def queue(
    session: Session, query: QueueQuery, *, after: tuple[datetime | None, str] | None, limit: int
) -> Sequence[tuple[Review, Run, Team]]:
    """Reviews after a key, by day due (those without one last) or by the age of the run, then by run.

    The documents of the runs are not read.
    """
    due = func.coalesce(Review.due_at, literal(_NEVER, UtcDateTime()))
    keys = _matching(query, select(Review.run_id))
    if query.sort == "age":
        keys = keys.where(Review.run_id > after[1]) if after else keys
        keys = keys.order_by(Review.run_id)
    else:
        if after:
            since = literal(after[0] or _NEVER, UtcDateTime())
            keys = keys.where(or_(due > since, and_(due == since, Review.run_id > after[1])))
        keys = keys.order_by(due, Review.run_id)
    # Only keys are sorted; whole rows are read for the page alone.
    page = session.scalars(keys.limit(limit)).all()
    rows = select(Review, Run, Team).join_from(Review, Run, Run.id == Review.run_id).join(Team, Team.id == Run.team_id)
    rows = rows.where(Review.run_id.in_(page)).options(defer(Run.document), defer(Run.decision_log))
    found = {review.run_id: (review, run, team) for review, run, team in session.execute(rows)}
    return [found[run_id] for run_id in page]


def counts(session: Session, query: QueueQuery) -> dict[str, int]:
    """How many reviews stand in each state."""
    rows = _matching(query, select(Review.state, func.count())).group_by(Review.state)
    return dict(session.execute(rows).all())


def _matching(query: QueueQuery, rows: Select[*Columns]) -> Select[*Columns]:
    rows = rows.join_from(Review, Run, Run.id == Review.run_id).join(Team, Team.id == Run.team_id)
    rows = rows.where(granted_to(query.program_id, query.cohort), shared_with(query.shared_with))
    if query.state:
        rows = rows.where(Review.state.in_(query.state))
    if query.team is not None:
        rows = rows.where(Team.id == query.team)
    if query.assignee is not None:
        rows = rows.where(Review.assignee == query.assignee)
    if query.due_before is not None:
        rows = rows.where(Review.due_at < query.due_before)
    if query.overdue:
        rows = rows.where(Review.due_at < query.now, Review.released_at.is_(None))
    if query.low_confidence is not None:
        rows = rows.where(Review.low_confidence.is_(query.low_confidence))
    if query.unmet_needs is not None:
        rows = rows.where(Review.unmet_needs > 0 if query.unmet_needs else Review.unmet_needs == 0)
    return rows
