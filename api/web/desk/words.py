"""Words that the pages of the review desk share: states, reasons, days, people, and what was done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from api.text.language import _, ngettext, speaker, told, word
from api.web.kit.rendering import day_words
from models.message import Message
from models.recommendation import RecommendationRun
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
from models.vocab import Domain
from recommender.instruments import LoadedInstrument

__all__ = ["STATE_MARKS", "Due", "Names", "domain_names", "due_of", "event_words", "told_all"]

STATE_MARKS: Mapping[ReviewState, str] = {
    ReviewState.WAITING: "info",
    ReviewState.IN_REVIEW: "info",
    ReviewState.SECOND_READING: "warn",
    ReviewState.DEFERRED: "",
    ReviewState.RELEASED: "accent",
}
"""How the chip of a state looks; its words say the state. In the order in which the queue counts them."""


class Names(NamedTuple):
    """What people are called on one person's pages."""

    own: str
    """Actor who looks."""
    known: Mapping[str, str]
    """Names of the actors of the own organization."""

    def of(self, actor: str) -> str:
        """`You`, a name, or that it is somebody of the team's side."""
        if actor == self.own:
            return _("You")
        return self.known.get(actor) or _("The team's organization")

    def inside(self, actor: str) -> str:
        """The same within a sentence."""
        if actor == self.own:
            return _("you")
        return self.known.get(actor) or _("the team's organization")


class Due(NamedTuple):
    """By when something is to be done."""

    words: str
    overdue: bool
    day: datetime | None


def due_of(due_at: datetime | None, *, overdue: bool, now: datetime) -> Due:
    """Days to go, or how long over."""
    if due_at is None:
        return Due(_("No due date"), False, None)
    return Due(_due_words((due_at.date() - now.date()).days, overdue=overdue), overdue, due_at)


def _due_words(days: int, *, overdue: bool) -> str:
    if days < 0:
        if overdue:
            return ngettext("Overdue by {n} day", "Overdue by {n} days", -days)
        return _("Was due yesterday") if days == -1 else ngettext("Was due {n} day ago", "Was due {n} days ago", -days)
    if days == 0:
        return _("Overdue since today") if overdue else _("Due today")
    return _("Due tomorrow") if days == 1 else ngettext("Due in {n} day", "Due in {n} days", days)


def told_all(messages: Sequence[Message] | None, texts: Sequence[str], instrument: LoadedInstrument) -> tuple[str, ...]:
    """What a stored document tells in several sentences; `texts` as they are where it has no messages."""
    if messages is None:
        return tuple(texts)
    return tuple(told(message, text, instrument) for message, text in zip(messages, texts, strict=True))


def domain_names(document: RecommendationRun, instrument: LoadedInstrument) -> Mapping[Domain, str]:
    """What the reader calls the domains; a domain of the run that the instrument in use lacks is called as it was."""
    says = speaker(instrument)
    known = {domain: says.tell(f"domain.{domain}") for domain in instrument.domains}
    return {need.domain: need.name for need in document.needs} | known


def event_words(event: ReviewEvent, *, titles: Mapping[str, str], names: Names, events: Sequence[ReviewEvent]) -> str:
    """What was done, as the end of a sentence that begins with who did it."""

    def title(support_id: str) -> str:
        return titles.get(support_id, support_id)

    match event.did:
        case Opened(before_release=True):
            return _("made the recommendations")
        case Opened():
            return _("made the recommendations, open to the team at once")
        case Approve() as did:
            return _("approved “{title}”", title=title(did.support_id))
        case Remove() as did:
            words = _("removed “{title}”: {reason}", title=title(did.support_id), reason=word(did.reason))
            return _noted(words, did.note)
        case Pin() as did:
            return _("pinned “{title}”", title=title(did.support_id))
        case Unpin() as did:
            return _("unpinned “{title}”", title=title(did.support_id))
        case Move() as did:
            return _("moved “{title}” to place {place}", title=title(did.support_id), place=did.to_place)
        case Add(override=True) as did:
            return _noted(_("added “{title}” against a rule", title=title(did.support_id)), did.reason)
        case Add() as did:
            return _noted(_("added “{title}”", title=title(did.support_id)), did.reason)
        case Note() as did:
            return _note_words(title(did.support_id) if did.support_id else "", for_team=did.for_team)
        case Defer() as did:
            return _noted(_("put this off until {day}", day=day_words(did.until)), did.reason)
        case Assign() as did:
            return _("gave this to {who}", who=names.inside(did.assignee)) if did.assignee else _("gave this to nobody")
        case SetDue() as did:
            return _("set it due {day}", day=day_words(did.due_at)) if did.due_at else _("took the due date off")
        case RequestSecondReader() as did:
            asked = _("asked anyone else to be second reader")
            return _("asked {who} to be second reader", who=names.inside(did.reader)) if did.reader else asked
        case SecondRead() as did:
            agreed = did.verdict is Verdict.AGREE
            return _noted(_("read it second and agreed") if agreed else _("read it second and did not agree"), did.note)
        case Undo() as did:
            undone = event_words(events[did.number - 1], titles=titles, names=names, events=events)
            return _("took back: {what}", what=undone)
        case Release():
            return _("released the list to the team")
        case RecallRelease() as did:
            return _noted(_("took the list back from the team"), did.reason)


def _note_words(title: str, *, for_team: bool) -> str:
    if title:
        return (
            _("wrote to the team on “{title}”", title=title)
            if for_team
            else _("wrote a note for officers on “{title}”", title=title)
        )
    return _("wrote to the team") if for_team else _("wrote a note for officers")


def _noted(words: str, note: str) -> str:
    return _("{words} ({note})", words=words, note=note) if note else words
