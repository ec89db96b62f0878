"""Web addresses of supports: which ones a record may name, and the host that a page shows beside them.

People decide by the host whether to follow a link, so an address must lead where it seems to.
"""

import re
import unicodedata
from urllib.parse import urlsplit

__all__ = ["address_fault", "host_of"]

_SCHEME = re.compile(r"https?://", re.ASCII)
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?", re.ASCII)
_LONGEST_HOST = 253
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
"""Categories of Unicode: control signs, marks that turn the direction of writing or take no room, spaces."""


def address_fault(address: str) -> str | None:
    """What is wrong with an address, as a message begins it (`Expected …`); None when a page may link to it."""
    if not _SCHEME.match(address):
        return "Expected a web address that starts with http:// or https://"
    unseen = next((sign for sign in address if unicodedata.category(sign) in _UNSEEN), None)
    if unseen is not None:
        return f"Expected a web address without spaces and hidden signs; U+{ord(unseen):04X} stands in it"
    if "\\" in address:
        return "Expected a web address without backslashes, which browsers read as slashes"
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return "Expected a web address with a host that can be read"
    if "@" in parts.netloc:
        return "Expected a web address without a user or password before its host, which hides where it leads"
    host = parts.hostname or ""
    if not host:
        return "Expected a web address that names a host, such as https://example.org/page"
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        return "Expected a host of the letters a to z, digits, hyphens and dots (names in other scripts as xn--…)"
    return None


def host_of(address: str | None) -> str:
    """The host that an address leads to, without `www.`; empty where a page may not link to it."""
    if not address or address_fault(address):
        return ""
    return (urlsplit(address).hostname or "").removeprefix("www.")
