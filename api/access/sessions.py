"""People who are signed in: a random token in a cookie, its hash in the database."""

import secrets
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy.orm import Session

from api.access.keys import hash_secret
from api.access.principals import INSTANCE, Principal, Scope
from api.access.session_rows import add_web_session, end_sessions, find_web_session, forget_expired
from api.errors import Unauthenticated
from api.storage.database import Database
from api.storage.tables import Person, WebSession

__all__ = ["SESSION_HOURS", "Method", "SignedInPerson", "begin_session", "end_session", "signed_in"]

SESSION_HOURS = 12
Method = Literal["password", "link", "oidc"]


class SignedInPerson(NamedTuple):
    """A person with a session that counts."""

    person: Person
    session: WebSession

    @property
    def principal(self) -> Principal:
        """The person as the caller of use cases."""
        return Principal(
            actor=f"person:{self.person.id}",
            organization_id=self.person.organization_id or INSTANCE,
            scope=Scope(self.person.scope),
        )


def begin_session(session: Session, person: Person, method: Method, *, replaces: str | None, now: datetime) -> str:
    """Sign a person in and give the token for the cookie; the session of the token `replaces` ends."""
    forget_expired(session, now=now)
    if replaces is not None:
        end_session(session, replaces, now=now)
    token = secrets.token_urlsafe(32)
    expires_at = now + timedelta(hours=SESSION_HOURS)
    add_web_session(
        session,
        WebSession(
            token_hash=hash_secret(token), person_id=person.id, method=method, created_at=now, expires_at=expires_at
        ),
    )
    return token


def end_session(session: Session, token: str, *, now: datetime) -> None:
    """Sign out; a token that is unknown or ended changes nothing."""
    end_sessions(session, now=now, token_hash=hash_secret(token))


def signed_in(database: Database, token: str | None, *, now: datetime) -> SignedInPerson:
    """The person behind a cookie.

    Raises:
        Unauthenticated: no cookie, or its session ended, expired, or belongs to someone who was disabled.
    """
    with database.reading() as session:
        found = find_web_session(session, hash_secret(token)) if token else None
    if found is None or found[0].revoked_at is not None or found[0].expires_at <= now or found[1].disabled_at:
        raise Unauthenticated("Sign in first.")
    return SignedInPerson(found[1], found[0])
