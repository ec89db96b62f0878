"""What became of supports that a team was shown."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.storage.tables import FeedbackEvent, MatchStatus, ReviewEvent, Run

__all__ = ["feedback_on_supports", "removals", "statuses_of_matches"]


def feedback_on_supports(
    session: Session, team_id: str, kinds: Collection[str]
) -> Sequence[tuple[datetime, str, str, str | None]]:
    """Time, support, kind and reason of a team's feedback of these kinds, oldest first."""
    columns = (FeedbackEvent.at, FeedbackEvent.support_id, FeedbackEvent.kind, FeedbackEvent.reason)
    query = select(*columns).where(FeedbackEvent.team_id == team_id, FeedbackEvent.kind.in_(kinds))
    rows = session.execute(query.order_by(FeedbackEvent.at, FeedbackEvent.received_at, FeedbackEvent.event_id))
    return [(at, support_id, kind, reason) for at, support_id, kind, reason in rows]


def statuses_of_matches(
    session: Session, team_id: str, statuses: Collection[str]
) -> Sequence[tuple[datetime, str, str, str | None]]:
    """Time, support, status and reason of a team's matches that took these statuses, oldest first."""
    columns = (MatchStatus.at, MatchStatus.support_id, MatchStatus.status, MatchStatus.reason)
    query = select(*columns).where(MatchStatus.team_id == team_id, MatchStatus.status.in_(statuses))
    rows = session.execute(query.order_by(MatchStatus.id))
    return [(at, support_id, status, reason) for at, support_id, status, reason in rows]


def removals(session: Session, team_id: str) -> Sequence[tuple[datetime, str, str | None]]:
    """Time, support and reason of what reviewers removed from a team's runs, oldest first."""
    query = (
        select(ReviewEvent.at, ReviewEvent.support_id, ReviewEvent.payload)
        .join(Run, Run.id == ReviewEvent.run_id)
        .where(Run.team_id == team_id, ReviewEvent.action == "remove", ReviewEvent.support_id.is_not(None))
        .order_by(ReviewEvent.at, ReviewEvent.run_id, ReviewEvent.number)
    )
    return [(at, str(support_id), payload.get("reason")) for at, support_id, payload in session.execute(query)]
