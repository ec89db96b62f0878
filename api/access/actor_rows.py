"""Keys and people behind an actor (`key:ID`, `person:ID`): what they may, and what they are called."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import literal_column, select, union_all
from sqlalchemy.orm import Session

from api.storage.tables import ApiKey, Person

__all__ = ["Colleague", "colleagues", "works_for"]


class Colleague(NamedTuple):
    """A key or a person, as histories name it."""

    actor: str
    """`key:ID` or `person:ID`."""
    name: str
    """Of the person, or the key's label."""
    scope: str
    active: bool


def colleagues(session: Session, organization_id: str | None) -> Sequence[Colleague]:
    """Everybody who acts or has acted for an organization, or (None) for the instance; keys after people, by id."""
    people = select(
        literal_column("'person:'").concat(Person.id).label("actor"),
        Person.name.label("name"),
        Person.scope.label("scope"),
        Person.disabled_at.is_(None).label("active"),
    ).where(Person.organization_id == organization_id)
    keys = select(
        literal_column("'key:'").concat(ApiKey.id),
        ApiKey.label,
        ApiKey.scope,
        ApiKey.revoked_at.is_(None),
    ).where(ApiKey.organization_id == organization_id)
    rows = session.execute(union_all(people, keys))
    found = (Colleague(row[0], row[1], row[2], bool(row[3])) for row in rows)
    return sorted(found, key=lambda who: (not who.actor.startswith("person:"), who.actor))


def works_for(session: Session, actor: str, organization_id: str, *, scope: str) -> bool:
    """Whether the key or person of an actor (`key:ID`, `person:ID`) is an organization's, not ended, and of a scope."""
    kind, _, id_ = actor.partition(":")
    who = session.get(ApiKey, id_) if kind == "key" else session.get(Person, id_)
    if who is None:
        return False
    ended = who.revoked_at if isinstance(who, ApiKey) else who.disabled_at
    return ended is None and (who.organization_id, who.scope) == (organization_id, scope)
