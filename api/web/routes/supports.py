"""One support of the catalog."""

from fastapi import APIRouter, Request, Response

from api.routes.dependencies import EngineDep
from api.web.contexts.support_record import support_page
from api.web.rendering import render
from api.web.routes.catalog import CatalogReader

__all__ = ["router"]

router = APIRouter()


@router.get("/catalog/{support_id}")
def get_support(request: Request, _: CatalogReader, engine: EngineDep, support_id: str) -> Response:
    """The whole record of one support."""
    return render(request, "pages/support.html", support_page(engine, support_id))
