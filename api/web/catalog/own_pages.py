"""An organization's own catalog: what it adds, from files with a report first, and what it leaves out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import ValidationError

from api.access.principals import Permission, Principal
from api.catalog.checked import lay_additions_aside, waiting_additions
from api.catalog.overlays import NewExclusion, add_supports, exclude, include, parse_additions, present_overlay
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading
from api.text.language import _
from api.web.catalog.import_pages import SentForm as SentFiles
from api.web.catalog.imports import import_form, read_upload
from api.web.catalog.own import own_page, own_report_page, own_standing
from api.web.catalog.record import support_page
from api.web.kit.forms import SentForm, see
from api.web.kit.rendering import render
from api.web.kit.visitors import Asks
from recommender.catalog.overlay import Overlay

__all__ = ["PATH", "router"]

PATH = "/catalog/own"
"""Takes bodies as large as a catalog."""

router = APIRouter()

Curator = Annotated[Principal, Depends(Asks(Permission.CURATE))]
Checked = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.get(PATH)
def get_own(request: Request, curator: Curator, session: Reading, engine: EngineDep, done: str = "") -> Response:
    """What is added and left out, and a form for files."""
    return render(request, "catalog/own.html", own_page(session, engine, curator, done=done == "changed"))


@router.post(PATH)
def post_own(
    request: Request, curator: Curator, database: DatabaseDep, engine: EngineDep, now: Now, sent: SentFiles
) -> Response:
    """Check the files: every fault on the same page, or lead to the report. What is added stays as it is."""
    upload, owner = read_upload(sent), curator.organization_id
    parsed = parse_additions(upload.files, owner, upload.names) if not upload.faults else None
    if parsed is None or parsed.faults:
        form = import_form(upload, parsed.faults if parsed else ())
        with database.reading() as session:
            page = own_page(session, engine, curator, form)
        return render(request, "catalog/own.html", page, status=422)
    with database.writing() as session:
        kept = [one for one in present_overlay(session, owner).overlay.added if one.kind not in upload.files]
        additions = Overlay.of([*parsed.supports, *kept])
        lay_additions_aside(session, owner, additions, now=now)
    return see(f"{PATH}/{additions.version}")


@router.get(PATH + "/{checked}")
def get_report(request: Request, curator: Curator, session: Reading, engine: EngineDep, checked: Checked) -> Response:
    """What the files would change, and the next step."""
    added = waiting_additions(session, curator.organization_id, checked)
    page = own_report_page(session, engine, curator, checked, added)
    return render(request, "catalog/own_report.html", page)


@router.post(PATH + "/{checked}/use")
def post_use(curator: Curator, database: DatabaseDep, engine: EngineDep, now: Now, checked: Checked) -> Response:
    """Let what was checked be all that the organization adds."""
    with database.writing() as session:
        add_supports(session, curator, waiting_additions(session, curator.organization_id, checked), now=now)
    engine.overlays_changed()
    return see(f"{PATH}?done=changed")


@router.post("/catalog/{support_id}/leave-out")
def post_leave_out(
    request: Request,
    curator: Curator,
    database: DatabaseDep,
    engine: EngineDep,
    now: Now,
    support_id: str,
    form: SentForm,
) -> Response:
    """Leave a support out of the organization's catalog, for a reason."""
    try:
        new = NewExclusion(reason=" ".join(str(form.get("reason", "")).split()))
    except ValidationError:
        fault = _("Say why, in 1 to 500 characters.")
        with database.reading() as session:
            standing = own_standing(session, curator, support_id, fault=fault)
        page = support_page(engine.of(curator.organization_id), support_id, standing)
        return render(request, "catalog/record.html", page, status=422)
    with database.writing() as session:
        exclude(session, curator, engine.catalog, support_id, new, now=now)
    engine.overlays_changed()
    return see(f"/catalog/{support_id}")


@router.post("/catalog/{support_id}/use-again")
def post_use_again(curator: Curator, database: DatabaseDep, engine: EngineDep, now: Now, support_id: str) -> Response:
    """Leave a support out no longer."""
    with database.writing() as session:
        include(session, curator, support_id, now=now)
    engine.overlays_changed()
    return see(f"/catalog/{support_id}")
