"""Ids of supports that organizations add: each organization has a space of its own, which no other catalog may use.

`res-own-SPACE-run-charts` is an organization's; ids without `own` in that place are of the catalog that all start from.
"""

import hashlib
import re

__all__ = ["id_fault", "is_own", "own_id", "space_of"]

_OWN = re.compile(r"[a-z]+-own-")


def space_of(organization_id: str) -> str:
    """The space of an organization: 16 hexadecimal digits, which tell nothing of its id."""
    return hashlib.sha256(f"space of {organization_id}".encode()).hexdigest()[:16]


def is_own(support_id: str, space: str | None = None) -> bool:
    """Whether an organization has added the support: any organization, or that of the space."""
    return bool(_OWN.match(support_id)) and (space is None or support_id.split("-")[2:3] == [space])


def own_id(support_id: str, space: str) -> str:
    """The id in an organization's space; one that names a space already, or that is no id, stays as it is."""
    prefix, hyphen, rest = support_id.partition("-")
    return support_id if is_own(support_id) or not hyphen else f"{prefix}-own-{space}-{rest}"


def id_fault(support_id: str, space: str | None) -> str | None:
    """Why an id cannot stand in a file, in one sentence; None when it can.

    Args:
        support_id: as it was written.
        space: of the organization that adds the file; None for the catalog that all start from.
    """
    if not is_own(support_id) or (space is not None and is_own(support_id, space)):
        return None
    prefix = support_id.partition("-")[0]
    return f"Ids that begin with '{prefix}-own-' belong to what one organization has added; expected another id."
