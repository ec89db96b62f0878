"""Feedback from portals: batches that may be sent again, taken whole or not at all."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from api.access.principals import Principal, Scope
from api.engine.engine import Engine
from api.errors import InvalidBody
from api.reviews.feedback_rows import (
    add_events,
    known_events,
    known_runs,
    lock_organization,
    offered_supports,
    own_teams,
)
from api.runs.stored import run_document
from api.storage.tables import FeedbackEvent, Run
from models.base import Fault
from models.match import FeedbackKind, TeamReason
from models.review import Moment, SupportKey, Words

__all__ = [
    "FeedbackBatch",
    "FeedbackTaken",
    "FeedbackView",
    "NewFeedback",
    "feedback_faults",
    "feedback_view",
    "take_feedback",
    "take_mark",
]

_MOST_EVENTS = 100
_CLOCK_SKEW = timedelta(minutes=10)
_WITH_REASON = (FeedbackKind.NOT_HELPFUL, FeedbackKind.DECLINED)


class NewFeedback(BaseModel):
    """One thing that a team did with a support."""

    model_config = ConfigDict(extra="forbid")

    event_id: SupportKey = Field(description="Your own id; the same event may be sent again.", examples=["ev-1042"])
    team_id: SupportKey = Field(examples=["team_01KA4V9E6S8T2N5Q7R0X3Y1Z4B"])
    run_id: SupportKey | None = None
    """The run in which the team saw the support, when it did."""
    support_id: SupportKey = Field(examples=["res-run-charts"])
    kind: FeedbackKind
    reason: TeamReason | None = None
    """Why it is declined or of no help."""
    note: Words = ""
    """The team's own words; shown to its own organization only."""
    at: Moment = Field(description="When it happened, with its zone.", examples=["2026-10-15T09:30:00Z"])


class FeedbackBatch(BaseModel):
    """Up to 100 events."""

    model_config = ConfigDict(extra="forbid")

    events: Annotated[list[NewFeedback], Field(min_length=1, max_length=_MOST_EVENTS)]


class FeedbackTaken(BaseModel):
    """What became of a batch."""

    accepted: int
    duplicates: int
    """Events that were known already, with the same content."""


class FeedbackView(BaseModel):
    """One event as it was taken."""

    event_id: str
    run_id: str | None
    support_id: str
    kind: FeedbackKind
    reason: TeamReason | None
    note: str | None
    """None for officers."""
    at: datetime
    received_at: datetime


def take_feedback(
    session: Session, engine: Engine, principal: Principal, events: Sequence[NewFeedback], *, now: datetime
) -> FeedbackTaken:
    """Store the events that are new.

    Raises:
        InvalidBody: every event that names what the caller does not have, has a time to come, has a reason that does
            not belong to its kind, or has the id of another event.
    """
    lock_organization(session, principal.organization_id)
    checked = _check(session, engine, principal, dict(enumerate(events)), now=now)
    if checked.faults:
        raise InvalidBody(checked.faults)
    new = [_row(event, principal, now) for event in checked.new]
    add_events(session, new)
    return FeedbackTaken(accepted=len(new), duplicates=len(events) - len(new))


class _Checked(NamedTuple):
    faults: Sequence[Fault]
    new: Sequence[NewFeedback]
    """Events that were not sent before."""


def feedback_faults(
    session: Session, engine: Engine, principal: Principal, sent: object, *, now: datetime
) -> Sequence[Fault]:
    """What `take_feedback` would refuse among the events that can be read of those that were `sent`."""
    readable: dict[int, NewFeedback] = {}
    for place, one in enumerate(sent[:_MOST_EVENTS] if isinstance(sent, list) else ()):
        with suppress(ValidationError):
            readable[place] = NewFeedback.model_validate(one)
    return _check(session, engine, principal, readable, now=now).faults


