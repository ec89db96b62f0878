"""Teams, and which of them an officer may see."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.storage.tables import Cohort, CohortGrant, Team

__all__ = [
    "get_team",
    "granted_team",
    "granted_to",
    "shared_with",
]


def get_team(session: Session, team_id: str, organization_id: str, *, lock: bool = False) -> Team | None:
    """The team of that id in an organization; `lock` holds off everybody else who would change or delete it."""
    # What belongs to a team may be written meanwhile, hence not the strongest lock.
    team = session.get(Team, team_id, with_for_update={"key_share": True} if lock else None)
    return team if team is not None and team.organization_id == organization_id else None


def granted_team(session: Session, team_id: str, program_id: str) -> Team | None:
    """The team of that id, if a cohort of the program holds it by a grant that was not revoked."""
    return session.scalars(select(Team).where(granted_to(program_id), Team.id == team_id)).first()


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
