"""Recommendations without storing anything."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.engine.samples import sample_documents
from api.http.bodies import RawBody
from api.http.dependencies import CatalogReader, EngineDep, Now, problem_responses
from api.recommending.recommend import MAX_K, parse_preview, recommend
from models.assessment import Answer, Assessment, ContextValue
from models.kinds import Kind, kinds_of
from models.recommendation import RecommendationRun

__all__ = ["PreviewBody", "router"]

router = APIRouter(prefix="/v1", tags=["recommendations"])


class WhatIf(BaseModel):
    """Changes to try out."""

    context: dict[str, ContextValue | None] = {}
    """Answers to context questions, merged over the team's; null takes one out."""
    answers: dict[str, Answer] = {}
    """Item id to the answer that every respondent is then taken to have given."""


class PreviewBody(Assessment):
    """An assessment, with changes to try out."""

    what_if: WhatIf | None = None


class PreviewQuery(BaseModel):
    """What to list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    k: Annotated[int | None, Field(ge=1, le=MAX_K, description="Longest list of a kind; default: configured.")] = None
    kind: Annotated[list[Kind], Field(description="Kinds to list; repeat for several; default: all.")] = []
    kinds: Annotated[list[Kind], Field(description="Another name of `kind`.")] = []


@router.post(
    "/recommendations:preview",
    operation_id="previewRecommendations",
    summary="Profile, needs, ranked matches and plan of one assessment",
    responses=problem_responses(
        _413="The body is too large.",
        _415="The body is not JSON.",
        _422="The assessment, its what_if or a parameter has faults; each is listed.",
        _503="Still loading, or loading failed.",
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/PreviewBody"},
                    "examples": {name: {"value": value} for name, value in sample_documents().items()},
                }
            },
        }
    },
)
def preview_recommendations(
    caller: CatalogReader,
    engine: EngineDep,
    now: Now,
    body: RawBody,
    query: Annotated[PreviewQuery, Query()],
) -> RecommendationRun:
    """Rank supports for the answers in the body. Stores nothing."""
    recommender = engine.of(caller.organization_id).recommender
    assessment = parse_preview(body, engine.instrument)
    kinds = kinds_of([*query.kind, *query.kinds])
    return recommend(recommender, assessment, today=now.date(), kinds=kinds, k=query.k)
