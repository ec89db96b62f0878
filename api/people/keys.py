"""Organizations and their API keys."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.key_rows import add_key, add_organization, find_organization, get_key
from api.access.keys import hash_secret, new_secret
from api.access.principals import Scope
from api.errors import NotFound
from api.storage.ids import new_id
from api.storage.tables import ApiKey, Organization

__all__ = ["NewKey", "create_key", "revoke_key"]


class NewKey(NamedTuple):
    """A key and its secret, which is not kept and cannot be shown again."""

    key: ApiKey
    secret: str


def create_key(session: Session, organization: str, scope: Scope, *, label: str, actor: str, now: datetime) -> NewKey:
    """A new key of an organization, by its name or id; a name that is new makes the organization."""
    found = find_organization(session, organization)
    if found is None:
        found = Organization(id=new_id("org", now), name=organization, created_at=now)
        add_organization(session, found)
    secret = new_secret(scope)
    key = ApiKey(
        id=new_id("key", now),
        organization_id=found.id,
        scope=scope,
        label=label,
        secret_hash=hash_secret(secret),
        created_at=now,
    )
    add_key(session, key)
    note(session, "key.create", key.id, actor=actor, organization_id=found.id, now=now, detail={"scope": scope})
    return NewKey(key, secret)


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
