"""The coverage map of the catalog."""

from fastapi import APIRouter, Request, Response

from api.http.dependencies import EngineDep
from api.web.catalog.coverage import coverage_page, read_filters
from api.web.kit.rendering import render
from api.web.kit.visitors import QualityReader

__all__ = ["router"]

router = APIRouter()


@router.get("/catalog/coverage")
def get_coverage(request: Request, reader: QualityReader, engine: EngineDep) -> Response:
    """How many supports serve each domain at each level."""
    page = coverage_page(engine.of(reader.organization_id), read_filters(request.query_params))
    return render(request, "catalog/coverage.html", page)
