"""Forms that create something: sent twice by impatience or by going back, they create it once."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from api.routes.once import KEPT_FOR
from api.storage.repositories.stored_answers import (
    find_stored_answer,
    forget_stored_answers,
    lock_stored_answer,
    store_answer,
)
from api.storage.tables import StoredAnswer

__all__ = ["once_at", "one_time"]


def one_time() -> str:
    """What a form carries in its hidden field `once`; new for each form that is shown."""
    return secrets.token_urlsafe(12)


def once_at(
    session: Session,
    form: FormData,
    make: Callable[[], tuple[str, str | None]],
    *,
    owner: str,
    now: datetime,
) -> tuple[str, bool]:
    """Where a form leads, and whether it was sent for the first time.

    The same form with other content is another form.

    Args:
        session: a writing transaction.
        form: as it was sent.
        make: creates the thing; gives the path of its page and the id of the team that it belongs to, if any.
        owner: who sent it.
        now: the time.
    """
    content = "\n".join(f"{name}={value}" for name, value in form.multi_items())
    key = "form:" + hashlib.sha256(content.encode()).hexdigest()
    if not form.get("once"):
        return make()[0], True
    lock_stored_answer(session, owner, key)
    kept = find_stored_answer(session, owner, key)
    if kept is not None and kept.created_at >= now - KEPT_FOR:
        return str(kept.headers["location"]), False
    forget_stored_answers(session, before=now - KEPT_FOR)
    address, team_id = make()
    store_answer(
        session,
        StoredAnswer(
            owner=owner,
            key=key,
            fingerprint=key,
            team_id=team_id,
            status=303,
            headers={"location": address},
            body="",
            created_at=now,
        ),
    )
    return address, True
