"""Creating calls that may be repeated: the answer is kept in the transaction that created the thing."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.errors import IdempotencyMismatch
from api.storage.database import Database
from api.storage.repositories.stored_answers import (
    find_stored_answer,
    forget_stored_answers,
    lock_stored_answer,
    store_answer,
)
from api.storage.tables import StoredAnswer

__all__ = ["KEPT_FOR", "Created", "Once", "forget_expired"]

KEPT_FOR = timedelta(hours=24)
"""How long a repeated call gets the first answer."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Any text that is new for each creation; a repeated call gets the first answer again.",
    ),
]


@dataclass(frozen=True)
class Created:
    """The answer of a call that created something."""

    body: BaseModel
    location: str
    kept: BaseModel | None = None
    """What a repeated call gets instead of the body, when the body holds a secret that must not be stored."""
    etag: str | None = None
    team_id: str | None = None
    """The team whose content the body may hold; the kept answer is deleted with it."""
    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)


class _Once:
    """Runs a creating call at most once for each Idempotency-Key of a caller."""

    def __init__(self, key: str | None, fingerprint: str) -> None:
        self._key = key
        self._fingerprint = fingerprint

    def __call__(self, session: Session, make: Callable[[], Created], *, owner: str, now: datetime) -> Response:
        """The answer of `make`, or the kept answer of the earlier call with the same key.

        The second of two calls with one key at the same time waits for the first and gets its answer. A call that fails
        leaves nothing, and may be repeated. Answers are kept for a day.

        Raises:
            IdempotencyMismatch: the key was used for another request.
        """
        if self._key is None:
            return _response(make())
        lock_stored_answer(session, owner, self._key)
        if (kept := self.kept(session, owner=owner, now=now)) is not None:
            return kept
        forget_stored_answers(session, before=now - KEPT_FOR)
        response = _response(created := make())
        answer = StoredAnswer(
            owner=owner,
            key=self._key,
            fingerprint=self._fingerprint,
            team_id=created.team_id,
            status=response.status_code,
            headers={name: value for name, value in response.headers.items() if name in ("location", "etag")},
            body=_text(created.kept or created.body),
            created_at=now,
        )
        store_answer(session, answer)
        return response

    def kept(self, session: Session, *, owner: str, now: datetime) -> Response | None:
        """The kept answer of the earlier call with the same key; None when there was none.

        Raises:
            IdempotencyMismatch: the key was used for another request.
        """
        kept = find_stored_answer(session, owner, self._key) if self._key is not None else None
        if kept is None or kept.created_at < now - KEPT_FOR:
            return None
        if kept.fingerprint != self._fingerprint:
            raise IdempotencyMismatch("This Idempotency-Key was used for another request; use a new one.")
        headers = {**kept.headers, "Idempotency-Replayed": "true"}
        return Response(kept.body, kept.status, headers, media_type="application/json")


def forget_expired(database: Database, now: datetime) -> None:
    """Drop the answers that nobody gets any more.

    Raises:
        StorageBusy, StorageFull, StorageUnavailable: as the database says.
    """
    with database.writing() as session:
        forget_stored_answers(session, before=now - KEPT_FOR)


async def _once(request: Request, key: IdempotencyKey = None) -> _Once:
    what = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()
    return _Once(key, hashlib.sha256(what).hexdigest())


def _response(created: Created) -> Response:
    headers = {"Location": created.location, **created.headers}
    if created.etag:
        headers["ETag"] = created.etag
    return Response(_text(created.body), created.status, headers, media_type="application/json")


def _text(body: BaseModel) -> str:
    return body.model_dump_json(by_alias=True)


Once = Annotated[_Once, Depends(_once)]
