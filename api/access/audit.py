"""The audit: who did what, without content."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.access.audit_rows import add_line
from api.access.key_rows import organizations
from api.storage.tables import AuditLine

__all__ = ["note", "note_everywhere"]


def note(
    session: Session,
    action: str,
    subject: str,
    *,
    actor: str,
    organization_id: str | None,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append one line; `detail` holds counts and versions, never names, answers or words.

    None for `organization_id` is the instance.
    """
    line = AuditLine(
        at=now, actor=actor, organization_id=organization_id, action=action, subject=subject, detail=detail or {}
    )
    add_line(session, line)


def note_everywhere(
    session: Session, action: str, subject: str, *, actor: str, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Append one line for the instance and one for each organization: what all of them share has changed."""
    for owner in (None, *(one.id for one in organizations(session))):
        note(session, action, subject, actor=actor, organization_id=owner, now=now, detail=detail)
