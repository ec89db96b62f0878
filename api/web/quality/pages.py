"""How good the suggestions are: the published evaluation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.dependencies import EngineDep
from api.web.kit.rendering import render
from api.web.kit.visitors import QualityReader
from api.web.quality.quality import quality_page
from models.evaluation import PublishedEvaluation
from models.vocab import SupportKind

__all__ = ["router"]

router = APIRouter()


def _evaluation(request: Request) -> PublishedEvaluation:
    evaluation: PublishedEvaluation = request.app.state.evaluation
    return evaluation


@router.get("/quality")
def get_quality(
    request: Request,
    _: QualityReader,
    engine: EngineDep,
    evaluation: Annotated[PublishedEvaluation, Depends(_evaluation)],
    kind: SupportKind | None = None,
) -> Response:
    """The latest published evaluation, for one kind of support."""
    return render(request, "quality/quality.html", quality_page(evaluation, engine, kind))
