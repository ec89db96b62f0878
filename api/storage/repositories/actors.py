"""Who may be named as a reviewer."""

from sqlalchemy.orm import Session

from api.storage.tables import ApiKey, Person

__all__ = ["officer_of"]


def officer_of(session: Session, actor: str, organization_id: str, *, scope: str) -> bool:
    """Whether `key:ID` or `person:ID` is one of an organization that still works, with that scope."""
    kind, _, id_ = actor.partition(":")
    if kind == "key":
        key = session.get(ApiKey, id_)
        known = key is not None and key.revoked_at is None
        return key is not None and known and (key.organization_id, key.scope) == (organization_id, scope)
    person = session.get(Person, id_)
    known = person is not None and person.disabled_at is None
    return person is not None and known and (person.organization_id, person.scope) == (organization_id, scope)
