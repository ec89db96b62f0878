"""The audit: who did what, without content."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.storage.tables import AuditLine

__all__ = ["audit_lines", "latest_lines", "note"]


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
    session.add(
        AuditLine(
            at=now, actor=actor, organization_id=organization_id, action=action, subject=subject, detail=detail or {}
        )
    )


def audit_lines(session: Session, organization_id: str, *, after: int = 0, limit: int = 100) -> Sequence[AuditLine]:
    """Lines of one organization, oldest first, with ids above `after`."""
    query = (
        select(AuditLine)
        .where(AuditLine.organization_id == organization_id, AuditLine.id > after)
        .order_by(AuditLine.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def latest_lines(session: Session, action: str, subjects: Collection[str]) -> dict[str, AuditLine]:
    """The last line of an action by each subject, whoever did it; subjects without one are left out."""
    last = (
        select(func.max(AuditLine.id))
        .where(AuditLine.action == action, AuditLine.subject.in_(subjects))
        .group_by(AuditLine.subject)
    )
    return {line.subject: line for line in session.scalars(select(AuditLine).where(AuditLine.id.in_(last)))}
