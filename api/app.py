"""The HTTP application: wiring, and its OpenAPI document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api import problems
from api.middleware import Boundary
from api.routes import (
    answers,
    assessments,
    health,
    instrument,
    problem_pages,
    profiles,
    recommendations,
    supports,
    teams,
)
from api.routes.answers import AnswersBody
from api.routes.dependencies import Clock
from api.routes.recommendations import PreviewBody
from api.services.engine import Engine, Inputs, load_inputs
from api.settings import Settings, load_settings
from api.storage.database import open_database
from api.storage.migrate import upgrade
from recommender import __version__
from recommender.pipeline import Recommender

__all__ = ["create_app"]

_DESCRIPTION = """\
Maps the needs of K-12 school-improvement teams and network hubs to resources and providers that fit.

Every call but those about the service's health needs a key, sent as `Authorization: Bearer KEY`. Every error is an
RFC 9457 problem document that lists each fault by JSON pointer."""


def _system_clock() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings | None = None,
    source: Inputs | Recommender | None = None,
    *,
    clock: Clock = _system_clock,
) -> FastAPI:
    """The application.

    Args:
        settings: None reads them from the environment.
        source: a recommender ready to use, or the inputs of one that is then loaded in the background, and `/readyz`
            says when; None takes the inputs that the settings name.
        clock: the time, with its zone.

    Raises:
        InputError: the settings, or the files that they name, have faults.
        ModelError: the embedding model is missing or altered.
    """
    settings = settings or load_settings()
    engine = Engine(source or load_inputs(settings))
    database = open_database(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        upgrade(database)
        engine.start()
        yield
        database.close()

    app = FastAPI(
        title="Trellis", version=__version__, description=_DESCRIPTION, lifespan=lifespan, openapi_url="/openapi.json"
    )
    app.state.engine = engine
    app.state.database = database
    app.state.clock = clock
    problems.install(app)
    app.add_middleware(Boundary, max_body_bytes=settings.max_body_bytes)
    for routes in (teams, assessments, answers, profiles, recommendations, supports, instrument, health, problem_pages):
        app.include_router(routes.router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # as its documentation asks
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            openapi_version="3.1.0",
        )
        # Handlers write problems and services read raw bodies, so FastAPI does not see these models.
        _, unseen = models_json_schema(
            [(problems.Problem, "serialization"), (PreviewBody, "validation"), (AnswersBody, "validation")],
            ref_template="#/components/schemas/{model}",
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        document["components"]["schemas"] = dict(sorted((unseen["$defs"] | schemas).items()))
        app.openapi_schema = document
    return app.openapi_schema
