"""The page after something that was not done: why, what others did meanwhile, and the same form with what was typed."""

from datetime import datetime
from typing import NamedTuple

from api.reviews.actions import AddRequest, AssignRequest
from api.reviews.review import OpenReview
from api.web.desk.review_forms import APPROVE_ALL, AskedFor, TypedFields
from api.web.desk.review_page import titles_of
from api.web.desk.words import REASONS, Names, event_words
from models.review import Add, Assign, RemovalReason

__all__ = ["AgainPage", "again_page", "already_done"]

_VERBS = {
    "approve": "Approve",
    "remove": "Remove",
    "pin": "Pin",
    "unpin": "Unpin",
    "move": "Move",
    "add": "Add",
    "comment": "Write about",
    "defer": "Put off",
    "assign": "Give to",
    "request_second_reader": "Ask for a second reader",
    "second_read": "Give your word as second reader",
    "undo": "Take back a step",
    "release": "Release the list to the team",
    "recall": "Take the list back from the team",
    APPROVE_ALL: "Approve all that remain",
}


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
    about: str
    wanted: str
    """What was asked for, as an order."""
    known: bool
    """Whether it is something that can be asked for at all."""
    typed: TypedFields
    steps: tuple[MissedStep, ...]
    stale: bool
    reasons: tuple[tuple[RemovalReason, str], ...] = tuple(REASONS.items())

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
        title="The list has changed meanwhile" if stale else "That was not done",
        verb=asked.verb,
        do=asked.typed.value("do"),
        about=asked.about,
        wanted=_wanted(asked, title),
        known=asked.verb in _VERBS,
        typed=asked.typed,
        steps=tuple(
            MissedStep(
                names.of(event.actor), event_words(event, titles=titles, names=names, events=opened.events), event.at
            )
            for event in meanwhile
        ),
        stale=stale,
    )


def _wanted(asked: AskedFor, title: str) -> str:
    order = _VERBS.get(asked.verb, "")
    if title:
        return f"{order} “{title}”"
    return f"{order} the whole list" if asked.verb == "comment" else order


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
