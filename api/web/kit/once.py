"""Forms that create something: sent twice by impatience or by going back, they create it once."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from api.http.once import led_to

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
    return led_to(session, key, make, owner=owner, now=now)
