"""The review of a run: what reviewers do, one event at a time, and what the events add up to."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints, computed_field

from models.base import Moment, SupportId, Value
from models.recommendation import RuleTrace
from models.vocab import SupportKind

__all__ = [
    "Action",
    "Actor",
    "Add",
    "Addition",
    "Approve",
    "Assign",
    "Comment",
    "Defer",
    "Entry",
    "EntryState",
    "Moment",
    "Move",
    "Note",
    "Opened",
    "Pin",
    "Reason",
    "RecallRelease",
    "Release",
    "Removal",
    "RemovalReason",
    "Remove",
    "RequestSecondReader",
    "Review",
    "ReviewEvent",
    "ReviewState",
    "ReviewedList",
    "SecondRead",
    "SecondReading",
    "SetDue",
    "SupportKey",
    "Undo",
    "Unpin",
    "Verdict",
    "Words",
]

SupportKey = Annotated[str, StringConstraints(pattern=r"^[!-~]+$", max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Actor = Annotated[str, StringConstraints(pattern=r"^(key|person):[!-~]+$", max_length=200)]
"""`key:ID` or `person:ID`."""


class RemovalReason(StrEnum):
    """Why a match was taken out."""

    NOT_RELEVANT = "not_relevant"
    """It meets no need of this team."""
    WRONG_LEVEL = "wrong_level"
    """Too basic or too advanced."""
    WRONG_AUDIENCE = "wrong_audience"
    """Made for other people, grades or settings."""
    ALREADY_USED = "already_used"
    """The team has or had it."""
    DUPLICATE = "duplicate"
    """Another match does the same."""
    NO_CAPACITY = "no_capacity"
    """The provider, or the team, cannot take it on now."""
    NOT_AVAILABLE = "not_available"
    """Withdrawn, out of date, or out of reach."""
    QUALITY = "quality"
    """Not good enough to be offered to anyone."""
    OTHER = "other"
    """Said in the note."""


class Verdict(StrEnum):
    """What a second reader says."""

    AGREE = "agree"
    DISAGREE = "disagree"


class Opened(Value):
    """The run was made. The first event of every review; nobody can send or undo it."""

    action: Literal["opened"] = "opened"
    before_release: StrictBool
    """Whether the team sees nothing until an officer releases; otherwise it sees the list at once."""
    due_at: datetime | None
    """None when nobody is asked to review."""


class Approve(Value):
    """This match is good as it is."""

    action: Literal["approve"] = "approve"
    support_id: SupportKey


class Remove(Value):
    """Take a match out of the list."""

    action: Literal["remove"] = "remove"
    support_id: SupportKey
    reason: RemovalReason
    note: Words = ""


class Pin(Value):
    """Put a match behind the other pinned ones, before all that are not."""

    action: Literal["pin"] = "pin"
    support_id: SupportKey


class Unpin(Value):
    """Let a pinned match stand first of those that are not."""

    action: Literal["unpin"] = "unpin"
    support_id: SupportKey


class Move(Value):
    """Put a match at another place of its list."""

    action: Literal["move"] = "move"
    support_id: SupportKey
    to_place: Annotated[StrictInt, Field(ge=1, le=1000)]
    """From 1, among the kept matches of its kind."""


class Add(Value):
    """Put a support at the end of its list that was not recommended."""

    action: Literal["add"] = "add"
    support_id: SupportKey
    kind: SupportKind
    title: str
    url: str
    override: StrictBool = False
    """Whether it is offered although rules exclude it for this team."""
    reason: Words = ""
    """Why the rules are overridden; required then."""
    violations: tuple[RuleTrace, ...] = ()
    """The rules that exclude it; empty unless overridden."""


class Note(Value):
    """Say something, of one match or of the whole list."""

    action: Literal["comment"] = "comment"
    text: Reason
    support_id: SupportKey | None = None
    for_team: StrictBool = False
    """Whether the team reads it with the released list."""


class Defer(Value):
    """Put the review off; it is due then."""

    action: Literal["defer"] = "defer"
    until: Moment
    reason: Reason


class Assign(Value):
    """Say who reviews; None: nobody in particular."""

    action: Literal["assign"] = "assign"
    assignee: Actor | None


class RequestSecondReader(Value):
    """Ask that another person agrees before the release."""

    action: Literal["request_second_reader"] = "request_second_reader"
    reader: Actor | None = None
    """None: anybody else."""


class SecondRead(Value):
    """What the second reader says."""

    action: Literal["second_read"] = "second_read"
    verdict: Verdict
    note: Words = ""


class SetDue(Value):
    """Say by when the review is to be done; None: at any time."""

    action: Literal["set_due"] = "set_due"
    due_at: Moment | None


class Undo(Value):
    """Take an event back; undoing an undo does it again."""

    action: Literal["undo"] = "undo"
    number: Annotated[StrictInt, Field(ge=1, le=1_000_000)]


class Release(Value):
    """Show the list, as it stands, to the team."""

    action: Literal["release"] = "release"


class RecallRelease(Value):
    """Take the released list back from the team."""

    action: Literal["recall"] = "recall"
    reason: Reason


Action = Annotated[
    Opened
    | Approve
    | Remove
    | Pin
    | Unpin
    | Move
    | Add
    | Note
    | Defer
    | Assign
    | RequestSecondReader
    | SecondRead
    | SetDue
    | Undo
    | Release
    | RecallRelease,
    Field(discriminator="action"),
]


class ReviewEvent(Value):
    """One thing that a reviewer did."""

    number: int
    """From 1, without gaps."""
    at: datetime
    actor: str
    did: Action


class EntryState(StrEnum):
    """What the review has made of a match so far."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PINNED = "pinned"
    ADDED = "added"
    REMOVED = "removed"


