"""Whether the process lives, and whether it can answer."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from api.routes.dependencies import EngineDep, problem_responses
from models.recommendation import Versions

__all__ = ["router"]

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Model, catalog and index are loaded."""

    status: Literal["ready"] = "ready"
    versions: Versions


@router.get("/healthz", operation_id="getHealth", summary="The process lives")
def get_health() -> Alive:
    """Answer 200 as long as the process runs; says nothing about the model."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Model, catalog and index are loaded",
    responses=problem_responses(_503="Still loading, or loading failed."),
)
def get_readiness(engine: EngineDep) -> Ready:
    """Answer 200 with all versions once recommendations can be made."""
    return Ready(versions=engine.recommender.versions)
