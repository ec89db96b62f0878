"""The questionnaire, for portals that ask it."""

from fastapi import APIRouter, Response

from api.http.dependencies import CatalogReader, EngineDep
from api.http.etags import IfNoneMatch, etag_of, unchanged
from models.instrument import Instrument

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["instrument"])


@router.get(
    "/instrument",
    operation_id="getInstrument",
    summary="The questionnaire in use",
    response_model=Instrument,
    responses={304: {"description": "The instrument that `If-None-Match` names is the current one."}},
)
def get_instrument(
    _: CatalogReader, engine: EngineDep, response: Response, known: IfNoneMatch = None
) -> Instrument | Response:
    """Answer the whole instrument; its ETag is the content hash of the document."""
    etag = etag_of(engine.instrument.version.content_hash)
    same = unchanged(etag, known)
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    (same or response).headers.update(headers)
    return same or engine.instrument.instrument