class Removal(Value):
    """Why a match was removed."""

    by: str
    reason: RemovalReason
    note: str


class Addition(Value):
    """That a reviewer added a support, and which rules were overridden for it."""

    by: str
    reason: str
    violations: tuple[RuleTrace, ...]


class Entry(Value):
    """One match as the review has it."""

    support_id: SupportId
    kind: SupportKind
    title: str
    url: str
    rank: int | None
    """Place in the run; None for an added one."""
    approved: bool = False
    pinned: bool = False
    moved: bool = False
    """Whether a reviewer put it at another place."""
    removal: Removal | None = None
    addition: Addition | None = None

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def state(self) -> EntryState:
        """The strongest word on it: removed, then pinned, approved, added, proposed."""
        if self.removal:
            return EntryState.REMOVED
        if self.pinned:
            return EntryState.PINNED
        if self.approved:
            return EntryState.APPROVED
        return EntryState.ADDED if self.addition else EntryState.PROPOSED


class ReviewedList(Value):
    """The matches of one kind."""

    kind: SupportKind
    kept: tuple[Entry, ...]
    """In the reviewer's order, pinned ones first."""
    removed: tuple[Entry, ...] = ()
    """In the order of their removal."""


class Comment(Value):
    """What a reviewer said."""

    number: int
    """Of the event."""
    by: str
    at: datetime
    text: str
    support_id: str | None
    for_team: bool


class SecondReading(Value):
    """A second reading that was asked for."""

    requested_by: str
    reader: str | None
    """Who is asked; None: anybody but those who decided."""
    verdict: Verdict | None = None
    """None until somebody has read the list as it stands: a word on another list does not count."""
    read_by: str | None = None
    read_in: int | None = None
    """Number of the event in which it was read last."""
    note: str = ""


class ReviewState(StrEnum):
    """Where a review stands."""

    WAITING = "waiting"
    """Nobody has done anything."""
    IN_REVIEW = "in_review"
    DEFERRED = "deferred"
    SECOND_READING = "second_reading"
    """Waits for the second reader."""
    RELEASED = "released"
    """The team sees the list as it stands here."""


class Review(Value):
    """What the events of a review add up to."""

    state: ReviewState
    before_release: bool
    lists: tuple[ReviewedList, ...]
    """In the order of `SupportKind`."""
    comments: tuple[Comment, ...] = ()
    assignee: str | None = None
    due_at: datetime | None
    deferred_because: str | None = None
    """None unless deferred."""
    second_reading: SecondReading | None = None
    deciders: tuple[str, ...] = ()
    """Who shaped the list or asked for the second reading, sorted; none of them is the second reader."""
    released_at: datetime | None = None
    """When the list that the team sees was released; None when it sees none."""
    released_in: int | None = None
    """Number of the event that released it."""

    def find(self, support_id: str) -> Entry | None:
        """The entry of a support, kept or removed."""
        entries = (entry for one in self.lists for entry in (*one.kept, *one.removed))
        return next((entry for entry in entries if entry.support_id == support_id), None)
