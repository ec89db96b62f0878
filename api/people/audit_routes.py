"""What happened in the caller's organization, or to what all organizations share."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api.access.audit_rows import audit_lines
from api.access.principals import Permission, Principal
from api.errors import InvalidParameter
from api.http.dependencies import Reading, Require, problem_responses
from api.http.paging import Page, Paging, page_of
from api.storage.tables import AuditLine
from models.base import Fault

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["audit"])

_MAX_ID = 2**31 - 1


class AuditView(BaseModel):
    """Who did what to what; never its content."""

    id: int
    at: datetime
    actor: str
    """`key:ID`, `person:ID` or `cli`."""
    action: str
    subject: str
    """Id of the thing, which may be gone."""
    detail: dict[str, Any]
    """Counts, versions and ids."""


@router.get(
    "/audit",
    operation_id="listAudit",
    summary="What happened in the caller's organization, or in the instance",
    responses=problem_responses(_422="A parameter is not valid."),
)
def list_audit(
    caller: Annotated[Principal, Depends(Require(Permission.READ_AUDIT))], session: Reading, paging: Paging
) -> Page[AuditView]:
    """Answer one page, oldest first; keep the last cursor to go on from there.

    An operator is told what happened to the instance, an administrator what happened in the organization; changes of
    what all organizations share are told to each of them.
    """
    rows = audit_lines(session, caller.owner, after=_line(paging.after), limit=paging.limit + 1)
    return page_of(rows, paging, _view, key=lambda line: str(line.id))


def _line(after: str) -> int:
    if not after:
        return 0
    if not (after.isascii() and after.isdecimal() and len(after) <= 10 and int(after) <= _MAX_ID):
        raise InvalidParameter([Fault(pointer="cursor", detail="Not a cursor of this list; start again without one.")])
    return int(after)


def _view(line: AuditLine) -> AuditView:
    return AuditView(
        id=line.id, at=line.at, actor=line.actor, action=line.action, subject=line.subject, detail=line.detail
    )
