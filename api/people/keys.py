"""API keys, and the organizations that they make."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.key_rows import add_key, add_organization, find_organization, get_key
from api.access.keys import hash_secret, new_secret
from api.access.principals import Scope
from api.errors import Conflict, NotFound
from api.storage.ids import new_id
from api.storage.tables import ApiKey, Organization
from recommender.reading.fold import clean

__all__ = ["NewKey", "create_key", "must_fit", "revoke_key"]


class NewKey(NamedTuple):
    """A key and its secret, which is not kept and cannot be shown again."""

    key: ApiKey
    secret: str


def create_key(
    session: Session, organization: str | None, scope: Scope, *, label: str, actor: str, now: datetime
) -> NewKey:
    """A new key of an organization, by its name or id; a name that is new makes the organization. Operators have none.

    Raises:
        Conflict: an operator with an organization, or another scope without one.
    """
    must_fit(scope, organization)
    owner = None if organization is None else _organization(session, organization, now=now).id
    secret = new_secret(scope)
    key = ApiKey(
        id=new_id("key", now),
        organization_id=owner,
        scope=scope,
        label=clean(label),
        secret_hash=hash_secret(secret),
        created_at=now,
    )
    add_key(session, key)
    note(session, "key.create", key.id, actor=actor, organization_id=owner, now=now, detail={"scope": scope})
    return NewKey(key, secret)


def must_fit(scope: Scope, organization: str | None) -> None:
    """Go on only when a key or a person of the scope may belong there: operators to the instance, all others not.

    Raises:
        Conflict: it may not.
    """
    if scope is Scope.OPERATOR and organization is not None:
        raise Conflict("An operator belongs to no organization; leave the organization out.")
    if scope is not Scope.OPERATOR and organization is None:
        raise Conflict(f"A key or person of scope '{scope}' belongs to an organization; name it.")


def _organization(session: Session, name_or_id: str, *, now: datetime) -> Organization:
    found = find_organization(session, name_or_id)
    if found is None:
        found = Organization(id=new_id("org", now), name=name_or_id, created_at=now)
        add_organization(session, found)
    return found


def revoke_key(
    session: Session, key_id: str, *, actor: str, now: datetime, organization_id: str | None = None
) -> ApiKey:
    """End a key at once; revoking it again changes nothing.

    Args:
        session: a writing transaction.
        key_id: of the key.
        actor: who ends it.
        now: the time.
        organization_id: whose keys are within reach; None for all, as on the command line.

    Raises:
        NotFound: no such key within reach.
    """
    key = get_key(session, key_id)
    if key is None or organization_id not in (None, key.organization_id):
        raise NotFound("key", key_id)
    if key.revoked_at is None:
        key.revoked_at = now
        session.flush()
        note(session, "key.revoke", key.id, actor=actor, organization_id=key.organization_id, now=now)
    return key
