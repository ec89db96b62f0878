"""The catalog, for people who browse and programs that show one record."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.catalog.supports import CursorError, SupportPage, SupportQuery, SupportView, find_supports, view
from api.errors import InvalidParameter
from api.http.dependencies import CatalogReader, EngineDep, problem_responses
from models.base import Fault

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["supports"])


@router.get(
    "/supports",
    operation_id="listSupports",
    summary="Filter and search the catalog",
    response_model_by_alias=False,
    responses=problem_responses(_422="A filter or cursor is not valid; the allowed words are listed."),
)
def list_supports(caller: CatalogReader, engine: EngineDep, query: Annotated[SupportQuery, Query()]) -> SupportPage:
    """Answer one page, in a stable order; repeat a filter to allow several words."""
    own = engine.of(caller.organization_id)
    try:
        return find_supports(own.catalog, query, rank=own.rank_words)
    except CursorError as error:
        detail = "Not a cursor of this catalog and these filters; start again without one."
        raise InvalidParameter([Fault(pointer="cursor", detail=detail)]) from error


@router.get(
    "/supports/{support_id}",
    operation_id="getSupport",
    summary="One support",
    response_model_by_alias=False,
    responses=problem_responses(_404="No such support; close ids are named.", _422="The id is not valid."),
)
def get_support(caller: CatalogReader, engine: EngineDep, support_id: str) -> SupportView:
    """Answer the whole record."""
    return view(engine.of(caller.organization_id).catalog.get(support_id))
