"""Importing the catalogs that every organization starts from, and choosing the one in use."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from api.access.principals import Permission, Principal
from api.catalog.versions import (
    CatalogReport,
    CatalogTexts,
    CatalogVersion,
    CatalogVersions,
    NewCatalog,
    activate,
    catalog_faults,
    catalog_version,
    catalog_versions,
    checked_catalog,
    import_catalog,
    report_on,
)
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading, Require, problem_responses
from api.http.once import Created, Once
from api.http.sent import Sent

__all__ = ["PATH", "router"]

PATH = "/v1/catalog/versions"
"""Takes bodies as large as a catalog."""

router = APIRouter(prefix="/v1", tags=["catalog"])

Operator = Annotated[Principal, Depends(Require(Permission.WRITE_CATALOG))]
Version = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="Content hash of the catalog.")]


class SentCatalog(Sent[CatalogTexts]):
    """The body of an import."""

    model = NewCatalog


@router.post(
    "/catalog/versions",
    status_code=201,
    response_model=CatalogReport,
    operation_id="importCatalog",
    summary="Check a catalog, and keep it",
    responses={
        200: {"model": CatalogReport, "description": "The report of a dry run; nothing is kept."},
        **problem_responses(
            _413="The catalog is too large.", _422="The catalog has faults; each is listed with its file and line."
        ),
    },
)
def post_catalog(
    caller: Operator,
    database: DatabaseDep,
    engine: EngineDep,
    once: Once,
    now: Now,
    body: Annotated[SentCatalog, Body()],
    dry_run: Annotated[bool, Query(description="Only report; keep nothing.")] = False,
) -> Response:
    """Report what differs from the catalog in use, which stays in use until another one is activated."""
    catalog = checked_catalog(body.value(lambda: catalog_faults(body.fields)))
    report = report_on(catalog, engine.catalog, stored=not dry_run)
    if dry_run:
        return Response(report.model_dump_json(), media_type="application/json")
    with database.writing() as session:

        def make() -> Created:
            import_catalog(session, caller, catalog, now=now)
            return Created(report, f"/v1/catalog/versions/{catalog.version}")

        return once(session, make, owner=caller.actor, now=now)


@router.get(
    "/catalog/versions",
    operation_id="listCatalogVersions",
    summary="Kept catalogs, and which one is in use",
)
def list_catalog_versions(_: Operator, session: Reading, engine: EngineDep) -> CatalogVersions:
    """Answer all of them, newest first."""
    return CatalogVersions(items=list(catalog_versions(session, engine)))


@router.get(
    "/catalog/versions/{version}",
    operation_id="getCatalogVersion",
    summary="One kept catalog",
    responses=problem_responses(_404="No catalog of this version is kept.", _422="The version is not valid."),
)
def get_catalog_version(_: Operator, session: Reading, engine: EngineDep, version: Version) -> CatalogVersion:
    """Answer whether it is in use."""
    return catalog_version(session, engine, version)


@router.post(
    "/catalog/versions/{version}:activate",
    operation_id="activateCatalog",
    summary="Put a kept catalog in use",
    responses=problem_responses(_404="No catalog of this version is kept.", _422="The version is not valid."),
)
def post_activation(
    caller: Operator, database: DatabaseDep, engine: EngineDep, now: Now, version: Version
) -> CatalogVersion:
    """Every process takes it up as soon as it has indexed it; until then the present catalog serves.

    The audit of every organization tells of it.
    """
    with database.writing() as session:
        activate(session, caller, engine, version, now=now)
    engine.look_again()
    with database.reading() as session:
        return catalog_version(session, engine, version)
