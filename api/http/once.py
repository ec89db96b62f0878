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
from api.http.rows import find_stored_answer, forget_stored_answers, lock_stored_answer, store_answer
from api.storage.database import Database
from api.storage.tables import StoredAnswer

__all__ = ["KEPT_FOR", "Created", "Once", "forget_expired", "led_to"]

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
        key, fresh = self._key, []

        def answer() -> StoredAnswer:
            fresh.append(response := _response(created := make()))
            return StoredAnswer(
                owner=owner,
                key=key,
                fingerprint=self._fingerprint,
                team_id=created.team_id,
                status=response.status_code,
                headers={name: value for name, value in response.headers.items() if name in ("location", "etag")},
                body=_text(created.kept or created.body),
                created_at=now,
            )

        kept = _kept_or_made(session, owner, key, answer, now=now)
        return fresh[0] if fresh else self._replayed(kept)

    def kept(self, session: Session, *, owner: str, now: datetime) -> Response | None:
        """The kept answer of the earlier call with the same key; None when there was none.

        Raises:
            IdempotencyMismatch: the key was used for another request.
        """
        kept = _found(session, owner, self._key, now) if self._key is not None else None
        return None if kept is None else self._replayed(kept)

    def _replayed(self, kept: StoredAnswer) -> Response:
        if kept.fingerprint != self._fingerprint:
            raise IdempotencyMismatch("This Idempotency-Key was used for another request; use a new one.")
        headers = {**kept.headers, "Idempotency-Replayed": "true"}
        return Response(kept.body, kept.status, headers, media_type="application/json")


def led_to(
    session: Session, key: str, make: Callable[[], tuple[str, str | None]], *, owner: str, now: datetime
) -> tuple[str, bool]:
    """Where a browser is led that sent a creating form, and whether the form was sent for the first time.

    Args:
        session: a writing transaction.
        key: the same for the same form with the same content.
        make: creates the thing; gives the path of its page and the id of the team that it belongs to, if any.
        owner: who sent it.
        now: the time.
    """
    first = False

    def answer() -> StoredAnswer:
        nonlocal first
        first = True
        address, team_id = make()
        return StoredAnswer(
            owner=owner,
            key=key,
            fingerprint=key,
            team_id=team_id,
            status=303,
            headers={"location": address},
            body="",
            created_at=now,
        )

    kept = _kept_or_made(session, owner, key, answer, now=now)
    return str(kept.headers["location"]), first


def _kept_or_made(
    session: Session, owner: str, key: str, make: Callable[[], StoredAnswer], *, now: datetime
) -> StoredAnswer:
    """The answer that is kept under a key, or the one that `make` gives, which is kept for a day from then on.

    The second of two calls with one key at the same time waits for the first.
    """
    lock_stored_answer(session, owner, key)
    if (kept := _found(session, owner, key, now)) is not None:
        return kept
    forget_stored_answers(session, before=now - KEPT_FOR)
    store_answer(session, made := make())
    return made


def _found(session: Session, owner: str, key: str, now: datetime) -> StoredAnswer | None:
    kept = find_stored_answer(session, owner, key)
    return kept if kept is not None and kept.created_at >= now - KEPT_FOR else None


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
