"""Reviewing a run: opening its review, acting in it, and showing where it stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.errors import Conflict, InvalidBody, NotFound, StaleVersion
from api.services.access import SHARED_WITH_OFFICER, team_with_results
from api.services.engine import Engine
from api.services.matches import offer, take_back
from api.services.review_actions import NewAction, Resolver, read_action
from api.services.review_desk import undone
from api.services.review_fold import accept, fold, lists_of, released_review
from api.services.teams import ReviewPolicy
from api.storage.repositories.audit import note
from api.storage.repositories.reviews import add_review, append_events, events_of, find_review, removal_events
from api.storage.repositories.run_look_ups import answers_behind, find_run
from api.storage.tables import Review as ReviewRow
from api.storage.tables import ReviewEvent as EventRow
from api.storage.tables import Run, Team
from models.base import Fault
from models.recommendation import RecommendationRun
from models.review import Action, Opened, Recall, Release, Review, ReviewedList, ReviewEvent
from models.vocab import ScoreStatus, Visibility

__all__ = [
    "EventView",
    "OpenReview",
    "ReviewView",
    "StandingRemoval",
    "act",
    "open_review",
    "read_review",
    "review_view",
    "shares_with_officer",
    "standing_removals",
]


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


@dataclass(frozen=True)
class StandingRemoval:
    """That a reviewer removed a support and nobody took it back."""

    at: datetime
    support_id: str
    reason: str


def shares_with_officer(team: Team) -> bool:
    """Whether a team lets its program officer see its results."""
    return SHARED_WITH_OFFICER in team.context.get("share_with", ())


def open_review(session: Session, run: Run, team: Team, *, now: datetime, days: int) -> ReviewRow:
    """The review of a new run, due after some days.

    Where the team's policy says so, and where nobody may review because the team does not share with its program
    officer, the team sees the run at once; then its matches are offered already.
    """
    document = RecommendationRun.model_validate_json(run.document)
    shared = shares_with_officer(team)
    did = Opened(
        before_release=shared and team.review_policy == ReviewPolicy.BEFORE_RELEASE,
        due_at=now + timedelta(days=days) if shared else None,
    )
    first = ReviewEvent(number=1, at=now, actor=run.created_by, did=did)
    review = fold(lists_of(document), [first])
    profile = document.profile
    row = ReviewRow(
        run_id=run.id,
        low_confidence=profile.visibility is Visibility.NOTHING
        or any(score.status is ScoreStatus.TOO_FEW_ANSWERS for score in profile.domains),
        unmet_needs=sum(len(one.unmet_needs) for one in document.lists),
    )
    _stand(row, review, version=1, now=now)
    add_review(session, row, _stored(run.id, first))
    if review.released_at is not None:
        offer(session, team.id, run.id, _kept(review), actor=run.created_by, now=now)
    return row


def read_review(session: Session, principal: Principal, run_id: str, *, lock: bool = False) -> OpenReview:
    """The review of a run of a team whose results the caller may see; `lock` before one changes it.

    Raises:
        NotFound: no such run within the caller's reach.
        NotAllowed: the team does not share its results with its program officer.
    """
    run = find_run(session, run_id)
    if run is None:
        raise NotFound("run", run_id)
    try:
        team = team_with_results(session, principal, run.team_id)
    except NotFound:
        raise NotFound("run", run_id) from None
    row = find_review(session, run_id, lock=lock)
    if row is None:
        raise NotFound("review", run_id)
    document = RecommendationRun.model_validate_json(run.document)
    return OpenReview(run, team, row, document, lists_of(document), events_in([*events_of(session, [run_id])]))


def events_in(rows: Sequence[EventRow]) -> tuple[ReviewEvent, ...]:
    """Stored events as values."""
    return tuple(
        ReviewEvent(
            number=row.number, at=row.at, actor=row.actor, did=read_action(row.action, row.support_id, row.payload)
        )
        for row in rows
    )


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
    resolve = Resolver(session, engine, principal, run=opened.document, assessment=answers_behind(session, opened.run))
    events = list(opened.events)
    faults: list[Fault] = []
    for place, sent in enumerate(actions):
        try:
            events.append(accept(opened.lists, events, resolve(sent), actor=principal.actor, at=now))
        except InvalidBody as error:
            faults += [fault.model_copy(update={"pointer": where(place) + fault.pointer}) for fault in error.faults]
        except Conflict as error:
            if faults:  # the conflict may only follow from them
                break
            place_in_body = where(place)
            if place_in_body:
                raise Conflict(f"{place_in_body}: {error}") from error
            raise
    if faults:
        raise InvalidBody(faults)
    new = events[len(opened.events) :]
    if not append_events(session, [_stored(opened.run.id, event) for event in new]):
        raise StaleVersion("Somebody else acted at the same moment; read the review again.")
    review = fold(opened.lists, events)
    _stand(opened.row, review, version=len(events), now=now)
    _follow(session, opened, new, events, actor=principal.actor, now=now)
    session.flush()
    return OpenReview(opened.run, opened.team, opened.row, opened.document, opened.lists, tuple(events))


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


def standing_removals(session: Session, team_id: str) -> tuple[StandingRemoval, ...]:
    """What reviewers removed from a team's runs and did not take back, by run and event."""
    by_run: dict[str, list[EventRow]] = {}
    for row in removal_events(session, team_id):
        by_run.setdefault(row.run_id, []).append(row)
    standing = []
    for rows in by_run.values():
        # Undos of other events are among them; they end nothing here.
        events = events_in(rows)
        gone = undone(events)
        standing += [
            StandingRemoval(row.at, str(row.support_id), row.payload["reason"])
            for row in rows
            if row.action == "remove" and row.number not in gone
        ]
    return tuple(standing)


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
        if not isinstance(event.did, Release | Recall):
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
        if isinstance(event.did, Recall):
            take_back(session, opened.team.id, opened.run.id, keep=(), reason="recalled", actor=actor, now=now)
        elif released := released_review(opened.lists, events[: event.number]):
            kept = _kept(released)
            take_back(session, opened.team.id, opened.run.id, keep=kept, reason="removed", actor=actor, now=now)
            offer(session, opened.team.id, opened.run.id, kept, actor=actor, now=now)


def _stand(row: ReviewRow, review: Review, *, version: int, now: datetime) -> None:
    reading = review.second_reading
    row.state = review.state
    row.version = version
    row.assignee = review.assignee
    row.second_reader = (reading.reader or reading.read_by) if reading else None
    row.due_at = review.due_at
    row.released_at = review.released_at
    row.updated_at = now


def _stored(run_id: str, event: ReviewEvent) -> EventRow:
    payload = event.did.model_dump(mode="json", exclude={"action", "support_id"})
    return EventRow(
        run_id=run_id,
        number=event.number,
        at=event.at,
        actor=event.actor,
        action=event.did.action,
        support_id=getattr(event.did, "support_id", None),
        payload=payload,
    )


def _kept(review: Review) -> tuple[str, ...]:
    return tuple(entry.support_id for one in review.lists for entry in one.kept)
