"""People who sign in, their links and sessions, and browsers that are away at the identity provider."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.storage.tables import OidcAttempt, Person, SignInLink

__all__ = [
    "add_oidc_attempt",
    "add_person",
    "add_sign_in_link",
    "end_links",
    "find_link",
    "find_person_by_email",
    "find_person_by_subject",
    "get_person",
    "people",
    "take_oidc_attempt",
]


def add_person(session: Session, person: Person) -> bool:
    """Store a new person; False when the email is taken, and then the transaction goes on."""
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        return False
    return True


def get_person(session: Session, person_id: str) -> Person | None:
    """The person of that id."""
    return session.get(Person, person_id)


def find_person_by_email(session: Session, email: str) -> Person | None:
    """The person of that email, which is in lower case."""
    return session.scalars(select(Person).where(Person.email == email)).one_or_none()


def find_person_by_subject(session: Session, subject: str) -> Person | None:
    """The person whom the identity provider knows by that subject."""
    return session.scalars(select(Person).where(Person.oidc_subject == subject)).one_or_none()


def people(
    session: Session, organization_id: str | None = None, *, after: str = "", limit: int | None = None
) -> Sequence[Person]:
    """The people of one organization, or all, with ids above `after`, oldest first."""
    query = select(Person).where(Person.id > after).order_by(Person.id).limit(limit)
    if organization_id is not None:
        query = query.where(Person.organization_id == organization_id)
    return session.scalars(query).all()


def add_sign_in_link(session: Session, link: SignInLink) -> None:
    """Store a new link."""
    session.add(link)
    session.flush()


def find_link(session: Session, token_hash: str) -> SignInLink | None:
    """The link of that hash; who reads it for using it is alone with it until the transaction ends."""
    return session.scalars(
        select(SignInLink).where(SignInLink.token_hash == token_hash).with_for_update()
    ).one_or_none()


def end_links(session: Session, person_id: str) -> None:
    """Drop the links of a person, used or not."""
    session.execute(delete(SignInLink).where(SignInLink.person_id == person_id))


def add_oidc_attempt(session: Session, attempt: OidcAttempt) -> None:
    """Remember a browser that goes to the identity provider."""
    session.add(attempt)
    session.flush()


def take_oidc_attempt(session: Session, state_hash: str) -> OidcAttempt | None:
    """The attempt of that state, which is thereby used up; None when there is none, or another call took it."""
    query = delete(OidcAttempt).where(OidcAttempt.state_hash == state_hash).returning(OidcAttempt)
    return session.scalars(query).one_or_none()
