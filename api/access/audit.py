"""The audit: who did what, without content."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.access.audit_rows import add_line
from api.storage.tables import AuditLine

__all__ = ["note"]


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
    """Append one line; `detail` holds counts and versions, never names, answers or words."""
    line = AuditLine(
        at=now, actor=actor, organization_id=organization_id, action=action, subject=subject, detail=detail or {}
    )
    add_line(session, line)