def _check(
    session: Session, engine: Engine, principal: Principal, placed: Mapping[int, NewFeedback], *, now: datetime
) -> _Checked:
    events = placed.values()
    teams = own_teams(session, principal.organization_id, {event.team_id for event in events})
    runs = known_runs(session, {event.run_id for event in events if event.run_id})
    offered = offered_supports(session, teams)
    known: dict[str, tuple[object, ...]] = {
        event_id: _content(row)
        for event_id, row in known_events(
            session, principal.organization_id, {event.event_id for event in events}
        ).items()
    }
    catalog = {support.id for support in engine.of(principal.organization_id).catalog.supports}
    faults: list[Fault] = []
    new: list[NewFeedback] = []
    listed: dict[str, set[str]] = {}
    for place, event in placed.items():
        here = f"/events/{place}"
        if event.event_id in known:
            if known[event.event_id] != _content(event):
                detail = f"The id '{event.event_id}' belongs to another event; give each event an id of its own."
                faults.append(Fault(pointer=f"{here}/event_id", detail=detail))
            continue
        run = runs.get(event.run_id) if event.run_id else None
        if event.team_id not in teams:
            detail = f"There is no team '{event.team_id}' that this key may see."
            faults.append(Fault(pointer=f"{here}/team_id", detail=detail))
        elif event.run_id and (run is None or run.team_id != event.team_id):
            faults.append(Fault(pointer=f"{here}/run_id", detail=f"The team has no run '{event.run_id}'."))
        elif (
            event.support_id not in catalog
            and (event.team_id, event.support_id) not in offered
            and (run is None or event.support_id not in _listed(run, listed))
        ):
            detail = f"'{event.support_id}' is neither in the catalog nor in this run."
            faults.append(Fault(pointer=f"{here}/support_id", detail=detail))
        if event.reason is not None and event.kind not in _WITH_REASON:
            detail = f"A reason belongs to {' or '.join(_WITH_REASON)}; found it with {event.kind}."
            faults.append(Fault(pointer=f"{here}/reason", detail=detail))
        if event.at > now + _CLOCK_SKEW:
            faults.append(Fault(pointer=f"{here}/at", detail="This time has not come yet."))
        known[event.event_id] = _content(event)
        new.append(event)
    return _Checked(faults, new)


def take_mark(
    session: Session,
    engine: Engine,
    principal: Principal,
    *,
    once: str,
    run: Run,
    support_id: str,
    kind: FeedbackKind,
    reason: TeamReason | None,
    now: datetime,
) -> FeedbackTaken:
    """Store what a person just did with a support on a page; the same form sent again counts once.

    Args:
        session: a writing transaction.
        engine: for the catalog.
        principal: who did it, of the team's organization.
        once: random, of the form.
        run: where the support was seen.
        support_id: which one.
        kind: what was done.
        reason: why it is declined or of no help.
        now: the time; that of the first sending counts.

    Raises:
        InvalidBody: as for `take_feedback`.
    """
    seen = "\n".join((once, run.id, support_id, kind, reason or ""))
    event_id = f"page-{hashlib.sha256(seen.encode()).hexdigest()}"
    lock_organization(session, principal.organization_id)
    known = known_events(session, principal.organization_id, [event_id]).get(event_id)
    event = NewFeedback(
        event_id=event_id,
        team_id=run.team_id,
        run_id=run.id,
        support_id=support_id,
        kind=kind,
        reason=reason,
        at=known.at if known else now,
    )
    return take_feedback(session, engine, principal, [event], now=now)


def feedback_view(event: FeedbackEvent, principal: Principal) -> FeedbackView:
    """An event for its own organization, or without the team's words for an officer."""
    return FeedbackView(
        event_id=event.event_id,
        run_id=event.run_id,
        support_id=event.support_id,
        kind=FeedbackKind(event.kind),
        reason=TeamReason(event.reason) if event.reason else None,
        note=None if principal.scope is Scope.OFFICER else event.note,
        at=event.at,
        received_at=event.received_at,
    )


def _content(event: NewFeedback | FeedbackEvent) -> tuple[object, ...]:
    at = event.at.astimezone(UTC)
    return (event.team_id, event.run_id, event.support_id, event.kind, event.reason, event.note, at)


def _listed(run: Run, known: dict[str, set[str]]) -> set[str]:
    if run.id not in known:
        document = run_document(run)
        known[run.id] = {match.support_id for one in document.lists for match in one.matches}
    return known[run.id]


def _row(event: NewFeedback, principal: Principal, now: datetime) -> FeedbackEvent:
    return FeedbackEvent(
        organization_id=principal.organization_id,
        event_id=event.event_id,
        team_id=event.team_id,
        run_id=event.run_id,
        support_id=event.support_id,
        kind=event.kind,
        reason=event.reason,
        note=event.note,
        at=event.at,
        received_at=now,
        actor=principal.actor,
    )
