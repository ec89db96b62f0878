"""From where a team's results are looked at: by somebody who is signed in, or by a person with an invitation."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from api.access.principals import Permission, Principal, Scope
from api.assessments.closing import settle
from api.assessments.opening import visible_assessment
from api.assessments.rows import Assessment, find_assessment, find_place
from api.errors import NotFound
from api.http.dependencies import DatabaseDep, EngineDep, Now
from api.teams.rows import Team
from api.text.language import _
from api.web.kit.visitors import Asks, InvitedHere, check_path
from models.match import FeedbackKind

__all__ = ["TeamFrame", "Viewing", "Viewpoint", "as_invited", "as_signed_in"]

_TEAMMATE = frozenset({FeedbackKind.HELPFUL, FeedbackKind.NOT_HELPFUL})
_LEAD = frozenset({*_TEAMMATE, FeedbackKind.SAVED, FeedbackKind.UNSAVED, FeedbackKind.STARTED, FeedbackKind.FINISHED})


class TeamFrame(NamedTuple):
    """What stands around each of the four pages."""

    team: str
    base: str
    """Address that theirs begin with."""
    trail: tuple[tuple[str, str], ...]
    """Addresses and words of the way to here."""
    page: str
    """The last part of its address."""
    here: str
    """What it is called."""
    tabs: tuple[tuple[str, str, bool], ...]
    """Address, words, and whether that is this page."""
    invited: bool


@dataclass(frozen=True)
class Viewpoint:
    """Who looks, at which window's results, and where these pages are for them."""

    principal: Principal
    """Of the team's organization. For a person with an invitation a stand-in that reads this window alone."""
    assessment_id: str
    base: str
    """Address of the pages, without a slash at its end."""
    invited: bool
    """Whether an invitation opened it; then nothing is changed from here but what the person thinks of supports."""

    @property
    def may_make(self) -> bool:
        """Whether a plan can be asked for from here."""
        return not self.invited and self.principal.may(Permission.CREATE_RUNS)

    @property
    def marks(self) -> frozenset[FeedbackKind]:
        """What can be said of a support. A lead speaks for the team; a teammate says what helped."""
        return _TEAMMATE if self.invited else _LEAD

    def open(self, session: Session, *, lock: bool = False) -> tuple[Assessment, Team]:
        """The window and its team; `lock` makes others wait who would change the window too.

        Raises:
            NotFound: no such window within reach.
        """
        if lock:
            find_assessment(session, self.assessment_id, lock=True)
        return visible_assessment(session, self.principal, self.assessment_id)

    def frame(self, team: Team, page: str) -> TeamFrame:
        """What stands around the page of that address."""
        pages = {"results": _("Results"), "plan": _("Plan"), "growth": _("Growth"), "guide": _("Meeting guide")}
        trail: tuple[tuple[str, str], ...]
        if self.invited:
            trail = ((self.base.removesuffix("/team"), _("Your check")),)
        else:
            trail = (("/teams", _("Teams")), (f"/teams/{team.id}", team.name))
        tabs = tuple((f"{self.base}/{address}", name, address == page) for address, name in pages.items())
        return TeamFrame(team.name, self.base, trail, page, pages[page], tabs, self.invited)


def as_signed_in(
    request: Request,
    principal: Annotated[Principal, Depends(Asks(Permission.WRITE_TEAMS))],
    database: DatabaseDep,
    engine: EngineDep,
    now: Now,
    assessment_id: str,
) -> None:
    """Look as somebody of the team's own organization; program officers have a desk of their own.

    Raises:
        NotFound: no such window within reach.
    """
    with database.reading() as session:
        visible_assessment(session, principal, assessment_id)
    settle(database, engine, assessment_id, now=now)
    request.state.viewpoint = Viewpoint(principal, assessment_id, f"/assessments/{assessment_id}", invited=False)


def as_invited(request: Request, invitation: InvitedHere, database: DatabaseDep, engine: EngineDep, now: Now) -> None:
    """Look as a person of the team, at the window of the invitation.

    Raises:
        NotFound: the place is gone since.
    """
    with database.reading() as session:
        place = find_place(session, invitation.respondent_id)
        if place is None:
            raise NotFound("respondent", invitation.respondent_id)
        assessment_id, organization_id = place.assessment.id, place.team.organization_id
    settle(database, engine, assessment_id, now=now)
    reader = Principal(f"respondent:{invitation.respondent_id}", organization_id, Scope.PORTAL)
    base = f"{check_path(invitation.respondent_id)}/team"
    request.state.viewpoint = Viewpoint(reader, assessment_id, base, invited=True)


def _viewpoint(request: Request) -> Viewpoint:
    found: Viewpoint = request.state.viewpoint
    return found


Viewing = Annotated[Viewpoint, Depends(_viewpoint)]
"""From where the page is looked at; its router depends on `as_signed_in` or `as_invited`, which note it."""
