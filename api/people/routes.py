"""People of the caller's organization."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from api.access.principals import Permission, Principal
from api.http.browsers import SettingsDep
from api.http.dependencies import Now, Reading, Require, Writing, problem_responses
from api.http.once import Created, Once
from api.http.paging import Page, Paging, page_of
from api.people.people import NewPerson, PersonView, create_person, disable_person, make_link, person_view
from api.people.rows import people

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["people"])

Administrator = Annotated[Principal, Depends(Require(Permission.ADMINISTER))]


class LinkView(BaseModel):
    """A link that signs a person in once."""

    url: str
    """Shown only now; whoever opens it is that person."""
    expires_at: datetime


@router.post(
    "/people",
    status_code=201,
    response_model=PersonView,
    operation_id="createPerson",
    summary="Add a person who may sign in",
    responses=problem_responses(_409="Somebody signs in with the email.", _422="The body has faults; each is listed."),
)
def post_person(caller: Administrator, session: Writing, once: Once, now: Now, body: NewPerson) -> Response:
    """Add a person to the caller's organization; they enter by a link or by the identity provider."""

    def make() -> Created:
        person = create_person(session, caller.organization_id, body, actor=caller.actor, now=now)
        return Created(person_view(person), f"/v1/people/{person.id}")

    return once(session, make, owner=caller.actor, now=now)


@router.get(
    "/people",
    operation_id="listPeople",
    summary="People of the caller's organization",
    responses=problem_responses(_422="A parameter is not valid."),
)
def list_people(caller: Administrator, session: Reading, paging: Paging) -> Page[PersonView]:
    """Answer one page, oldest first, disabled ones too."""
    rows = people(session, caller.organization_id, after=paging.after, limit=paging.limit + 1)
    return page_of(rows, paging, person_view, key=lambda person: person.id)


@router.post(
    "/people/{person_id}:link",
    operation_id="createSignInLink",
    summary="Make a link that signs a person in once",
    responses=problem_responses(_404="No such person of the caller's.", _409="The person is disabled."),
)
def post_link(caller: Administrator, session: Writing, now: Now, settings: SettingsDep, person_id: str) -> LinkView:
    """Make a link and end the person's earlier ones; hand it over on a way that only they can read."""
    made = make_link(
        session,
        person_id,
        minutes=settings.link_minutes,
        actor=caller.actor,
        now=now,
        organization_id=caller.organization_id,
    )
    return LinkView(url=f"{settings.base_url}/sign-in/link/{made.token}", expires_at=made.expires_at)


@router.post(
    "/people/{person_id}:disable",
    operation_id="disablePerson",
    summary="Sign a person out and let them in no more",
    responses=problem_responses(_404="No such person of the caller's."),
)
def post_disable(caller: Administrator, session: Writing, now: Now, person_id: str) -> PersonView:
    """End the person's sessions and links at once; may be repeated."""
    organization_id = caller.organization_id
    return person_view(disable_person(session, person_id, actor=caller.actor, now=now, organization_id=organization_id))
