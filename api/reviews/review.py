"""Reviewing a run: acting in its review, and showing where it stands."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.principals import Principal
from api.engine.engine import Engine
from api.errors import Conflict, InvalidBody, NotFound, StaleVersion
from api.reviews.actions import NewAction, Resolver
from api.reviews.desk import undone
from api.reviews.fold import accept, fold, lists_of, released_review
from api.reviews.matches import offer, take_back
from api.reviews.records import event_row, events_in, kept_supports, update_row
from api.reviews.rows import append_events, events_of
from api.runs.rows import find_review
from api.runs.stored import run_document, seen_run
from api.storage.tables import Review as ReviewRow
from api.storage.tables import Run, Team
from models.base import Fault
from models.recommendation import RecommendationRun
from models.review import Action, RecallRelease, Release, Review, ReviewedList, ReviewEvent

__all__ = ["EventView", "OpenReview", "ReviewView", "act", "action_faults", "read_review", "review_view"]

_ACTION: TypeAdapter[NewAction] = TypeAdapter(NewAction)


@dataclass(frozen=True)
class OpenReview:
    """A run's review with everything that its events are played on."""

    run: Run
    team: Team
    row: ReviewRow
    document: RecommendationRun
    lists: tuple[ReviewedList, ...]
    events: tuple[ReviewEvent, ...]

    @property
    def version(self) -> int:
        """Number of the last event."""
        return self.row.version


class EventView(BaseModel):
    """One thing that a reviewer did."""

    number: int
    at: datetime
    actor: str
    did: Action
    undone: bool
    """Whether a later undo took it back."""


class ReviewView(BaseModel):
    """A review: where it stands, the lists as they are now, and everything that was done."""

    run_id: str
    team_id: str
    team_name: str
    version: int
    """Number of the last event; the ETag."""
    low_confidence: bool
    """Whether too few people or answers stand behind the run to show its numbers."""
    unmet_needs: int
    """Priority needs, counted for each kind, that nothing in the catalog was good enough for."""
    review: Review
    events: list[EventView]


def read_review(session: Session, principal: Principal, run_id: str, *, lock: bool = False) -> OpenReview:
    """The review of a run of a team whose results the caller may see; `lock` before one changes it.

    Raises:
        NotFound: no such run within the caller's reach.
        NotAllowed: the team does not share its results with its program officer.
    """
    run, team, _ = seen_run(session, principal, run_id, inputs=lock)
    row = find_review(session, run_id, lock=lock)
    if row is None:
        raise NotFound("review", run_id)
    document = run_document(run)
    return OpenReview(run, team, row, document, lists_of(document), events_in(events_of(session, [run_id])))


def act(
    session: Session,
    engine: Engine,
    principal: Principal,
    opened: OpenReview,
    actions: Sequence[NewAction],
    *,
    now: datetime,
    where: Callable[[int], str] = lambda _: "",
) -> OpenReview:
    """Take all actions, one after the other, or none.

    Args:
        session: a writing transaction; the review was read in it with `lock`.
        engine: for supports that are added.
        principal: who acts.
        opened: the review.
        actions: what to do.
        now: the time.
        where: JSON pointer of each action in the request's body.

    Raises:
        InvalidBody: every action that names what does not exist, or that a rule of reviewing does not take.
        Conflict: the first action that the state of the review does not allow.
        StaleVersion: somebody else acted in the meantime.
    """
    tried = _try(session, engine, principal, opened, dict(enumerate(actions)), now=now, where=where)
    if tried.faults:
        raise InvalidBody(tried.faults)
    if tried.conflict is not None:
        raise tried.conflict
    events = tried.events
    new = events[len(opened.events) :]
    if not append_events(session, [event_row(opened.run.id, event) for event in new]):
        raise StaleVersion("Somebody else acted at the same moment; read the review again.")
    review = fold(opened.lists, events)
    update_row(opened.row, review, version=len(events), now=now)
    _follow(session, opened, new, events, actor=principal.actor, now=now)
    session.flush()
    return OpenReview(opened.run, opened.team, opened.row, opened.document, opened.lists, tuple(events))


def action_faults(
    session: Session,
    engine: Engine,
    principal: Principal,
    opened: OpenReview,
    sent: Mapping[int, object],
    *,
    now: datetime,
    where: Callable[[int], str] = lambda _: "",
) -> Sequence[Fault]:
    """What `act` would refuse among the actions that can be read of those that were `sent`, by their place."""
    readable: dict[int, NewAction] = {}
    for place, one in sent.items():
        with suppress(ValidationError):
            readable[place] = _ACTION.validate_python(one)
    return _try(session, engine, principal, opened, readable, now=now, where=where).faults


class _Tried(NamedTuple):
    events: list[ReviewEvent]
    """Those of the review, and the new ones."""
    faults: Sequence[Fault]
    conflict: Conflict | None


def _try(
    session: Session,
    engine: Engine,
    principal: Principal,
    opened: OpenReview,
    actions: Mapping[int, NewAction],
    *,
    now: datetime,
    where: Callable[[int], str],
) -> _Tried:
    """What becomes of the actions, one after the other, until one conflicts; nothing is stored."""
    seen = engine.of(opened.team.organization_id, seen_by=principal.organization_id)
    resolve = Resolver(session, seen, principal, run=opened.document, row=opened.run)
    events = list(opened.events)
    faults: list[Fault] = []
    for place, sent in actions.items():
        try:
            events.append(accept(opened.lists, events, resolve(sent), actor=principal.actor, at=now))
        except InvalidBody as error:
            faults += [fault.model_copy(update={"pointer": where(place) + fault.pointer}) for fault in error.faults]
        except Conflict as error:
            # Beside faults it may only follow from them.
            place_in_body = where(place)
            return _Tried(events, faults, Conflict(f"{place_in_body}: {error}") if place_in_body else error)
    return _Tried(events, faults, None)


def review_view(opened: OpenReview) -> ReviewView:
    """A review for officers."""
    gone = undone(opened.events)
    return ReviewView(
        run_id=opened.run.id,
        team_id=opened.team.id,
        team_name=opened.team.name,
        version=opened.version,
        low_confidence=opened.row.low_confidence,
        unmet_needs=opened.row.unmet_needs,
        review=fold(opened.lists, opened.events),
        events=[
            EventView(number=event.number, at=event.at, actor=event.actor, did=event.did, undone=event.number in gone)
            for event in opened.events
        ],
    )


def _follow(
    session: Session,
    opened: OpenReview,
    new: Sequence[ReviewEvent],
    events: Sequence[ReviewEvent],
    *,
    actor: str,
    now: datetime,
) -> None:
    """What releases and recalls mean for matches and for the audit."""
    for event in new:
        if not isinstance(event.did, Release | RecallRelease):
            continue
        what = event.did.action
        note(
            session,
            f"review.{what}",
            opened.run.id,
            actor=actor,
            organization_id=opened.team.organization_id,
            now=now,
            detail={"event": event.number},
        )
        if isinstance(event.did, RecallRelease):
            take_back(session, opened.team.id, opened.run.id, keep=(), reason="recalled", actor=actor, now=now)
        elif released := released_review(opened.lists, events[: event.number]):
            kept = kept_supports(released)
            take_back(session, opened.team.id, opened.run.id, keep=kept, reason="removed", actor=actor, now=now)
            offer(session, opened.team.id, opened.run.id, kept, actor=actor, now=now)
