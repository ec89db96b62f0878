"""Passwords, kept as Argon2id hashes."""

import threading
import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.errors import TooManyRequests

__all__ = ["MAX_LENGTH", "MIN_LENGTH", "hash_password", "verify_password"]

MIN_LENGTH = 12
MAX_LENGTH = 500
_AT_ONCE = threading.BoundedSemaphore(4)
"""Each check takes 64 MiB on purpose; more at once would let strangers fill the memory."""
_PATIENCE_S = 5.0
_hashes = PasswordHash((Argon2Hasher(),))


@cache
def _nobodys() -> str:
    return _hashes.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to keep: of the password in NFC, so that it is the same from every keyboard (NIST SP 800-63B)."""
    with _AT_ONCE:
        return _hashes.hash(unicodedata.normalize("NFC", password))


def verify_password(password: str, kept: str | None) -> bool:
    """Whether a password is the one whose hash is kept; takes as long where none is (None).

    It is tried as hashes are made now, and where that is something else, as it was typed: older hashes were made so.

    Raises:
        TooManyRequests: too many passwords are being checked at the moment.
    """
    composed = unicodedata.normalize("NFC", password)
    if len(composed) > MAX_LENGTH:
        return False
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        detail = "Too many people are signing in; try again in a few seconds."
        raise TooManyRequests(detail, headers={"Retry-After": "5"})
    try:
        same = any(_hashes.verify(one, kept or _nobodys()) for one in dict.fromkeys((composed, password)))
    finally:
        _AT_ONCE.release()
    return same and kept is not None
