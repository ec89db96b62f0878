"""Whether the process lives, and whether it can answer."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from api.errors import NotReady
from api.http.dependencies import DatabaseDep, EngineDep, problem_responses
from api.storage.migrate import newest_revision, present_revision
from models.recommendation import Versions

__all__ = ["router"]

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Model, catalog and index are loaded, and the database is there."""

    status: Literal["ready"] = "ready"
    versions: Versions
    database_revision: str | None
    """Of the tables; the one that this version expects."""


@router.get("/healthz", operation_id="getHealth", summary="The process lives")
async def get_health() -> Alive:
    """Answer 200 as long as the process runs; says nothing about the model, and waits for nothing."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Recommendations can be made and stored",
    responses=problem_responses(_503="Still loading, about to end, or without its database; the detail says which."),
)
def get_readiness(request: Request, engine: EngineDep, database: DatabaseDep) -> Ready:
    """Answer 200 with all versions once model, catalog and index are loaded, while the database is there."""
    if getattr(request.app.state, "stopping", False):
        raise NotReady("This process is about to end.")
    versions = engine.recommender.versions
    expected, present = newest_revision(), present_revision(database)
    if present != expected:
        raise NotReady(f"The database has the tables of revision {present}; this version expects {expected}.")
    return Ready(versions=versions, database_revision=present)
