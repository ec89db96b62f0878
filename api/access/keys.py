"""API keys: made once, shown once, kept as a hash."""

import contextlib
import hashlib
import secrets
from datetime import datetime, timedelta

from api.access.key_rows import find_key, touch_key
from api.access.principals import INSTANCE, Principal, Scope
from api.errors import StorageBusy, StorageFull, StorageUnavailable, Unauthenticated
from api.storage.database import Database

__all__ = ["authenticate", "hash_secret", "new_secret"]

_TOUCH_EVERY = timedelta(minutes=1)


def new_secret(kind: str) -> str:
    """A secret of 256 random bits that says what it is for: `trellis_KIND_…`."""
    return f"trellis_{kind}_{secrets.token_urlsafe(32)}"


def hash_secret(secret: str) -> str:
    """SHA-256, 64 hexadecimal digits. Enough for random secrets, which cannot be guessed word by word."""
    return hashlib.sha256(secret.encode()).hexdigest()


def authenticate(database: Database, secret: str, *, now: datetime) -> Principal:
    """The caller behind an API key.

    Raises:
        Unauthenticated: the key is unknown or revoked; which of the two is not said.
    """
    with database.reading() as session:
        key = find_key(session, hash_secret(secret))
    if key is None or key.revoked_at is not None:
        raise Unauthenticated("The key is unknown or revoked; send a valid one as `Authorization: Bearer KEY`.")
    if key.last_used_at is None or now - key.last_used_at >= _TOUCH_EVERY:
        _note_use(database, key.id, now)
    return Principal(actor=f"key:{key.id}", organization_id=key.organization_id or INSTANCE, scope=Scope(key.scope))


def _note_use(database: Database, key_id: str, now: datetime) -> None:
    """When a key was used, to the minute; a database that cannot be written must not refuse a reader for this."""
    with contextlib.suppress(StorageBusy, StorageFull, StorageUnavailable), database.writing(hasty=True) as session:
        touch_key(session, key_id, now)
