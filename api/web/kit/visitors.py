"""Who may see a page: people who are signed in, and people with an invitation to a check."""

from typing import Annotated

from fastapi import Depends, Request

from api.access.principals import Permission, Principal, Scope
from api.access.sessions import SignedInPerson
from api.assessments.answers import Invitation, invitation_of
from api.errors import Unauthenticated
from api.http.browsers import OwnSession
from api.http.dependencies import DatabaseDep
from api.text.language import _
from api.web.kit.rendering import Visitor

__all__ = ["CHECK_COOKIE", "DEVICE_COOKIE", "HOMES", "Asks", "InvitedHere", "PersonHere", "QualityReader", "check_path"]

CHECK_COOKIE = "trellis_check"
"""Holds what opens a person's answers. Its path is that of the one check, so that a browser may hold several."""

DEVICE_COOKIE = "trellis_device"
"""Beside it: a word by chance that tells this browser from the person's others, and nothing about it."""

HOMES = {
    Scope.PORTAL: "/teams",
    Scope.ADMIN: "/teams",
    Scope.OFFICER: "/desk",
    Scope.CURATOR: "/catalog",
    Scope.EVALUATOR: "/quality",
    Scope.OPERATOR: "/catalog/versions",
}
"""The page on which people of each scope begin."""


def _person(request: Request, who: OwnSession) -> SignedInPerson:
    request.state.visitor = Visitor(who.person.name, who.principal.scope)
    return who


PersonHere = Annotated[SignedInPerson, Depends(_person)]
"""Whoever is signed in, of any scope; others are led to the sign-in and back."""


class Asks:
    """A dependency that gives the person who is signed in, who must hold a permission.

    `Annotated[Principal, Depends(Asks(Permission.REVIEW))]`.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, who: PersonHere) -> Principal:
        """The person, as the caller of use cases.

        Raises:
            Unauthenticated: nobody is signed in; a browser is led to the sign-in and back.
            NotAllowed: the person's scope does not hold the permission.
        """
        who.principal.must(self.permission)
        return who.principal


QualityReader = Annotated[Principal, Depends(Asks(Permission.READ_QUALITY))]
"""Somebody who looks at how well the catalog and the lists serve teams."""


def check_path(respondent_id: str) -> str:
    """Where a person's own check is, and below it what the person may see of the team."""
    return f"/check/{respondent_id}"


def _invited(request: Request, database: DatabaseDep, respondent_id: str) -> Invitation:
    invitation = invitation_of(database, request.cookies.get(CHECK_COOKIE, ""))
    if invitation.respondent_id != respondent_id:
        raise Unauthenticated("This browser holds another invitation.")
    request.state.actor = f"respondent:{respondent_id}"
    request.state.visitor = Visitor(_("Your check"), None, f"{check_path(respondent_id)}/leave")
    return invitation


InvitedHere = Annotated[Invitation, Depends(_invited)]
"""The invitation of the person whose check the path names by `respondent_id`; 401 without it."""
