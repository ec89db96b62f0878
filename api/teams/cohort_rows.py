"""Cohorts of a program, and the grants by which teams are in them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.storage.tables import Cohort, CohortGrant, Organization, Team

__all__ = [
    "active_grant",
    "add_cohort",
    "add_grant",
    "cohort_teams",
    "cohorts",
    "end_grant",
    "find_cohort",
    "grants_of",
]


def add_cohort(session: Session, cohort: Cohort) -> None:
    """Store a new cohort."""
    session.add(cohort)
    session.flush()


def find_cohort(session: Session, cohort_id: str) -> Cohort | None:
    """The cohort of that id, whoever's it is."""
    return session.get(Cohort, cohort_id)


def cohorts(session: Session, organization_id: str, *, after: str = "", limit: int) -> Sequence[Cohort]:
    """Cohorts of a program with ids above `after`, oldest first."""
    query = select(Cohort).where(Cohort.organization_id == organization_id, Cohort.id > after)
    return session.scalars(query.order_by(Cohort.id).limit(limit)).all()


def cohort_teams(session: Session, cohort_id: str) -> Sequence[tuple[Team, str, datetime]]:
    """Teams in a cohort, the names of their organizations, and since when; by team id."""
    query = (
        select(Team, Organization.name, CohortGrant.granted_at)
        .join(CohortGrant, CohortGrant.team_id == Team.id)
        .join(Organization, Organization.id == Team.organization_id)
        .where(CohortGrant.cohort_id == cohort_id, CohortGrant.revoked_at.is_(None))
        .order_by(Team.id)
    )
    return [(team, organization, granted_at) for team, organization, granted_at in session.execute(query)]


def active_grant(session: Session, cohort_id: str, team_id: str) -> CohortGrant | None:
    """The grant that has a team in a cohort now."""
    query = select(CohortGrant).where(
        CohortGrant.cohort_id == cohort_id, CohortGrant.team_id == team_id, CohortGrant.revoked_at.is_(None)
    )
    return session.scalars(query.with_for_update()).one_or_none()


def grants_of(session: Session, team_id: str) -> Sequence[tuple[Cohort, CohortGrant]]:
    """Every grant of a team with its cohort, ended ones too, oldest first."""
    query = (
        select(Cohort, CohortGrant)
        .join(CohortGrant, CohortGrant.cohort_id == Cohort.id)
        .where(CohortGrant.team_id == team_id)
        .order_by(CohortGrant.id)
    )
    return [(cohort, grant) for cohort, grant in session.execute(query)]


def add_grant(session: Session, grant: CohortGrant) -> bool:
    """Store a new grant; False when the team is in the cohort already, and then the transaction goes on."""
    try:
        with session.begin_nested():
            session.add(grant)
    except IntegrityError:
        return False
    return True


def end_grant(session: Session, grant: CohortGrant, *, actor: str, now: datetime) -> None:
    """End a grant; its line stays."""
    grant.revoked_at, grant.revoked_by = now, actor
    session.flush()
