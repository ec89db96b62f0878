"""One text, and therefore one hash, of a JSON-able document."""

import hashlib
import json

__all__ = [
    "canonical_json",
    "content_hash",
]


def canonical_json(document: object) -> str:
    """The one text of a JSON-able document: sorted keys, no spaces."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_hash(document: object) -> str:
    """SHA-256 of a document's canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()
