"""API keys and the organizations that hold them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.storage.tables import ApiKey, Organization

__all__ = [
    "add_key",
    "add_organization",
    "find_key",
    "find_organization",
    "get_key",
    "hold_organization",
    "keys",
    "organizations",
    "touch_key",
]


def add_organization(session: Session, organization: Organization) -> None:
    """Store a new organization."""
    session.add(organization)
    session.flush()


def find_organization(session: Session, name_or_id: str) -> Organization | None:
    """The organization of that id, or else of that exact name: a name cannot pass for another's id."""
    query = select(Organization).where(Organization.name == name_or_id)
    return session.get(Organization, name_or_id) or session.scalars(query).one_or_none()


def hold_organization(session: Session, organization_id: str) -> None:
    """Make others wait who would hold the same organization, until the transaction ends."""
    session.get(Organization, organization_id, with_for_update=True)


def organizations(session: Session, *, lock: bool = False) -> Sequence[Organization]:
    """All organizations, by name; `lock` makes others wait who would lock them, too."""
    query = select(Organization).order_by(Organization.name)
    return session.scalars(query.with_for_update() if lock else query).all()


def add_key(session: Session, key: ApiKey) -> None:
    """Store a new key."""
    session.add(key)
    session.flush()


def find_key(session: Session, secret_hash: str) -> ApiKey | None:
    """The key with that hash, revoked or not."""
    return session.scalars(select(ApiKey).where(ApiKey.secret_hash == secret_hash)).one_or_none()


def get_key(session: Session, key_id: str) -> ApiKey | None:
    """The key of that id."""
    return session.get(ApiKey, key_id)


def keys(
    session: Session, organization_id: str | None = None, *, after: str = "", limit: int | None = None
) -> Sequence[ApiKey]:
    """The keys of one organization, or of all, with ids above `after`, oldest first."""
    query = select(ApiKey).where(ApiKey.id > after).order_by(ApiKey.id).limit(limit)
    if organization_id is not None:
        query = query.where(ApiKey.organization_id == organization_id)
    return session.scalars(query).all()


def touch_key(session: Session, key_id: str, now: datetime) -> None:
    """Note that a key was used."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now))
