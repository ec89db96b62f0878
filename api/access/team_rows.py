"""Teams, and which of them an officer may see."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.storage.tables import Assessment, Cohort, CohortGrant, Review, Run, Team

__all__ = [
    "add_team",
    "find_team_by_external_id",
    "get_team",
    "granted_team",
    "granted_teams",
    "granted_to",
    "lock_all_of_team",
    "remove_team",
    "shared_with",
    "teams",
]


def add_team(session: Session, team: Team) -> None:
    """Store a new team."""
    session.add(team)
    session.flush()


def get_team(session: Session, team_id: str, organization_id: str, *, lock: bool = False) -> Team | None:
    """The team of that id in an organization; `lock` holds off everybody else who would change or delete it."""
    # What belongs to a team may be written meanwhile, hence not the strongest lock.
    team = session.get(Team, team_id, with_for_update={"key_share": True} if lock else None)
    return team if team is not None and team.organization_id == organization_id else None


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


def granted_team(session: Session, team_id: str, program_id: str) -> Team | None:
    """The team of that id, if a cohort of the program holds it by a grant that was not revoked."""
    return session.scalars(select(Team).where(granted_to(program_id), Team.id == team_id)).first()


def granted_teams(session: Session, program_id: str, *, after: str = "", limit: int) -> Sequence[Team]:
    """Teams that cohorts of a program hold by grants, with ids above `after`, oldest first."""
    query = select(Team).where(granted_to(program_id), Team.id > after)
    return session.scalars(query.order_by(Team.id).limit(limit)).all()


def granted_to(program_id: str, cohort_id: str | None = None) -> ColumnElement[bool]:
    """The condition that a cohort of a program, or that one of its cohorts, holds the team by a grant in force."""
    granted = select(CohortGrant.team_id).join(Cohort, Cohort.id == CohortGrant.cohort_id)
    granted = granted.where(Cohort.organization_id == program_id, CohortGrant.revoked_at.is_(None))
    if cohort_id is not None:
        granted = granted.where(Cohort.id == cohort_id)
    return Team.id.in_(granted)


def shared_with(option: str) -> ColumnElement[bool]:
    """The condition that a team has chosen an option of `share_with`."""
    # The answer is a list of words from a closed vocabulary; as text it is the same on both databases.
    chosen: ColumnElement[bool] = Team.context["share_with"].as_string().contains(f'"{option}"', autoescape=True)
    return chosen


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
