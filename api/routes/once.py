"""Creating calls that may be repeated: the answer is kept in the transaction that created the thing."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.errors import IdempotencyMismatch
from api.storage.repositories.stored_answers import find_stored_answer, store_answer
from api.storage.tables import StoredAnswer

__all__ = ["Created", "Once"]

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

        Two calls with one key at the same time cannot both succeed: the second fails on the key's uniqueness.

        Raises:
            IdempotencyMismatch: the key was used for another request.
        """
        if self._key is None:
            return _response(make())
        kept = find_stored_answer(session, owner, self._key)
        if kept is not None:
            if kept.fingerprint != self._fingerprint:
                raise IdempotencyMismatch("This Idempotency-Key was used for another request; use a new one.")
            headers = {**kept.headers, "Idempotency-Replayed": "true"}
            return Response(kept.body, kept.status, headers, media_type="application/json")
        response = _response(created := make())
        answer = StoredAnswer(
            owner=owner,
            key=self._key,
            fingerprint=self._fingerprint,
            team_id=created.team_id,
            status=response.status_code,
            headers={name: value for name, value in response.headers.items() if name in ("location", "etag")},
            body=(created.kept or created.body).model_dump_json(by_alias=True),
            created_at=now,
        )
        store_answer(session, answer)
        return response


async def _once(request: Request, key: IdempotencyKey = None) -> _Once:
    what = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()
    return _Once(key, hashlib.sha256(what).hexdigest())


def _response(created: Created) -> Response:
    headers = {"Location": created.location, **created.headers}
    if created.etag:
        headers["ETag"] = created.etag
    body = created.body.model_dump_json(by_alias=True)
    return Response(body, created.status, headers, media_type="application/json")


Once = Annotated[_Once, Depends(_once)]
