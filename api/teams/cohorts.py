"""Cohorts: a program's officers see a team only because the team's own organization put it there.

Either side may end a grant. Grants stay as history, and both organizations find them in their audit.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.key_rows import find_organization
from api.access.principals import Principal, Scope
from api.access.reach import own_team, shares_with_officer
from api.access.team_rows import granted_team
from api.errors import Conflict, NotFound
from api.storage.ids import new_id
from api.storage.tables import Cohort, CohortGrant, Team
from api.teams.cohort_rows import active_grant, add_cohort, add_grant, cohort_teams, end_grant, find_cohort, grants_of
from api.text.names import Name
from models.vocab import Form
from recommender.reading.fold import clean

__all__ = [
    "CohortDetail",
    "CohortTeam",
    "CohortView",
    "GrantHistory",
    "GrantView",
    "NewCohort",
    "cohort_detail",
    "cohort_view",
    "create_cohort",
    "grant_team",
    "own_cohort",
    "revoke_team",
    "team_grants",
]


class NewCohort(BaseModel):
    """A cohort to create."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["On-track cohort 2026"])

    @field_validator("name")
    @classmethod
    def _visible(cls, name: str) -> str:
        if not (cleaned := clean(name)):
            raise ValueError("Expected a name of which something is seen.")
        return cleaned


class CohortView(BaseModel):
    """A cohort."""

    id: str
    name: str
    created_at: datetime


class CohortTeam(BaseModel):
    """A team in a cohort, as far as an officer may know of it."""

    id: str
    name: str
    form: Form
    organization: str
    """Name of the organization that put it there."""
    granted_at: datetime
    shares_results: bool
    """Whether the team opens its results to its program officer."""


class CohortDetail(CohortView):
    """A cohort with the teams that are in it now."""

    teams: list[CohortTeam]


class GrantView(BaseModel):
    """A team's place in a cohort."""

    cohort_id: str
    cohort: str
    """Name of the cohort."""
    program: str
    """Name of the organization whose officers may know of the team by this."""
    team_id: str
    granted_at: datetime
    revoked_at: datetime | None
    """None as long as the grant holds."""


class GrantHistory(BaseModel):
    """Every grant of a team."""

    items: list[GrantView]


def cohort_view(cohort: Cohort) -> CohortView:
    """A cohort for its program."""
    return CohortView(id=cohort.id, name=cohort.name, created_at=cohort.created_at)


def cohort_detail(session: Session, cohort: Cohort) -> CohortDetail:
    """A cohort for its program, with its teams in the order of their ids."""
    teams = [
        CohortTeam(
            id=team.id,
            name=team.name,
            form=Form(team.form),
            organization=organization,
            granted_at=granted_at,
            shares_results=shares_with_officer(team),
        )
        for team, organization, granted_at in cohort_teams(session, cohort.id)
    ]
    return CohortDetail(id=cohort.id, name=cohort.name, created_at=cohort.created_at, teams=teams)


def create_cohort(session: Session, principal: Principal, new: NewCohort, *, now: datetime) -> Cohort:
    """Store a new cohort of the caller's organization, which becomes its program."""
    cohort = Cohort(id=new_id("cohort", now), organization_id=principal.organization_id, name=new.name, created_at=now)
    add_cohort(session, cohort)
    note(session, "cohort.create", cohort.id, actor=principal.actor, organization_id=cohort.organization_id, now=now)
    return cohort


def own_cohort(session: Session, principal: Principal, cohort_id: str) -> Cohort:
    """A cohort of the caller's organization.

    Raises:
        NotFound: no such cohort there.
    """
    cohort = find_cohort(session, cohort_id)
    if cohort is None or cohort.organization_id != principal.organization_id:
        raise NotFound("cohort", cohort_id)
    return cohort


def grant_team(session: Session, principal: Principal, cohort_id: str, team_id: str, *, now: datetime) -> GrantView:
    """Let the officers of a cohort's program see a team of the caller's; what is granted already stays as it is.

    The id of a foreign cohort is enough: the program hands it out, and gains nothing that it is not given.

    Raises:
        NotFound: no such team of the caller's, or no such cohort.
    """
    team = own_team(session, principal, team_id)
    cohort = find_cohort(session, cohort_id)
    if cohort is None:
        raise NotFound("cohort", cohort_id)
    grant = active_grant(session, cohort_id, team_id) or _add(session, cohort, team, principal.actor, now)
    return _grant_view(session, cohort, grant)


def revoke_team(session: Session, principal: Principal, cohort_id: str, team_id: str, *, now: datetime) -> None:
    """Take a team out of a cohort, by the team's organization or by the program; it may be out already.

    Raises:
        NotFound: the caller reaches no such team or cohort: of other programs' cohorts, a team knows those that it is
            or was in.
    """
    cohort = find_cohort(session, cohort_id)
    ours = cohort is not None and cohort.organization_id == principal.organization_id
    if ours and principal.scope in (Scope.OFFICER, Scope.ADMIN):
        # Never through another program's grant: a team that is not in a cohort of ours is unknown to us.
        team = granted_team(session, team_id, principal.organization_id) or own_team(session, principal, team_id)
    else:
        team = own_team(session, principal, team_id)
        ours = ours or any(known.id == cohort_id for known, _ in grants_of(session, team.id))
    if cohort is None or not ours:
        raise NotFound("cohort", cohort_id)
    grant = active_grant(session, cohort_id, team_id)
    if grant is not None:
        end_grant(session, grant, actor=principal.actor, now=now)
        _note_both(session, "cohort.revoke", cohort, team, principal.actor, now)


def team_grants(session: Session, principal: Principal, team_id: str) -> list[GrantView]:
    """Every grant of a team of the caller's, oldest first.

    Raises:
        NotFound: no such team of the caller's.
    """
    team = own_team(session, principal, team_id)
    return [_grant_view(session, cohort, grant) for cohort, grant in grants_of(session, team.id)]


def _grant_view(session: Session, cohort: Cohort, grant: CohortGrant) -> GrantView:
    program = find_organization(session, cohort.organization_id)
    return GrantView(
        cohort_id=cohort.id,
        cohort=cohort.name,
        program=program.name if program else "",
        team_id=grant.team_id,
        granted_at=grant.granted_at,
        revoked_at=grant.revoked_at,
    )


def _add(session: Session, cohort: Cohort, team: Team, actor: str, now: datetime) -> CohortGrant:
    grant = CohortGrant(cohort_id=cohort.id, team_id=team.id, granted_at=now, granted_by=actor)
    if not add_grant(session, grant):  # another caller was quicker with the same grant
        found = active_grant(session, cohort.id, team.id)
        if found is None:
            raise Conflict("Another call changed the same thing at the same time; nothing was written.")
        return found
    _note_both(session, "cohort.grant", cohort, team, actor, now)
    return grant


def _note_both(session: Session, action: str, cohort: Cohort, team: Team, actor: str, now: datetime) -> None:
    for organization_id in sorted({cohort.organization_id, team.organization_id}):
        note(
            session,
            action,
            team.id,
            actor=actor,
            organization_id=organization_id,
            now=now,
            detail={"cohort": cohort.id},
        )
