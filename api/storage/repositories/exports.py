"""Runs of teams that share with researchers."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from api.storage.tables import Cohort, CohortGrant, Run, Team

__all__ = ["shared_runs"]


def shared_runs(
    session: Session, organization_id: str | None, *, shared_with: str, after: str, limit: int
) -> Sequence[Run]:
    """Runs with ids above `after`, oldest first, with all that was logged when they were made.

    Args:
        session: a transaction.
        organization_id: whose own or granted teams; None: of everybody.
        shared_with: option of `share_with` that a team must have chosen.
        after: id of the last run that was seen.
        limit: most runs.
    """
    query = select(Run).join(Team, Team.id == Run.team_id).where(Run.id > after)
    query = query.where(Team.context["share_with"].as_string().contains(f'"{shared_with}"', autoescape=True))
    if organization_id is not None:
        granted = select(CohortGrant.team_id).join(Cohort, Cohort.id == CohortGrant.cohort_id)
        granted = granted.where(Cohort.organization_id == organization_id, CohortGrant.revoked_at.is_(None))
        query = query.where(or_(Team.organization_id == organization_id, Team.id.in_(granted)))
    return session.scalars(query.options(undefer(Run.decision_log)).order_by(Run.id).limit(limit)).all()
