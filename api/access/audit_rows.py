"""Lines of the audit."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.storage.tables import AuditLine

__all__ = ["add_line", "audit_lines", "latest_lines"]


def add_line(session: Session, line: AuditLine) -> None:
    """Append one line."""
    session.add(line)


def audit_lines(
    session: Session, organization_id: str | None, *, after: int = 0, limit: int = 100
) -> Sequence[AuditLine]:
    """Lines of one organization, or (None) of the instance, oldest first, with ids above `after`."""
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
