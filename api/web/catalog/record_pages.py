"""One support of the catalog."""

from fastapi import APIRouter, Request, Response

from api.http.dependencies import EngineDep, Reading
from api.web.catalog.own import own_standing
from api.web.catalog.pages import CatalogReader
from api.web.catalog.record import support_page
from api.web.kit.rendering import render

__all__ = ["router"]

router = APIRouter()


@router.get("/catalog/{support_id}")
def get_support(
    request: Request, reader: CatalogReader, session: Reading, engine: EngineDep, support_id: str
) -> Response:
    """The whole record of one support; of one that the organization leaves out, for those who may know why."""
    standing = own_standing(session, reader, support_id)
    seen = engine if standing.reason else engine.of(reader.organization_id)
    return render(request, "catalog/record.html", support_page(seen, support_id, standing))
