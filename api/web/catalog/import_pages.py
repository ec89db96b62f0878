"""Bringing in a catalog: first a report, then a word to store it, then another to put it in use."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.datastructures import UploadFile

from api.access.principals import Permission, Principal
from api.catalog.checked import check_files, lay_aside, store, waiting_catalog
from api.catalog.history import version_lines
from api.catalog.versions import activate, catalog_version
from api.http.browsers import SettingsDep
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading
from api.web.catalog.imports import SentFile, import_form, read_upload, report_page
from api.web.catalog.versions import versions_page
from api.web.kit.forms import see
from api.web.kit.rendering import render
from api.web.kit.visitors import Asks

__all__ = ["PATH", "router"]

PATH = "/catalog/import"
"""Takes bodies as large as a catalog."""

router = APIRouter()

Operator = Annotated[Principal, Depends(Asks(Permission.WRITE_CATALOG))]
Version = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


async def _sent(request: Request, settings: SettingsDep) -> dict[str, SentFile | str]:
    """The form's fields: chosen files, the rest as text; a field without a file is left out."""
    # The framework's own limit is for fields that people type; what is pasted here may be a catalog.
    async with request.form(max_part_size=settings.max_catalog_bytes) as form:
        sent: dict[str, SentFile | str] = {}
        for name, value in form.items():
            if not isinstance(value, UploadFile):
                sent[name] = value
            elif value.filename:
                sent[name] = SentFile(value.filename, await value.read())
    return sent


SentForm = Annotated[dict[str, SentFile | str], Depends(_sent)]


@router.get(PATH)
def get_import(request: Request, _: Operator) -> Response:
    """The form."""
    return render(request, "catalog/import.html", import_form())


@router.post(PATH)
def post_import(
    request: Request, _: Operator, database: DatabaseDep, engine: EngineDep, now: Now, sent: SentForm
) -> Response:
    """Check the files: every fault on the same page, or lead to the report. What is kept and in use stays as it is."""
    upload = read_upload(sent)
    if upload.faults:
        return render(request, "catalog/import.html", import_form(upload), status=422)
    checked = check_files(upload.files, engine.catalog, upload.names)
    if checked.catalog is None:
        return render(request, "catalog/import.html", import_form(upload, checked.faults), status=422)
    with database.writing() as session:
        lay_aside(session, checked.catalog, now=now)
    return see(f"{PATH}/{checked.catalog.version}")


@router.get(PATH + "/{version}")
def get_report(request: Request, _: Operator, session: Reading, engine: EngineDep, version: Version) -> Response:
    """What a checked catalog would change, and the next step."""
    waiting = waiting_catalog(session, version, settings_catalog=engine.settings_catalog)
    standing = catalog_version(session, engine, version) if waiting.stored else None
    return render(request, "catalog/import_report.html", report_page(waiting.catalog, engine.catalog, standing))


@router.post(PATH + "/{version}/store")
def post_store(caller: Operator, database: DatabaseDep, engine: EngineDep, now: Now, version: Version) -> Response:
    """Store a checked catalog; the one in use stays in use."""
    with database.writing() as session:
        store(session, caller, version, settings_catalog=engine.settings_catalog, now=now)
    return see(f"{PATH}/{version}")


@router.get("/catalog/versions")
def get_versions(request: Request, caller: Operator, session: Reading, engine: EngineDep, done: str = "") -> Response:
    """The kept catalogs."""
    page = versions_page(version_lines(session, engine, caller), done=done == "used")
    return render(request, "catalog/versions.html", page)


@router.post("/catalog/versions/{version}/use")
def post_use(caller: Operator, database: DatabaseDep, engine: EngineDep, now: Now, version: Version) -> Response:
    """Put a stored catalog in use; one that is in use already stays so."""
    with database.writing() as session:
        if not catalog_version(session, engine, version).active:
            activate(session, caller, engine, version, now=now)
    engine.look_again()
    return see("/catalog/versions?done=used")
