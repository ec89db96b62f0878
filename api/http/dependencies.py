"""What endpoints are given: the engine, transactions, the caller, and the words for their problems in OpenAPI."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.concurrency import contextmanager_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from api.access.door import KnownCaller
from api.access.keys import authenticate
from api.access.limits import Limits
from api.access.principals import Permission, Principal
from api.engine.engine import Engine
from api.errors import Unauthenticated
from api.http.metrics import Metrics
from api.http.problems import PROBLEM_MEDIA_TYPE
from api.storage.database import Database

__all__ = [
    "CatalogReader",
    "Clock",
    "DatabaseDep",
    "Done",
    "EngineDep",
    "MetricsDep",
    "Now",
    "Reading",
    "Require",
    "Writing",
    "leave_lane",
    "problem_responses",
]

Clock = Callable[[], datetime]


# Coroutines where nothing blocks: a plain function would cost a change of threads at each request.
async def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now.astimezone(UTC)


EngineDep = Annotated[Engine, Depends(_engine)]
DatabaseDep = Annotated[Database, Depends(_database)]
Now = Annotated[datetime, Depends(_now)]
"""The time of the request, UTC."""


def _reading(database: DatabaseDep) -> Iterator[Session]:
    with database.reading() as session:
        yield session


async def _writing(database: DatabaseDep) -> AsyncIterator[Session]:
    async with database.turns.turn(), contextmanager_in_threadpool(database.writing()) as session:
        yield session


# With the scope "function" the transaction ends before the answer is sent: a commit that fails cannot follow a 201.
Reading = Annotated[Session, Depends(_reading, scope="function")]
Writing = Annotated[Session, Depends(_writing, scope="function")]

_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="An API key from `trellis keys create`.")


class Require:
    """A dependency that gives the caller, who must hold a permission: `Annotated[Principal, Depends(Require(...))]`."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(
        self,
        request: Request,
        database: DatabaseDep,
        now: Now,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    ) -> Principal:
        """The caller.

        Raises:
            Unauthenticated: no key, or one that is unknown or revoked.
            NotAllowed: the key's scope does not hold the permission.
            TooManyRequests: the key, or an address without one, has called too often.
        """
        entry: KnownCaller | None = getattr(request.state, "entry", None)
        if entry is not None and entry.principal is not None:  # the door has looked, and counted
            entry.principal.must(self.permission)
            return entry.principal
        limits: Limits = request.app.state.limits
        try:
            if credentials is None:
                raise Unauthenticated("Send a key as `Authorization: Bearer KEY`; `trellis keys create` makes one.")
            principal = authenticate(database, credentials.credentials, now=now)
        except Unauthenticated:
            limits.count_failure(request.client.host if request.client else "unknown")
            raise
        request.state.actor = principal.actor
        request.state.headers = limits.count(principal.actor)
        principal.must(self.permission)
        return principal


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _done(request: Request) -> Callable[[str, int], None]:
    def done(what: str, count: int) -> None:
        request.state.done = {what: count}

    return done


MetricsDep = Annotated[Metrics, Depends(_metrics)]
Done = Annotated[Callable[[str, int], None], Depends(_done)]
"""Says what a request did, `done("answers_saved", 3)`; it counts in the metrics once the request is answered well."""
CatalogReader = Annotated[Principal, Depends(Require(Permission.READ_CATALOG))]


def leave_lane(request: Request) -> None:
    """Give the place in the request's lane to the next one: what is left to do is of another kind."""
    leave: Callable[[], None] | None = getattr(request.state, "leave", None)
    if leave is not None:
        leave()


def problem_responses(**by_status: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for problems, as `_404="why"`; what every route with a key may answer comes by itself."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {int(key.lstrip("_")): {"description": why, "content": content} for key, why in by_status.items()}
