"""The catalog: a search with filters."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.access.principals import Permission, Principal
from api.http.dependencies import EngineDep
from api.web.catalog.search import catalog_page, read_search
from api.web.kit.rendering import render
from api.web.kit.visitors import Asks

__all__ = ["CatalogReader", "router"]

router = APIRouter()

CatalogReader = Annotated[Principal, Depends(Asks(Permission.READ_CATALOG))]


@router.get("/catalog")
def get_catalog(request: Request, reader: CatalogReader, engine: EngineDep) -> Response:
    """The supports that a search finds."""
    page = catalog_page(engine.of(reader.organization_id), read_search(request.query_params.multi_items()))
    return render(request, "catalog/search.html", page, status=422 if page.fault else 200)
