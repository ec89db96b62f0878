"""The page after something that was not done: why, what others did meanwhile, and the same form with what was typed."""

from datetime import datetime
from typing import NamedTuple

from api.reviews.actions import AddRequest, AssignRequest
from api.reviews.review import OpenReview
from api.text.language import _
from api.web.desk.review_forms import APPROVE_ALL, AskedFor, TypedFields
from api.web.desk.review_page import titles_of
from api.web.desk.words import Names, event_words
from models.review import Add, Assign, RemovalReason

__all__ = ["AgainPage", "again_page", "already_done"]


class MissedStep(NamedTuple):
    """What somebody did meanwhile."""

    who: str
    did: str
    at: datetime


class AgainPage(NamedTuple):
    """What the page shows."""

    run_id: str
    version: int
    """As it is now."""
    team: str
    title: str
    verb: str
    do: str
    """The field `do` as it was sent."""
    wanted: str | None
    """What was asked for, as an order; None when it cannot be asked for at all."""
    typed: TypedFields
    steps: tuple[MissedStep, ...]
    stale: bool
    reasons: tuple[RemovalReason, ...] = tuple(RemovalReason)

    @property
    def overrides(self) -> bool:
        """Whether what is to be added goes against a rule, so that a reason is needed."""
        return self.typed.value("override") == "yes" or bool(self.typed.fault("support_id"))

    @property
    def trouble(self) -> tuple[str, ...]:
        """Every fault, in one place."""
        return tuple(self.typed.faults.values())


def again_page(opened: OpenReview, asked: AskedFor, names: Names) -> AgainPage:
    """The page, with the version to send next."""
    titles = titles_of(opened.document, opened.events)
    meanwhile = opened.events[asked.version :]
    title = titles.get(asked.about, "")
    stale = asked.version != opened.version
    return AgainPage(
        run_id=opened.run.id,
        version=opened.version,
        team=opened.team.name,
        title=_("The list has changed meanwhile") if stale else _("That was not done"),
        verb=asked.verb,
        do=asked.typed.value("do"),
        wanted=_wanted(asked, title),
        typed=asked.typed,
        steps=tuple(
            MissedStep(
                names.of(event.actor), event_words(event, titles=titles, names=names, events=opened.events), event.at
            )
            for event in meanwhile
        ),
        stale=stale,
    )


def _wanted(asked: AskedFor, title: str) -> str | None:
    """What was asked for, as an order; None for what cannot be asked for at all."""
    match asked.verb:
        case "approve":
            return _("Approve “{title}”", title=title) if title else _("Approve")
        case "remove":
            return _("Remove “{title}”", title=title) if title else _("Remove")
        case "pin":
            return _("Pin “{title}”", title=title) if title else _("Pin")
        case "unpin":
            return _("Unpin “{title}”", title=title) if title else _("Unpin")
        case "move":
            return _("Move “{title}”", title=title) if title else _("Move")
        case "add":
            return _("Add “{title}”", title=title) if title else _("Add")
        case "comment":
            return _("Write about “{title}”", title=title) if title else _("Write about the whole list")
        case "defer":
            return _("Put off")
        case "assign":
            return _("Give to")
        case "request_second_reader":
            return _("Ask for a second reader")
        case "second_read":
            return _("Give your word as second reader")
        case "undo":
            return _("Take back a step")
        case "release":
            return _("Release the list to the team")
        case "recall":
            return _("Take the list back from the team")
        case _ if asked.verb == APPROVE_ALL:
            return _("Approve all that remain")
    return None


def already_done(asked: AskedFor, opened: OpenReview, actor: str) -> bool:
    """Whether the form was sent twice: the first thing after the version it saw is what it asks for, by its sender."""
    if asked.action is None or not 0 < asked.version < opened.version:
        return False
    event = opened.events[asked.version]
    if event.actor != actor:
        return False
    match asked.action, event.did:
        case AddRequest() as sent, Add() as did:
            return sent.support_id == did.support_id
        case AssignRequest() as sent, Assign() as did:
            return did.assignee == (actor if sent.assignee == "me" else sent.assignee)
        case sent, did:
            return sent == did
