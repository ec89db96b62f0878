"""One support of the catalog."""

from fastapi import APIRouter, Request, Response

from api.http.dependencies import EngineDep
from api.web.catalog.pages import CatalogReader
from api.web.catalog.record import support_page
from api.web.kit.rendering import render

__all__ = ["router"]

router = APIRouter()


@router.get("/catalog/{support_id}")
def get_support(request: Request, reader: CatalogReader, engine: EngineDep, support_id: str) -> Response:
    """The whole record of one support."""
    return render(request, "catalog/record.html", support_page(engine.of(reader.organization_id), support_id))
