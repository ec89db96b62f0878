"""What the events of a review add up to, and whether one more may follow. Pure: the same events give the same review.

Undone events are left out, and the others are played again from the run's lists; so an undo restores exactly what was,
and an event on which a later one builds cannot be undone before that one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.errors import Conflict, InvalidBody
from api.reviews.desk import Broken, played, undone
from models.base import Fault
from models.recommendation import RecommendationRun
from models.review import (
    Action,
    Add,
    Defer,
    Entry,
    Note,
    Opened,
    RecallRelease,
    Release,
    RequestSecondReader,
    Review,
    ReviewedList,
    ReviewEvent,
    ReviewState,
    SecondRead,
    Undo,
    Verdict,
)
from models.vocab import SupportKind

__all__ = ["accept", "fold", "lists_of", "released_review"]

_FINAL = (Opened, Release, RecallRelease)


def lists_of(run: RecommendationRun) -> tuple[ReviewedList, ...]:
    """The run's lists as a review finds them."""
    return tuple(
        ReviewedList(
            kind=one.kind,
            kept=tuple(
                Entry(support_id=match.support_id, kind=match.kind, title=match.title, url=match.url, rank=match.rank)
                for match in one.matches
            ),
        )
        for one in run.lists
    )


def fold(lists: Sequence[ReviewedList], events: Sequence[ReviewEvent]) -> Review:
    """What the events, `opened` first, make of a run's lists.

    Raises:
        Conflict, InvalidBody: an event is not possible where it stands; never for events that `accept` let in.
    """
    try:
        desk = played(lists, events)
    except Broken as broken:
        raise broken.error from None
    reading, shown = desk.second_reading, desk.shown
    if reading and reading.read_in and played(lists, events[: reading.read_in]).shown != shown:
        reading = reading.model_copy(update={"verdict": None})
    unchanged = desk.released_in is not None and played(lists, events[: desk.released_in]).shown == shown
    if desk.deferred_because:
        state = ReviewState.DEFERRED
    elif reading and reading.verdict is None:
        state = ReviewState.SECOND_READING
    elif unchanged:
        state = ReviewState.RELEASED
    else:
        state = ReviewState.IN_REVIEW if desk.touched else ReviewState.WAITING
    return Review(
        state=state,
        before_release=desk.before_release,
        lists=tuple(
            ReviewedList(kind=kind, kept=tuple(desk.kept[kind]), removed=tuple(desk.removed[kind]))
            for kind in SupportKind
            if kind in desk.kept
        ),
        comments=tuple(desk.comments),
        assignee=desk.assignee,
        due_at=desk.due_at,
        deferred_because=desk.deferred_because,
        second_reading=reading,
        deciders=tuple(sorted(desk.deciders)),
        released_at=desk.released_at,
        released_in=desk.released_in,
    )


def released_review(lists: Sequence[ReviewedList], events: Sequence[ReviewEvent]) -> Review | None:
    """The review as it stood when the list that the team sees was released; None when the team sees none."""
    number = fold(lists, events).released_in
    return None if number is None else fold(lists, events[:number])


def accept(
    lists: Sequence[ReviewedList], events: Sequence[ReviewEvent], did: Action, *, actor: str, at: datetime
) -> ReviewEvent:
    """The next event, if it is possible.

    Raises:
        Conflict: the review is not in a state that allows it.
        InvalidBody: it names what does not exist; pointers are relative to the action.
    """
    event = ReviewEvent(number=len(events) + 1, at=at, actor=actor, did=did)
    _check(fold(lists, events), events, event)
    try:
        played(lists, [*events, event])
    except Broken as broken:
        if broken.event.number == event.number:
            raise broken.error from None
        which = f"Event {broken.event.number} ({broken.event.did.action})"
        raise Conflict(f"{which} builds on it; undo that one first.") from broken.error
    return event


def _check(review: Review, events: Sequence[ReviewEvent], event: ReviewEvent) -> None:
    """What holds only at the time of the event, not when it is played again."""
    did = event.did
    team_reads = review.released_at is not None and review.before_release
    private = isinstance(did, Note) and not did.for_team
    if isinstance(did, Opened):
        raise Conflict("The review is open already.")
    if isinstance(did, RecallRelease):
        if review.released_at is None:
            raise Conflict("The run is not released.")
    elif isinstance(did, Release):
        if review.state is ReviewState.RELEASED and review.released_in != 1:
            raise Conflict("The list is released as it stands.")
        if review.second_reading and review.second_reading.verdict is not Verdict.AGREE:
            raise Conflict("The second reader has not agreed to the list as it stands.")
    elif team_reads and not private:
        raise Conflict("The run is released; recall it first.")
    check = _CHECKS.get(type(did))
    if check:
        check(review, events, event)


def _check_add(_: Review, __: Sequence[ReviewEvent], event: ReviewEvent) -> None:
    if isinstance(event.did, Add) and event.did.override and not event.did.reason:
        detail = "Say why the rules are overridden."
        raise InvalidBody([Fault(pointer="/reason", detail=detail)])


def _check_defer(_: Review, __: Sequence[ReviewEvent], event: ReviewEvent) -> None:
    if isinstance(event.did, Defer) and event.did.until <= event.at:
        detail = "A review is put off to a later time; this one has passed."
        raise InvalidBody([Fault(pointer="/until", detail=detail)])


def _check_request(review: Review, _: Sequence[ReviewEvent], event: ReviewEvent) -> None:
    if isinstance(event.did, RequestSecondReader) and event.did.reader in {*review.deciders, event.actor}:
        detail = "The second reader is another person than those who made the list."
        raise InvalidBody([Fault(pointer="/reader", detail=detail)])


def _check_read(review: Review, events: Sequence[ReviewEvent], event: ReviewEvent) -> None:
    gone, reading = undone(events), review.second_reading
    undoers = {one.actor for one in events if isinstance(one.did, Undo) and one.number not in gone}
    if event.actor in undoers.union(review.deciders):
        raise Conflict("The second reader is another person than those who made the list.")
    if reading and reading.reader not in (None, event.actor):
        raise Conflict("Another person is asked to be the second reader.")


def _check_undo(_: Review, events: Sequence[ReviewEvent], event: ReviewEvent) -> None:
    did = event.did
    if not isinstance(did, Undo):
        return
    if did.number > len(events):
        detail = f"There is no event {did.number}; the last one is {len(events)}."
        raise InvalidBody([Fault(pointer="/number", detail=detail)])
    if did.number in undone(events):
        raise Conflict(f"Event {did.number} is undone already.")
    root = events[did.number - 1]
    if isinstance(root.did, _FINAL):
        hint = " Use recall." if isinstance(root.did, Release) else ""
        raise Conflict(f"Event {did.number} ({root.did.action}) cannot be undone.{hint}")
    while isinstance(root.did, Undo):
        root = events[root.did.number - 1]
    if isinstance(root.did, SecondRead) and root.actor != event.actor:
        raise Conflict("Only the second reader takes that word back.")


_CHECKS: dict[type, Callable[[Review, Sequence[ReviewEvent], ReviewEvent], None]] = {
    Add: _check_add,
    Defer: _check_defer,
    RequestSecondReader: _check_request,
    SecondRead: _check_read,
    Undo: _check_undo,
}
