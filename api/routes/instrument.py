"""The questionnaire, for portals that ask it."""

from fastapi import APIRouter, Request, Response

from api.routes.dependencies import EngineDep
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
def get_instrument(engine: EngineDep, request: Request, response: Response) -> Instrument | Response:
    """Answer the whole instrument; its ETag is the content hash of the document."""
    etag = f'"{engine.instrument.version.content_hash}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    named = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in named or "*" in named:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return engine.instrument.instrument
