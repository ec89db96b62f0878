"""A review while its events are played, one after the other, onto the lists of its run."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from api.errors import Conflict, InvalidBody
from models.base import Fault, SupportId
from models.review import (
    Add,
    Addition,
    Approve,
    Assign,
    Comment,
    Defer,
    Entry,
    Move,
    Note,
    Opened,
    Pin,
    RecallRelease,
    Release,
    Removal,
    Remove,
    RequestSecondReader,
    ReviewedList,
    ReviewEvent,
    SecondRead,
    SecondReading,
    SetDue,
    Undo,
    Unpin,
)
from models.vocab import SupportKind

__all__ = ["Broken", "Desk", "Shown", "played", "undone"]


def undone(events: Sequence[ReviewEvent]) -> frozenset[int]:
    """Numbers of the events that do not count: those taken back by an undo that was not taken back itself."""
    gone: set[int] = set()
    for event in reversed(events):
        if isinstance(event.did, Undo) and event.number not in gone:
            gone.add(event.did.number)
    return frozenset(gone)


class Broken(Exception):
    """An event that is not possible where it stands."""

    def __init__(self, event: ReviewEvent, error: Conflict | InvalidBody) -> None:
        self.event = event
        self.error = error


class Shown(NamedTuple):
    """What the team would read if the list were released now."""

    kept: tuple[tuple[str, bool], ...]
    comments: tuple[tuple[int, str], ...]


class Desk:
    """The review while its events are played."""

    def __init__(self, lists: Sequence[ReviewedList]) -> None:
        self.kept: dict[SupportKind, list[Entry]] = {one.kind: list(one.kept) for one in lists}
        self.removed: dict[SupportKind, list[Entry]] = {one.kind: [] for one in lists}
        self.comments: list[Comment] = []
        self.before_release = True
        self.assignee: str | None = None
        self.due_at: datetime | None = None
        self.deferred_because: str | None = None
        self.second_reading: SecondReading | None = None
        self.deciders: set[str] = set()
        self.released_at: datetime | None = None
        self.released_in: int | None = None
        self.touched = False

    @property
    def shown(self) -> Shown:
        """What a release would show now."""
        return Shown(
            tuple((entry.support_id, entry.pinned) for kind in SupportKind for entry in self.kept.get(kind, ())),
            tuple((comment.number, comment.text) for comment in self.comments if comment.for_team),
        )

    def play(self, event: ReviewEvent) -> None:
        """Take one event in.

        Raises:
            Conflict, InvalidBody: it is not possible here.
        """
        match event.did:
            case Opened() as did:
                self.before_release, self.due_at = did.before_release, did.due_at
                if not did.before_release:
                    self.released_at, self.released_in = event.at, event.number
            case Approve() | Remove() | Pin() | Unpin() | Move() | Add():
                self._shape(event)
            case Note() as did:
                self._comment(event, did)
            case Defer() as did:
                self.due_at, self.deferred_because, self.touched = did.until, did.reason, True
            case Assign() as did:
                self.assignee = did.assignee
            case SetDue() as did:
                self.due_at = did.due_at
            case RequestSecondReader() as did:
                self.second_reading = SecondReading(requested_by=event.actor, reader=did.reader)
                self._decided(event)
            case SecondRead() as did:
                self._read(event, did)
            case Release():
                self.released_at, self.released_in = event.at, event.number
                self.deferred_because, self.touched = None, True
            case RecallRelease():
                self.released_at, self.released_in, self.touched = None, None, True
            case Undo():
                pass

    def _shape(self, event: ReviewEvent) -> None:
        match event.did:
            case Approve() as did:
                self._change(did.support_id, approved=True)
            case Remove() as did:
                entry = self._take(did.support_id)
                removal = Removal(by=event.actor, reason=did.reason, note=did.note)
                self.removed[entry.kind].append(entry.model_copy(update={"removal": removal}))
            case Pin() as did:
                if self._kept(did.support_id).pinned:
                    raise Conflict(f"'{did.support_id}' is pinned already.")
                self._put(self._take(did.support_id), pinned=True)
            case Unpin() as did:
                if not self._kept(did.support_id).pinned:
                    raise Conflict(f"'{did.support_id}' is not pinned.")
                self._put(self._take(did.support_id), pinned=False)
            case Move() as did:
                self._move(did)
            case Add() as did:
                self._add(event, did)
        self._decided(event)

    def _decided(self, event: ReviewEvent) -> None:
        self.deciders.add(event.actor)
        self.deferred_because, self.touched = None, True

    def _comment(self, event: ReviewEvent, did: Note) -> None:
        if did.support_id is not None:
            self._known(did.support_id)
        self.comments.append(
            Comment(
                number=event.number,
                by=event.actor,
                at=event.at,
                text=did.text,
                support_id=did.support_id,
                for_team=did.for_team,
            )
        )
        if did.for_team:
            self._decided(event)

    def _read(self, event: ReviewEvent, did: SecondRead) -> None:
        if self.second_reading is None:
            raise Conflict("Nobody asked for a second reading.")
        self.second_reading = self.second_reading.model_copy(
            update={"verdict": did.verdict, "read_by": event.actor, "read_in": event.number, "note": did.note}
        )
        self.touched = True

    def _move(self, did: Move) -> None:
        kept = self.kept[self._kept(did.support_id).kind]
        n_pinned = sum(entry.pinned for entry in kept)
        pinned = self._kept(did.support_id).pinned
        first, last = (1, n_pinned) if pinned else (n_pinned + 1, len(kept))
        if not first <= did.to_place <= last:
            which = "pinned matches of its list" if pinned else "matches of its list that are not pinned"
            detail = f"The {which} have the places {first} to {last}; found {did.to_place}."
            raise InvalidBody([Fault(pointer="/to_place", detail=detail)])
        kept.insert(did.to_place - 1, self._take(did.support_id).model_copy(update={"moved": True}))

    def _add(self, event: ReviewEvent, did: Add) -> None:
        known = self._find(did.support_id)
        if known is not None:
            why = "was removed; undo that to have it back" if known.removal else "is in the list already"
            raise Conflict(f"'{did.support_id}' {why}.")
        entry = Entry(
            support_id=SupportId(did.support_id),
            kind=did.kind,
            title=did.title,
            url=did.url,
            rank=None,
            addition=Addition(by=event.actor, reason=did.reason, violations=did.violations),
        )
        self.kept.setdefault(did.kind, []).append(entry)
        self.removed.setdefault(did.kind, [])

    def _put(self, entry: Entry, *, pinned: bool) -> None:
        """Last of the pinned ones, or first of the others."""
        kept = self.kept[entry.kind]
        kept.insert(sum(other.pinned for other in kept), entry.model_copy(update={"pinned": pinned}))

    def _change(self, support_id: str, **fields: object) -> None:
        entry = self._kept(support_id)
        kept = self.kept[entry.kind]
        kept[kept.index(entry)] = entry.model_copy(update=fields)

    def _take(self, support_id: str) -> Entry:
        entry = self._kept(support_id)
        self.kept[entry.kind].remove(entry)
        return entry

    def _kept(self, support_id: str) -> Entry:
        entry = self._known(support_id)
        if entry.removal:
            raise Conflict(f"'{support_id}' was removed; undo that to have it back.")
        return entry

    def _known(self, support_id: str) -> Entry:
        entry = self._find(support_id)
        if entry is None:
            detail = f"'{support_id}' is not in this run; add it first."
            raise InvalidBody([Fault(pointer="/support_id", detail=detail)])
        return entry

    def _find(self, support_id: str) -> Entry | None:
        entries = (entry for place in (self.kept, self.removed) for one in place.values() for entry in one)
        return next((entry for entry in entries if entry.support_id == support_id), None)


def played(lists: Sequence[ReviewedList], events: Sequence[ReviewEvent]) -> Desk:
    """The desk after all events that count.

    Raises:
        Broken: an event is not possible where it stands.
    """
    desk, gone = Desk(lists), undone(events)
    for event in events:
        if event.number not in gone:
            try:
                desk.play(event)
            except (Conflict, InvalidBody) as error:
                raise Broken(event, error) from error
    return desk
