"""What was decided on supports before, from feedback, match statuses and reviews: the history that a run honors."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy.orm import Session

from api.reviews.feedback_rows import feedback_on_supports
from api.reviews.match_rows import statuses_of_team
from api.reviews.records import standing_removals
from models.base import SupportId
from models.match import FeedbackKind, MatchOutcome, MatchState
from models.recommendation import PastStatus, PastSupport
from models.review import RemovalReason

__all__ = ["past_supports"]

_Step = PastStatus | Literal["offered_again", "ended"]
_FEEDBACK: dict[str, PastStatus] = {
    FeedbackKind.STARTED: "in_use",
    FeedbackKind.FINISHED: "finished",
    FeedbackKind.DECLINED: "declined",
}
_STATES: dict[str, _Step] = {
    MatchState.OFFERED: "offered_again",
    MatchState.ACCEPTED: "offered_again",
    MatchState.ENGAGED: "in_use",
    MatchState.DECLINED: "declined",
}
_OUTCOMES: dict[str | None, _Step] = {
    MatchOutcome.HELPED: "finished",
    MatchOutcome.HELPED_SOME: "finished",
    MatchOutcome.DID_NOT_HELP: "finished",
    MatchOutcome.NOT_USED: "offered_again",
    MatchOutcome.UNKNOWN: "ended",
}


class _Event(NamedTuple):
    at: datetime
    support_id: str
    step: _Step
    reason: str | None


def past_supports(session: Session, team_id: str) -> tuple[PastSupport, ...]:
    """The last word on every support that the team finished, uses or declined, or that an officer removed; by id.

    A later offer of what was declined or removed takes that back; so does closing a match that was never used. What was
    removed because nobody could take it on just then may be listed again. Details are reason codes in words, never
    anybody's notes.
    """
    # What is decided in the moment of an offer answers it.
    events = sorted(_events(session, team_id), key=lambda event: (event.at, event.step != "offered_again"))
    return tuple(_last_words(events))


def _events(session: Session, team_id: str) -> Iterator[_Event]:
    for event in feedback_on_supports(session, team_id, _FEEDBACK):
        yield _Event(event.at, event.support_id, _FEEDBACK[event.kind], event.reason)
    for match in statuses_of_team(session, team_id):
        step = _OUTCOMES[match.outcome] if match.status == MatchState.CLOSED else _STATES.get(match.status)
        if step is not None:
            yield _Event(match.at, match.support_id, step, match.reason)
    for removal in standing_removals(session, team_id):
        if removal.reason == RemovalReason.NO_CAPACITY:
            continue  # that was how things stood then
        yield _Event(removal.at, removal.support_id, "removed", removal.reason)


def _last_words(events: Iterable[_Event]) -> Iterator[PastSupport]:
    """One for each support whose last word leaves it out; events in the order of time."""
    last: dict[str, PastSupport] = {}
    for at, support_id, step, reason in events:
        past = last.get(support_id)
        if step == "offered_again":
            if past is not None and past.status in ("declined", "removed"):
                del last[support_id]
            continue
        if step == "ended":
            if past is None or past.status != "in_use":
                continue
            step = "finished"
        last[support_id] = PastSupport(
            support_id=SupportId(support_id),
            status=step,
            since=at.date(),
            detail=(reason or "").replace("_", " "),
        )
    return iter([past for _, past in sorted(last.items())])
