"""Which teams a caller reaches, and how much of each.

A portal and an administrator reach the teams of their own organization. An officer reaches the teams that were granted
to a cohort of the officer's organization, and of those only what the team shares. Everybody else reaches none. What a
caller may not see looks exactly like what does not exist.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from api.access.principals import Principal, Scope
from api.access.team_rows import get_team, granted_team
from api.errors import NotAllowed, NotFound
from api.storage.tables import Team

__all__ = [
    "SHARED_WITH_OFFICER",
    "beyond_reach_as",
    "own_team",
    "sees_run",
    "shares_results",
    "shares_with_officer",
    "team_with_results",
    "visible_team",
]

SHARED_WITH_OFFICER = "program-officer"
"""The option of the context question `share_with` that opens a team's results to its program officer."""


def own_team(session: Session, principal: Principal, team_id: str, *, lock: bool = False) -> Team:
    """A team of the caller's own organization, which the caller may change; `lock` makes others wait who would too.

    Raises:
        NotFound: no such team there.
    """
    team = None
    if principal.scope is not Scope.OFFICER:
        team = get_team(session, team_id, principal.organization_id, lock=lock)
    if team is None:
        raise NotFound("team", team_id)
    return team


def visible_team(session: Session, principal: Principal, team_id: str) -> Team:
    """A team that the caller may know of.

    Raises:
        NotFound: no such team within the caller's reach.
    """
    if principal.scope is Scope.OFFICER:
        team = granted_team(session, team_id, principal.organization_id)
    else:
        team = get_team(session, team_id, principal.organization_id)
    if team is None:
        raise NotFound("team", team_id)
    return team


def shares_with_officer(team: Team) -> bool:
    """Whether a team lets its program officer see its results."""
    return SHARED_WITH_OFFICER in team.context.get("share_with", ())


def sees_run(team: Team, released_at: datetime | None) -> bool:
    """Whether a team sees a run: one that was released, or any once no officer may review, as the team does not share.

    Every page and answer asks here, so that none shows a run that another hides.
    """
    return released_at is not None or not shares_with_officer(team)


def shares_results(team: Team, principal: Principal) -> bool:
    """Whether the caller may see results of a team within reach: its own organization may, an officer if shared."""
    if principal.scope is not Scope.OFFICER:
        return team.organization_id == principal.organization_id
    return shares_with_officer(team)


def team_with_results(session: Session, principal: Principal, team_id: str) -> Team:
    """A team whose results the caller may see.

    Raises:
        NotFound: no such team within the caller's reach.
        NotAllowed: the team does not share its results with its program officer.
    """
    team = visible_team(session, principal, team_id)
    if not shares_results(team, principal):
        raise NotAllowed("This team does not share its results with its program officer.")
    return team


@contextmanager
def beyond_reach_as(what: str, identifier: str) -> Iterator[None]:
    """Let what belongs to a team beyond reach look as if it were missing itself.

    Raises:
        NotFound: of `what`, in place of one of the team.
    """
    try:
        yield
    except NotFound:
        raise NotFound(what, identifier) from None
