"""What an organization adds to the catalog, and what it leaves out."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query

from api.access.principals import Permission, Principal
from api.catalog.overlays import (
    NewAdditions,
    NewExclusion,
    OwnCatalog,
    add_supports,
    addition_faults,
    checked_additions,
    exclude,
    include,
    own_catalog,
    present_overlay,
)
from api.catalog.versions import CatalogReport, CatalogTexts, report_on
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading, Require, problem_responses
from api.http.sent import Sent
from recommender.catalog.overlay import Overlay

__all__ = ["PATH", "router"]

PATH = "/v1/catalog/own/additions"
"""Takes bodies as large as a catalog."""

router = APIRouter(prefix="/v1", tags=["catalog"])

Curator = Annotated[Principal, Depends(Require(Permission.CURATE))]
Reader = Annotated[Principal, Depends(Require(Permission.READ_QUALITY))]


class SentAdditions(Sent[CatalogTexts]):
    """The body of what an organization adds."""

    model = NewAdditions


@router.get("/catalog/own", operation_id="getOwnCatalog", summary="What the organization adds and leaves out")
def get_own_catalog(caller: Reader, session: Reading, engine: EngineDep) -> OwnCatalog:
    """Answer the ids that it adds, and what it leaves out, each with its reason."""
    return own_catalog(session, caller, engine)


@router.put(
    "/catalog/own/additions",
    operation_id="putAdditions",
    summary="Check what the organization adds, and use it",
    responses=problem_responses(
        _413="The body is too large.", _422="The texts have faults; each is listed with its file and line."
    ),
)
def put_additions(
    caller: Curator,
    database: DatabaseDep,
    engine: EngineDep,
    now: Now,
    body: Annotated[SentAdditions, Body()],
    dry_run: Annotated[bool, Query(description="Only report; change nothing.")] = False,
) -> CatalogReport:
    """Answer what differs from the organization's catalog before. Ids are put into the organization's own space.

    What was added before and is not sent again goes. Only this organization's people and teams have it.
    """
    owner = caller.organization_id
    added = checked_additions(body.value(lambda: addition_faults(body.fields, owner)), owner)
    present = engine.of(owner).catalog
    with database.reading() as session:
        kept = present_overlay(session, owner).overlay.excluded
    report = report_on(Overlay.of(added, kept).over(engine.catalog), present, stored=not dry_run)
    if not dry_run:
        with database.writing() as session:
            add_supports(session, caller, added, now=now)
        engine.overlays_changed()
    return report


@router.put(
    "/catalog/own/exclusions/{support_id}",
    operation_id="excludeSupport",
    summary="Leave a support out of the organization's catalog",
    responses=problem_responses(
        _404="No such support in the catalog that all start from.", _422="The body has faults; each is listed."
    ),
)
def put_exclusion(
    caller: Curator, database: DatabaseDep, engine: EngineDep, now: Now, support_id: str, body: NewExclusion
) -> OwnCatalog:
    """Its teams are not offered the support any more, and plans that name it keep it. May be repeated."""
    with database.writing() as session:
        exclude(session, caller, engine.catalog, support_id, body, now=now)
    engine.overlays_changed()
    with database.reading() as session:
        return own_catalog(session, caller, engine)


@router.delete(
    "/catalog/own/exclusions/{support_id}",
    operation_id="includeSupport",
    summary="Leave a support out no longer",
    responses=problem_responses(_404="The organization does not leave out such a support."),
)
def delete_exclusion(
    caller: Curator, database: DatabaseDep, engine: EngineDep, now: Now, support_id: str
) -> OwnCatalog:
    """Teams of the organization may be offered it again."""
    with database.writing() as session:
        include(session, caller, support_id, now=now)
    engine.overlays_changed()
    with database.reading() as session:
        return own_catalog(session, caller, engine)
