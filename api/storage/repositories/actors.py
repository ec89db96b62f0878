"""Who may be named as a reviewer."""

from sqlalchemy.orm import Session

from api.storage.tables import ApiKey, Person

__all__ = ["works_for"]


def works_for(session: Session, actor: str, organization_id: str, *, scope: str) -> bool:
    """Whether the key or person of an actor (`key:ID`, `person:ID`) is an organization's, not ended, and of a scope."""
    kind, _, id_ = actor.partition(":")
    who = session.get(ApiKey, id_) if kind == "key" else session.get(Person, id_)
    if who is None:
        return False
    ended = who.revoked_at if isinstance(who, ApiKey) else who.disabled_at
    return ended is None and (who.organization_id, who.scope) == (organization_id, scope)
