"""Teams."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access.team_rows import granted_to
from api.storage.tables import Assessment, Review, Run, Team

__all__ = ["Team", "add_team", "find_team_by_external_id", "granted_teams", "lock_all_of_team", "remove_team", "teams"]


def add_team(session: Session, team: Team) -> None:
    """Store a new team."""
    session.add(team)
    session.flush()


def find_team_by_external_id(session: Session, external_id: str, organization_id: str) -> Team | None:
    """The team that a portal knows by that id."""
    query = select(Team).where(Team.organization_id == organization_id, Team.external_id == external_id)
    return session.scalars(query).one_or_none()


def teams(session: Session, organization_id: str, *, name: str = "", after: str = "", limit: int) -> Sequence[Team]:
    """Teams of an organization with ids above `after`, oldest first; with a `name`, those whose name has it inside."""
    query = select(Team).where(Team.organization_id == organization_id, Team.id > after)
    if name:
        query = query.where(Team.name.icontains(name, autoescape=True))
    return session.scalars(query.order_by(Team.id).limit(limit)).all()


def granted_teams(session: Session, program_id: str, *, after: str = "", limit: int) -> Sequence[Team]:
    """Teams that cohorts of a program hold by grants, with ids above `after`, oldest first."""
    query = select(Team).where(granted_to(program_id), Team.id > after)
    return session.scalars(query.order_by(Team.id).limit(limit)).all()


def lock_all_of_team(session: Session, team_id: str) -> None:
    """Wait for everybody who writes to a team's windows and reviews, and hold off whoever comes.

    They hold their window or review and then refer to the team; to lock the team first would stop both for ever.
    """
    session.execute(
        select(Assessment.id).where(Assessment.team_id == team_id).order_by(Assessment.id).with_for_update()
    )
    reviews = select(Review.run_id).join(Run, Run.id == Review.run_id).where(Run.team_id == team_id)
    session.execute(reviews.order_by(Review.run_id).with_for_update(of=Review))


def remove_team(session: Session, team: Team) -> None:
    """Delete a team and, by foreign keys, everything that belongs to it."""
    session.delete(team)
    session.flush()
