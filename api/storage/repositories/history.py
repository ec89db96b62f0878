"""What teams told of supports that they were shown."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.storage.tables import FeedbackEvent

__all__ = ["feedback_on_supports"]


def feedback_on_supports(
    session: Session, team_id: str, kinds: Collection[str]
) -> Sequence[tuple[datetime, str, str, str | None]]:
    """Time, support, kind and reason of a team's feedback of these kinds, oldest first."""
    columns = (FeedbackEvent.at, FeedbackEvent.support_id, FeedbackEvent.kind, FeedbackEvent.reason)
    query = select(*columns).where(FeedbackEvent.team_id == team_id, FeedbackEvent.kind.in_(kinds))
    rows = session.execute(query.order_by(FeedbackEvent.at, FeedbackEvent.received_at, FeedbackEvent.event_id))
    return [(at, support_id, kind, reason) for at, support_id, kind, reason in rows]
