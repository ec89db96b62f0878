"""The queue: reviews of the teams that a program officer may see results of."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.access.reach import SHARED_WITH_OFFICER
from api.reviews.rows import QueueQuery, counts, queue
from api.storage.tables import Review, Run, Team
from api.teams.cohorts import own_cohort
from models.review import Moment, ReviewState

__all__ = ["Filters", "QueueItem", "Sort", "Waiting", "list_queue"]


class Sort(StrEnum):
    """Order of the queue."""

    DUE = "due"
    """Earliest day first, those without a day last."""
    AGE = "age"
    """Oldest run first."""


class Filters(NamedTuple):
    """What of the queue to list; every filter must hold, None and empty ones do."""

    state: tuple[ReviewState, ...] = ()
    cohort: str | None = None
    team: str | None = None
    assignee: str | None = None
    """An actor, or `me`."""
    due_before: Moment | None = None
    overdue: bool = False
    low_confidence: bool | None = None
    unmet_needs: bool | None = None


class QueueItem(BaseModel):
    """One review of the queue."""

    run_id: str
    team_id: str
    team_name: str
    state: ReviewState
    version: int
    created_at: datetime
    """When the run was made."""
    due_at: datetime | None
    overdue: bool
    """Whether its day has passed and the team does not see the run yet."""
    assignee: str | None
    second_reader: str | None
    released_at: datetime | None
    low_confidence: bool
    unmet_needs: int


class Waiting(NamedTuple):
    """A page of the queue, one item more than asked for if there are more, and the counts of all."""

    items: list[QueueItem]
    counts: dict[ReviewState, int]


def list_queue(
    session: Session,
    principal: Principal,
    filters: Filters,
    *,
    sort: Sort,
    after: tuple[datetime | None, str] | None,
    limit: int,
    now: datetime,
) -> Waiting:
    """Reviews after a key of the order; the counts ignore the filter by state, and name every state.

    Raises:
        NotFound: the caller's program has no such cohort.
    """
    if filters.cohort is not None:
        own_cohort(session, principal, filters.cohort)
    query = QueueQuery(
        program_id=principal.organization_id,
        shared_with=SHARED_WITH_OFFICER,
        now=now,
        state=tuple(filters.state),
        cohort=filters.cohort,
        team=filters.team,
        assignee=principal.actor if filters.assignee == "me" else filters.assignee,
        due_before=filters.due_before,
        overdue=filters.overdue,
        low_confidence=filters.low_confidence,
        unmet_needs=filters.unmet_needs,
        sort=sort.value,
    )
    rows = queue(session, query, after=after, limit=limit)
    found = counts(session, query._replace(state=()))
    return Waiting(
        [_item(review, run, team, now) for review, run, team in rows],
        {state: found.get(state, 0) for state in ReviewState},
    )


def _item(review: Review, run: Run, team: Team, now: datetime) -> QueueItem:
    return QueueItem(
        run_id=run.id,
        team_id=team.id,
        team_name=team.name,
        state=ReviewState(review.state),
        version=review.version,
        created_at=run.created_at,
        due_at=review.due_at,
        overdue=review.due_at is not None and review.due_at < now and review.released_at is None,
        assignee=review.assignee,
        second_reader=review.second_reader,
        released_at=review.released_at,
        low_confidence=review.low_confidence,
        unmet_needs=review.unmet_needs,
    )
