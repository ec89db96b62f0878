"""Steps in the life of matches."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.storage.tables import MatchStatus, Run, Team

__all__ = ["add_statuses", "lock_team", "newest_run_id", "statuses_of_team"]


def lock_team(session: Session, team_id: str) -> None:
    """Keep other writers of this team's matches out until the transaction ends."""
    session.execute(select(Team.id).where(Team.id == team_id).with_for_update(key_share=True))


def statuses_of_team(session: Session, team_id: str, support_id: str | None = None) -> Sequence[MatchStatus]:
    """All steps of a team's matches, or of one of them, oldest first."""
    query = select(MatchStatus).where(MatchStatus.team_id == team_id)
    if support_id is not None:
        query = query.where(MatchStatus.support_id == support_id)
    return session.scalars(query.order_by(MatchStatus.id)).all()


def add_statuses(session: Session, steps: Sequence[MatchStatus]) -> None:
    """Store new steps."""
    session.add_all(steps)
    session.flush()


def newest_run_id(session: Session, team_id: str) -> str | None:
    """The last run of a team."""
    return session.scalars(select(Run.id).where(Run.team_id == team_id).order_by(Run.id.desc()).limit(1)).first()
