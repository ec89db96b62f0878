"""Keys and people behind an actor (`key:ID`, `person:ID`): what they may, and what they are called."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from api.storage.tables import ApiKey, Person

__all__ = ["names_of", "works_for"]


def names_of(session: Session, actors: Iterable[str], organization_id: str) -> dict[str, str]:
    """What to call each actor before the people of an organization: the name of its own, a general word for others."""
    names = {}
    for actor in set(actors):
        kind, _, id_ = actor.partition(":")
        who = session.get(ApiKey, id_) if kind == "key" else session.get(Person, id_)
        if who is None or who.organization_id != organization_id:
            names[actor] = "someone else"
        else:
            names[actor] = f"the program “{who.label}”" if isinstance(who, ApiKey) else who.name
    return names


def works_for(session: Session, actor: str, organization_id: str, *, scope: str) -> bool:
    """Whether the key or person of an actor (`key:ID`, `person:ID`) is an organization's, not ended, and of a scope."""
    kind, _, id_ = actor.partition(":")
    who = session.get(ApiKey, id_) if kind == "key" else session.get(Person, id_)
    if who is None:
        return False
    ended = who.revoked_at if isinstance(who, ApiKey) else who.disabled_at
    return ended is None and (who.organization_id, who.scope) == (organization_id, scope)
