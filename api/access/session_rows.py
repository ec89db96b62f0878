"""People who are signed in, and what of their ways in no longer counts."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.storage.tables import OidcAttempt, Person, SignInLink, WebSession

__all__ = ["add_web_session", "end_sessions", "find_web_session", "forget_expired"]


def add_web_session(session: Session, web_session: WebSession) -> None:
    """Store a new session."""
    session.add(web_session)
    session.flush()


def find_web_session(session: Session, token_hash: str) -> tuple[WebSession, Person] | None:
    """The session of that hash with its person, whether it still counts or not."""
    query = select(WebSession, Person).join(Person).where(WebSession.token_hash == token_hash)
    for web_session, person in session.execute(query):
        return web_session, person
    return None


def end_sessions(
    session: Session, *, now: datetime, person_id: str | None = None, token_hash: str | None = None, but: str = ""
) -> None:
    """End the sessions of a person, except the one of the hash `but`, or the one session of a hash."""
    query = update(WebSession).where(WebSession.revoked_at.is_(None), WebSession.token_hash != but)
    query = query.where(WebSession.person_id == person_id if person_id else WebSession.token_hash == token_hash)
    session.execute(query.values(revoked_at=now))


def forget_expired(session: Session, *, now: datetime) -> None:
    """Drop links, sessions and attempts that no longer count by their age."""
    for table in (SignInLink, WebSession, OidcAttempt):
        session.execute(delete(table).where(table.expires_at < now))
