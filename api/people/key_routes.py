"""API keys of the caller's organization."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access.key_rows import keys
from api.access.principals import OrganizationScope, Permission, Principal, Scope
from api.http.dependencies import Now, Reading, Require, Writing, problem_responses
from api.http.once import Created, Once
from api.http.paging import Page, Paging, page_of
from api.people.keys import create_key, revoke_key
from api.storage.tables import ApiKey

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["keys"])

Administrator = Annotated[Principal, Depends(Require(Permission.ADMINISTER))]


class NewApiKey(BaseModel):
    """A key to make."""

    model_config = ConfigDict(extra="forbid")

    scope: OrganizationScope
    label: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        default="", description="A word to tell keys apart.", examples=["district portal"]
    )


class ApiKeyView(BaseModel):
    """A key without its secret."""

    id: str
    scope: Scope
    label: str
    created_at: datetime
    last_used_at: datetime | None
    """To the minute; None when it was never used."""
    revoked_at: datetime | None


class CreatedKey(ApiKeyView):
    """A new key."""

    secret: str | None
    """Shown only now and kept nowhere: null when a repeated call gets the first answer again."""


@router.post(
    "/keys",
    status_code=201,
    response_model=CreatedKey,
    operation_id="createKey",
    summary="Make a key",
    responses=problem_responses(_422="The body has faults; each is listed."),
)
def post_key(caller: Administrator, session: Writing, once: Once, now: Now, body: NewApiKey) -> Response:
    """Make a key of any scope for the caller's own organization."""

    def make() -> Created:
        made = create_key(session, caller.organization_id, body.scope, label=body.label, actor=caller.actor, now=now)
        seen = _view(made.key).model_dump()
        return Created(
            CreatedKey(**seen, secret=made.secret),
            f"/v1/keys/{made.key.id}",
            kept=CreatedKey(**seen, secret=None),
        )

    return once(session, make, owner=caller.actor, now=now)


@router.get(
    "/keys",
    operation_id="listKeys",
    summary="Keys of the caller's organization",
    responses=problem_responses(_422="A parameter is not valid."),
)
def list_keys(caller: Administrator, session: Reading, paging: Paging) -> Page[ApiKeyView]:
    """Answer one page, oldest first, revoked ones too."""
    rows = keys(session, caller.organization_id, after=paging.after, limit=paging.limit + 1)
    return page_of(rows, paging, _view, key=lambda key: key.id)


@router.post(
    "/keys/{key_id}:revoke",
    operation_id="revokeKey",
    summary="End a key at once",
    responses=problem_responses(_404="No such key of the caller's organization."),
)
def post_revoke_key(caller: Administrator, session: Writing, now: Now, key_id: str) -> ApiKeyView:
    """End a key for good; may be repeated."""
    organization_id = caller.organization_id
    return _view(revoke_key(session, key_id, actor=caller.actor, now=now, organization_id=organization_id))


def _view(key: ApiKey) -> ApiKeyView:
    return ApiKeyView(
        id=key.id,
        scope=Scope(key.scope),
        label=key.label,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
