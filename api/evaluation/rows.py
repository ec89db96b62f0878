"""Runs of teams that share with researchers."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from api.access.team_rows import granted_to, shared_with
from api.storage.tables import Run, Team

__all__ = ["shared_runs"]


def shared_runs(session: Session, organization_id: str | None, *, option: str, after: str, limit: int) -> Sequence[Run]:
    """Runs with ids above `after`, oldest first, with all that was logged when they were made.

    Args:
        session: a transaction.
        organization_id: whose own or granted teams; None: of everybody.
        option: word of `share_with` that a team must have chosen.
        after: id of the last run that was seen.
        limit: most runs.
    """
    query = select(Run).join(Team, Team.id == Run.team_id).where(Run.id > after)
    query = query.where(shared_with(option))
    if organization_id is not None:
        query = query.where(or_(Team.organization_id == organization_id, granted_to(organization_id)))
    return session.scalars(query.options(undefer(Run.decision_log)).order_by(Run.id).limit(limit)).all()
