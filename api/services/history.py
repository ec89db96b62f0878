"""What was decided on supports before, from feedback, match statuses and reviews: the history that a run honors."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.storage.repositories.history import feedback_on_supports, removals, statuses_of_matches
from models.base import SupportId
from models.recommendation import PastStatus, PastSupport

__all__ = ["past_supports"]

_FEEDBACK: dict[str, PastStatus] = {"started": "in_use", "finished": "finished", "declined": "declined"}
_STATUSES: dict[str, PastStatus | None] = {
    "engaged": "in_use",
    "closed": "finished",
    "declined": "declined",
    # The team took it after all; whether it uses it comes later.
    "accepted": None,
}


class _Step(NamedTuple):
    at: datetime
    support_id: str
    status: PastStatus | None
    reason: str | None


def past_supports(session: Session, team_id: str) -> tuple[PastSupport, ...]:
    """The last word on every support that the team finished, uses or declined, or that an officer removed; by id.

    Kept short on purpose: reason codes in words, never anybody's notes.
    """
    steps = [
        *(
            _Step(at, id_, _FEEDBACK[kind], reason)
            for at, id_, kind, reason in feedback_on_supports(session, team_id, _FEEDBACK)
        ),
        *(
            _Step(at, id_, _STATUSES[status], reason)
            for at, id_, status, reason in statuses_of_matches(session, team_id, _STATUSES)
        ),
        *(_Step(at, id_, "removed", reason) for at, id_, reason in removals(session, team_id)),
    ]
    return _last_words(steps)


def _last_words(steps: Iterable[_Step]) -> tuple[PastSupport, ...]:
    last = {step.support_id: step for step in sorted(steps, key=lambda step: (step.at, step.support_id))}
    return tuple(
        PastSupport(
            support_id=SupportId(support_id),
            status=step.status,
            since=step.at.date(),
            detail=(step.reason or "").replace("_", " ").replace("-", " "),
        )
        for support_id, step in sorted(last.items())
        if step.status is not None
    )
