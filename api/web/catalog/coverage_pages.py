"""The coverage map of the catalog."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.access.principals import Permission, Principal
from api.http.dependencies import EngineDep
from api.web.catalog.coverage import coverage_page, read_filters
from api.web.kit.rendering import render
from api.web.kit.visitors import Asks

__all__ = ["QualityReader", "router"]

router = APIRouter()

QualityReader = Annotated[Principal, Depends(Asks(Permission.READ_QUALITY))]


@router.get("/catalog/coverage")
def get_coverage(request: Request, _: QualityReader, engine: EngineDep) -> Response:
    """How many supports serve each domain at each level."""
    page = coverage_page(engine, read_filters(request.query_params))
    return render(request, "catalog/coverage.html", page)
