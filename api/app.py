"""The HTTP application: wiring, and its OpenAPI document."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from anyio import to_thread
from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline

from api.access.door import FrontDoor
from api.access.limits import HeldBytes, Limits
from api.access.oidc import identity_provider
from api.assessments.answer_routes import AnswersBody
from api.assessments.answers import invitation_of
from api.assessments.respondents import INVITATION
from api.catalog.own_routes import PATH as OWN_ADDITIONS
from api.catalog.version_routes import PATH as CATALOG_VERSIONS
from api.catalog.versions import StoredCatalogs
from api.engine.engine import Engine, Inputs, load_inputs
from api.errors import StorageBusy, StorageFull, StorageUnavailable
from api.evaluation.published import load_evaluation
from api.http import problems
from api.http.browsers import SESSION_COOKIE
from api.http.dependencies import Clock
from api.http.described import as_described
from api.http.metrics import Metrics
from api.http.middleware import Boundary
from api.http.once import forget_expired
from api.http.openapi import describe
from api.operating.docs_page import PARTS as DOCS_PARTS
from api.operating.entrance import Admission, Entrance
from api.operating.instance import note_settings
from api.operating.traffic import SPECIAL, Traffic
from api.people.sign_in import Attempts
from api.recommending.preview_routes import PreviewBody
from api.routers import ROUTERS
from api.settings import Settings, load_settings
from api.storage.database import Database, open_database
from api.storage.migrate import newest_revision, upgrade
from api.web.catalog.import_pages import PATH as IMPORT_PAGE
from api.web.catalog.own_pages import PATH as OWN_PAGE
from api.web.kit.failures import answer_failure
from api.web.kit.language import SpeaksLanguage
from api.web.kit.static_files import OwnFiles
from api.web.kit.visitors import CHECK_COOKIE
from api.web.pages import PAGES
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
        database.expect(newest_revision())
        with suppress(StorageBusy, StorageFull, StorageUnavailable), database.writing() as session:
            note_settings(session, engine, now=clock())
        engine.start(StoredCatalogs(database))
        forgetting = asyncio.create_task(_forget(database, clock))
        yield
        forgetting.cancel()
        with suppress(asyncio.CancelledError):
            await forgetting  # its thread may have a connection in hand
        engine.stop()
        database.close()

    app = FastAPIOffline(
        docs_url=None,
        redoc_url=None,
        static_url=DOCS_PARTS,
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
    admission = _admission(settings, database, app.state.limits, clock)
    app.state.traffic = admission.traffic
    metrics.follow({name: lane.load for name, lane in admission.traffic.lanes.items()})
    app.add_middleware(
        Entrance,
        max_body_bytes=settings.max_body_bytes,
        body_seconds=settings.body_seconds,
        large=dict.fromkeys((CATALOG_VERSIONS, OWN_ADDITIONS, IMPORT_PAGE, OWN_PAGE), settings.max_catalog_bytes),
        admission=admission,
        answer=answer_failure,
    )
    app.add_middleware(Boundary, metrics=metrics, answer=answer_failure, hsts_seconds=settings.hsts_seconds)
    app.add_middleware(SpeaksLanguage)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(PAGES)
    app.mount("/static", OwnFiles(), name="static")
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # as its documentation asks
    return app


def _admission(settings: Settings, database: Database, limits: Limits, clock: Clock) -> Admission:
    door = FrontDoor(
        database,
        limits,
        clock,
        session_cookie=SESSION_COOKIE,
        invitation_cookie=CHECK_COOKIE,
        invitation_prefix=INVITATION,
        invited=lambda token: f"respondent:{invitation_of(database, token).respondent_id}",
    )
    imports = [("POST", path) for path in (CATALOG_VERSIONS, IMPORT_PAGE)]
    return Admission(
        door=door,
        traffic=Traffic(settings, {**SPECIAL, "imports": imports}),
        bodies=HeldBytes(64 * settings.max_body_bytes, 16 * settings.max_body_bytes),
    )


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
