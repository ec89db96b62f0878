"""Words that the pages of the review desk share: states, reasons, days, people, and what was done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from models.review import (
    Add,
    Approve,
    Assign,
    Defer,
    Move,
    Note,
    Opened,
    Pin,
    RecallRelease,
    Release,
    RemovalReason,
    Remove,
    RequestSecondReader,
    ReviewEvent,
    ReviewState,
    SecondRead,
    SetDue,
    Undo,
    Unpin,
    Verdict,
)

__all__ = [
    "REASONS",
    "STATES",
    "STATE_MARKS",
    "Due",
    "Names",
    "day_words",
    "due_of",
    "event_words",
    "in_words",
]

STATES: Mapping[ReviewState, str] = {
    ReviewState.WAITING: "New",
    ReviewState.IN_REVIEW: "In review",
    ReviewState.SECOND_READING: "With a second reader",
    ReviewState.DEFERRED: "Put off",
    ReviewState.RELEASED: "Released",
}
STATE_MARKS: Mapping[ReviewState, str] = {
    ReviewState.WAITING: "info",
    ReviewState.IN_REVIEW: "info",
    ReviewState.SECOND_READING: "warn",
    ReviewState.DEFERRED: "",
    ReviewState.RELEASED: "accent",
}
"""How the chip of a state looks; its words say the state."""

REASONS: Mapping[RemovalReason, str] = {
    RemovalReason.NOT_RELEVANT: "Meets no need of this team",
    RemovalReason.WRONG_LEVEL: "Too basic or too advanced",
    RemovalReason.WRONG_AUDIENCE: "For other people, grades or settings",
    RemovalReason.ALREADY_USED: "The team has it or had it",
    RemovalReason.DUPLICATE: "Another match does the same",
    RemovalReason.NO_CAPACITY: "No room for it right now",
    RemovalReason.NOT_AVAILABLE: "Gone, out of date, or out of reach",
    RemovalReason.QUALITY: "Not good enough for anyone",
    RemovalReason.OTHER: "Another reason",
}


class Names(NamedTuple):
    """What people are called on one person's pages."""

    own: str
    """Actor who looks."""
    known: Mapping[str, str]
    """Names of the actors of the own organization."""

    def of(self, actor: str) -> str:
        """`You`, a name, or that it is somebody of the team's side."""
        if actor == self.own:
            return "You"
        return self.known.get(actor, "The team's organization")

    def inside(self, actor: str) -> str:
        """The same within a sentence."""
        if actor == self.own:
            return "you"
        return self.known.get(actor, "the team's organization")


class Due(NamedTuple):
    """By when something is to be done."""

    words: str
    overdue: bool
    day: datetime | None


def due_of(due_at: datetime | None, *, overdue: bool, now: datetime) -> Due:
    """Days to go, or how long over."""
    if due_at is None:
        return Due("No due date", False, None)
    days = (due_at.date() - now.date()).days
    if overdue:
        return Due("Overdue since today" if days == 0 else f"Overdue by {day_words(-days)}", True, due_at)
    words = {-1: "Was due yesterday", 0: "Due today", 1: "Due tomorrow"}
    if days < -1:
        return Due(f"Was due {day_words(-days)} ago", False, due_at)
    return Due(words.get(days, f"Due in {day_words(days)}"), False, due_at)


def day_words(days: int) -> str:
    """1 day, 2 days."""
    return f"{days} day" if days == 1 else f"{days} days"


def in_words(key: str) -> str:
    """A word of a vocabulary as people write it: `practice-guide` is practice guide."""
    return key.replace("-", " ").replace("_", " ")


def event_words(event: ReviewEvent, *, titles: Mapping[str, str], names: Names, events: Sequence[ReviewEvent]) -> str:
    """What was done, as the end of a sentence that begins with who did it."""

    def title(support_id: str | None) -> str:
        return f"“{titles.get(support_id or '', support_id)}”"

    match event.did:
        case Opened(before_release=before):
            return "made the recommendations" if before else "made the recommendations, open to the team at once"
        case Approve() as did:
            return f"approved {title(did.support_id)}"
        case Remove() as did:
            return f"removed {title(did.support_id)}: {REASONS[did.reason].lower()}{_noted(did.note)}"
        case Pin() as did:
            return f"pinned {title(did.support_id)}"
        case Unpin() as did:
            return f"unpinned {title(did.support_id)}"
        case Move() as did:
            return f"moved {title(did.support_id)} to place {did.to_place}"
        case Add() as did:
            return f"added {title(did.support_id)}{' against a rule' if did.override else ''}{_noted(did.reason)}"
        case Note() as did:
            about = f" on {title(did.support_id)}" if did.support_id else ""
            return f"wrote {'to the team' if did.for_team else 'a note for officers'}{about}"
        case Defer() as did:
            return f"put this off until {did.until:%b} {did.until.day}{_noted(did.reason)}"
        case Assign() as did:
            return f"gave this to {names.inside(did.assignee)}" if did.assignee else "gave this to nobody"
        case SetDue() as did:
            return f"set it due {did.due_at:%b} {did.due_at.day}" if did.due_at else "took the due date off"
        case RequestSecondReader() as did:
            return f"asked {names.inside(did.reader) if did.reader else 'anyone else'} to be second reader"
        case SecondRead() as did:
            said = "agreed" if did.verdict is Verdict.AGREE else "did not agree"
            return f"read it second and {said}{_noted(did.note)}"
        case Undo() as did:
            undone = event_words(events[did.number - 1], titles=titles, names=names, events=events)
            return f"took back: {undone}"
        case Release():
            return "released the list to the team"
        case RecallRelease() as did:
            return f"took the list back from the team{_noted(did.reason)}"


def _noted(words: str) -> str:
    return f" ({words})" if words else ""
