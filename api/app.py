"""The HTTP application: wiring, and its OpenAPI document."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from anyio import to_thread
from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline

from api import problems
from api.access.limits import Limits
from api.access.oidc import identity_provider
from api.errors import StorageBusy, StorageFull, StorageUnavailable
from api.metrics import Metrics
from api.middleware import Boundary
from api.openapi import describe
from api.routes import ROUTERS
from api.routes.answers import AnswersBody
from api.routes.catalog_versions import PATH as CATALOG_VERSIONS
from api.routes.dependencies import Clock
from api.routes.described import as_described
from api.routes.once import forget_expired
from api.routes.recommendations import PreviewBody
from api.services.catalog_versions import StoredCatalogs
from api.services.engine import Engine, Inputs, load_inputs
from api.services.evaluation import load_evaluation
from api.services.sign_in import Attempts
from api.settings import Settings, load_settings
from api.storage.database import Database, open_database
from api.storage.migrate import upgrade
from api.web.failures import answer_failure
from api.web.routes import PAGES
from api.web.routes.imports import PATH as IMPORT_PAGE
from api.web.static_files import OwnFiles
from recommender import __version__
from recommender.pipeline import Recommender

__all__ = ["create_app"]

_DESCRIPTION = """\
Maps the needs of K-12 school-improvement teams and network hubs to resources and providers that fit.

Every call but those about the service's health needs a key, sent as `Authorization: Bearer KEY`. Every error is an
RFC 9457 problem document that lists each fault by JSON pointer."""


_FORGET_EVERY_S = 3600


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
    engine = Engine(source or load_inputs(settings), exploration=settings.exploration)
    database = open_database(settings)
    metrics = Metrics(engine, database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        upgrade(database)
        engine.start(StoredCatalogs(database))
        forgetting = asyncio.create_task(_forget(database, clock))
        yield
        forgetting.cancel()
        with suppress(asyncio.CancelledError):
            await forgetting  # its thread may have a connection in hand
        engine.stop()
        database.close()

    # The framework's own page would fetch its parts from elsewhere, and stay blank where there is no way out.
    app = FastAPIOffline(
        redoc_url=None,
        title="Trellis",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/openapi.json",
        # A redirect would send a body twice, and to whatever host the caller named.
        redirect_slashes=False,
        dependencies=[Depends(as_described)],
    )
    app.state.engine = engine
    app.state.database = database
    app.state.clock = clock
    app.state.metrics = metrics
    app.state.settings = settings
    app.state.demo = None
    app.state.evaluation = load_evaluation(settings)
    app.state.sign_in_attempts = Attempts()
    app.state.identity_provider = identity_provider(settings)
    app.state.limits = Limits(settings.requests_per_minute)
    problems.install(app, answer_failure)
    large = dict.fromkeys((CATALOG_VERSIONS, IMPORT_PAGE), settings.max_catalog_bytes)
    app.add_middleware(
        Boundary, max_body_bytes=settings.max_body_bytes, large=large, metrics=metrics, answer=answer_failure
    )
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(PAGES)
    app.mount("/static", OwnFiles(), name="static")
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # as its documentation asks
    return app


async def _forget(database: Database, clock: Clock) -> None:
    """Drop expired answers of creating calls at the start and every hour; a busy database is tried again then."""
    while True:
        with suppress(StorageBusy, StorageFull, StorageUnavailable):
            await to_thread.run_sync(forget_expired, database, clock())
        await asyncio.sleep(_FORGET_EVERY_S)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = describe(app, unseen=[PreviewBody, AnswersBody])
    return app.openapi_schema
