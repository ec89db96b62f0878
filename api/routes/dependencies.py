"""What endpoints are given: the engine, and the words for their problems in the OpenAPI document."""

from typing import Annotated, Any

from fastapi import Depends, Request

from api.problems import PROBLEM_MEDIA_TYPE
from api.services.engine import Engine

__all__ = ["EngineDep", "problem_responses"]


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


EngineDep = Annotated[Engine, Depends(_engine)]


def problem_responses(**by_status: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for problems, as `_404="why"`."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {int(key.lstrip("_")): {"description": why, "content": content} for key, why in by_status.items()}
