"""People who sign in to the pages: added by an administrator, let in by link, password or identity provider."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.keys import hash_secret
from api.access.principals import OrganizationScope, Scope
from api.access.session_rows import end_sessions
from api.errors import Conflict, NotFound
from api.people.keys import must_fit
from api.people.rows import add_person, add_sign_in_link, end_links, find_person_by_email, get_person
from api.storage.ids import new_id
from api.storage.tables import Person, SignInLink
from api.text.names import Name

__all__ = [
    "AnyNewPerson",
    "NewLink",
    "NewPerson",
    "PersonView",
    "create_person",
    "disable_person",
    "make_link",
    "person_view",
]


class AnyNewPerson(BaseModel):
    """A person to add, to an organization or to the instance."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, Field(min_length=3, max_length=200, pattern=r"^[!-?A-~]+@[!-?A-~]+$")] = Field(
        examples=["dana@example.org"]
    )
    name: Name = Field(examples=["Dana Reyes"])
    scope: Scope


class NewPerson(AnyNewPerson):
    """A person to add."""

    scope: OrganizationScope


class PersonView(BaseModel):
    """A person, as an administrator sees them."""

    id: str
    email: str
    name: str
    scope: Scope
    has_password: bool
    uses_identity_provider: bool
    """Whether the identity provider has vouched for them once."""
    created_at: datetime
    disabled_at: datetime | None


class NewLink(NamedTuple):
    """A link's token, which is not kept and cannot be shown again, and when it ends."""

    token: str
    expires_at: datetime


def person_view(person: Person) -> PersonView:
    """A person without anything secret."""
    return PersonView(
        id=person.id,
        email=person.email,
        name=person.name,
        scope=Scope(person.scope),
        has_password=person.password_hash is not None,
        uses_identity_provider=person.oidc_subject is not None,
        created_at=person.created_at,
        disabled_at=person.disabled_at,
    )


def create_person(
    session: Session, organization_id: str | None, new: AnyNewPerson, *, actor: str, now: datetime
) -> Person:
    """Add a person to an organization, or an operator to the instance (None).

    They have no password: a link lets them in, and they may set one.

    Raises:
        Conflict: the email is taken, here or in another organization, which is not said; or as `must_fit`.
    """
    must_fit(new.scope, organization_id)
    person = Person(
        id=new_id("person", now),
        organization_id=organization_id,
        email=new.email.lower(),
        name=new.name,
        scope=new.scope,
        created_at=now,
    )
    # Two callers at once may both find nobody of that email; then the database lets only the first one through.
    if find_person_by_email(session, person.email) is not None or not add_person(session, person):
        raise Conflict("This email cannot be added: somebody signs in with it already.")
    detail = {"scope": new.scope}
    note(session, "person.create", person.id, actor=actor, organization_id=organization_id, now=now, detail=detail)
    return person


def make_link(
    session: Session, person_id: str, *, minutes: int, actor: str, now: datetime, organization_id: str | None = None
) -> NewLink:
    """A link that signs a person in once; their earlier links end.

    Args:
        session: a writing transaction.
        person_id: whom it signs in.
        minutes: how long it may be used.
        actor: who makes it.
        now: the time.
        organization_id: whose people are within reach; None for all, as on the command line.

    Raises:
        NotFound: no such person within reach.
        Conflict: the person is disabled.
    """
    person = _within_reach(session, person_id, organization_id)
    if person.disabled_at is not None:
        raise Conflict("This person is disabled.")
    end_links(session, person.id)
    made = NewLink(secrets.token_urlsafe(32), now + timedelta(minutes=minutes))
    link = SignInLink(
        token_hash=hash_secret(made.token), person_id=person.id, created_at=now, expires_at=made.expires_at
    )
    add_sign_in_link(session, link)
    note(session, "person.link", person.id, actor=actor, organization_id=person.organization_id, now=now)
    return made


def disable_person(
    session: Session, person_id: str, *, actor: str, now: datetime, organization_id: str | None = None
) -> Person:
    """Sign a person out everywhere and let them in no more; may be repeated.

    Raises:
        NotFound: no such person within reach (see `make_link`).
    """
    person = _within_reach(session, person_id, organization_id)
    if person.disabled_at is None:
        person.disabled_at = now
        session.flush()
        end_links(session, person.id)
        end_sessions(session, now=now, person_id=person.id)
        note(session, "person.disable", person.id, actor=actor, organization_id=person.organization_id, now=now)
    return person


def _within_reach(session: Session, person_id: str, organization_id: str | None) -> Person:
    person = get_person(session, person_id)
    if person is None or organization_id not in (None, person.organization_id):
        raise NotFound("person", person_id)
    return person
