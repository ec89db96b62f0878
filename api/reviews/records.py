"""Reviews as they are stored: how one is opened, and its events as values and as rows."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from api.access.reach import shares_with_officer
from api.reviews.desk import undone
from api.reviews.fold import fold, lists_of
from api.reviews.matches import offer
from api.reviews.rows import add_review, removal_events
from api.runs.stored import run_document
from api.storage.tables import Review as ReviewRow
from api.storage.tables import ReviewEvent as EventRow
from api.storage.tables import Run, Team
from api.teams.teams import ReviewPolicy
from models.review import Action, Opened, Review, ReviewEvent
from models.vocab import ScoreStatus, Visibility

__all__ = [
    "StandingRemoval",
    "event_row",
    "events_in",
    "kept_supports",
    "open_review",
    "standing_removals",
    "update_row",
    "waits_for_review",
]

_ACTION: TypeAdapter[Action] = TypeAdapter(Action)


class StandingRemoval(NamedTuple):
    """That a reviewer removed a support and nobody took it back."""

    at: datetime
    support_id: str
    reason: str


def waits_for_review(team: Team) -> bool:
    """Whether a team's runs are shown to it only after their review; without sharing there is nobody to review."""
    return shares_with_officer(team) and team.review_policy == ReviewPolicy.BEFORE_RELEASE


def open_review(session: Session, run: Run, team: Team, *, days: int, now: datetime) -> ReviewRow:
    """The review of a new run, due after some days.

    Where the team's policy says so, and where nobody may review because the team does not share with its program
    officer, the team sees the run at once; then its matches are offered already.
    """
    document = run_document(run)
    did = Opened(
        before_release=waits_for_review(team),
        due_at=now + timedelta(days=days) if shares_with_officer(team) else None,
    )
    first = ReviewEvent(number=1, at=now, actor=run.created_by, did=did)
    review = fold(lists_of(document), [first])
    profile = document.profile
    row = ReviewRow(
        run_id=run.id,
        low_confidence=profile.visibility is Visibility.NOTHING
        or any(score.status is ScoreStatus.TOO_FEW_ANSWERS for score in profile.domains),
        unmet_needs=sum(len(one.unmet_needs) for one in document.lists),
    )
    update_row(row, review, version=1, now=now)
    add_review(session, row, event_row(run.id, first))
    if review.released_at is not None:
        offer(session, team.id, run.id, kept_supports(review), actor=run.created_by, now=now)
    return row


def events_in(rows: Sequence[EventRow]) -> tuple[ReviewEvent, ...]:
    """Stored events as values."""
    return tuple(ReviewEvent(number=row.number, at=row.at, actor=row.actor, did=_action(row)) for row in rows)


def standing_removals(session: Session, team_id: str) -> tuple[StandingRemoval, ...]:
    """What reviewers removed from released runs of a team and did not take back, by run and event."""
    by_run: dict[str, list[EventRow]] = {}
    for row in removal_events(session, team_id):
        by_run.setdefault(row.run_id, []).append(row)
    standing = []
    for rows in by_run.values():
        # Undos of other events are among them; they end nothing here.
        events = events_in(rows)
        gone = undone(events)
        standing += [
            StandingRemoval(row.at, str(row.support_id), row.payload["reason"])
            for row in rows
            if row.action == "remove" and row.number not in gone
        ]
    return tuple(standing)


def update_row(row: ReviewRow, review: Review, *, version: int, now: datetime) -> None:
    """Keep beside the events, for the queue, what they add up to."""
    reading = review.second_reading
    row.state = review.state
    row.version = version
    row.assignee = review.assignee
    row.second_reader = (reading.reader or reading.read_by) if reading else None
    row.due_at = review.due_at
    row.released_at = review.released_at
    row.updated_at = now


def event_row(run_id: str, event: ReviewEvent) -> EventRow:
    """An event to store."""
    payload = event.did.model_dump(mode="json", exclude={"action", "support_id"})
    return EventRow(
        run_id=run_id,
        number=event.number,
        at=event.at,
        actor=event.actor,
        action=event.did.action,
        support_id=getattr(event.did, "support_id", None),
        payload=payload,
    )


def kept_supports(review: Review) -> tuple[str, ...]:
    """Ids of what is in the lists, in their order."""
    return tuple(entry.support_id for one in review.lists for entry in one.kept)


def _action(row: EventRow) -> Action:
    about = {} if row.support_id is None else {"support_id": row.support_id}
    return _ACTION.validate_json(json.dumps({"action": row.action, **about, **row.payload}))
