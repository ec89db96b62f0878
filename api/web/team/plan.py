"""A team's plan as its officer released it: supports in phases, why each, and what the team has done with them."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.engine.engine import Engine
from api.reviews.feedback_rows import SupportFeedback, feedback_on_supports
from api.reviews.match_rows import statuses_of_team
from api.reviews.released import PlanStanding, ReleasedMatch, ReleasedRun, plan_standing, released_run
from api.reviews.review import OpenReview, read_review
from api.text.language import _, all_told, capitalized, speaker, told, word
from api.web.kit.support_facts import duration_table, find_support, support_facts
from api.web.team.results import NoResultsPage, nothing_yet
from api.web.team.viewpoints import TeamFrame, Viewpoint
from models.match import FeedbackKind, MatchState, TeamReason
from models.recommendation import Match
from models.vocab import SupportKind
from recommender.instruments import LoadedInstrument

__all__ = ["Marks", "PlanCard", "PlanGroup", "PlanPage", "Quote", "plan_page"]

_MARKS = (
    FeedbackKind.SAVED,
    FeedbackKind.UNSAVED,
    FeedbackKind.STARTED,
    FeedbackKind.FINISHED,
    FeedbackKind.HELPFUL,
    FeedbackKind.NOT_HELPFUL,
    FeedbackKind.DECLINED,
)


class Quote(NamedTuple):
    """What the support says, and what of the team's it answers."""

    support: str
    need: str
    own_words: bool
    """Whether the need is in the team's own words."""


class Marks(NamedTuple):
    """What the team has done with a support, by the last word on each matter."""

    saved: bool = False
    progress: str = ""
    """started, finished or declined."""
    verdict: str = ""
    """helpful or not_helpful, of the person who looks."""
    reason: str = ""
    """The person's own, for not helpful."""
    helped: int = 0
    """People who say so last."""
    did_not_help: int = 0


class PlanCard(NamedTuple):
    """One support."""

    support_id: str
    title: str
    url: str
    """Empty when it is no web address."""
    kind: SupportKind
    facts: tuple[str, ...]
    needs: tuple[str, ...]
    why: tuple[str, ...]
    because: str
    """Why it is in its phase; empty outside the phases."""
    quote: Quote | None
    comments: tuple[str, ...]
    pinned: bool
    added: bool
    is_new: bool
    marks: Marks
    full: bool
    """Whether all of it is shown, or a line that leads there."""
    once: str
    """Random, so that a form that is sent twice counts once."""
    told: str
    """What has just been done with it; empty when nothing has."""


class PlanGroup(NamedTuple):
    """Supports under one heading."""

    name: str
    about: str
    cards: tuple[PlanCard, ...]


class PlanPage(NamedTuple):
    """Everything on the page."""

    frame: TeamFrame
    plan: PlanStanding
    may_make: bool
    marks: frozenset[FeedbackKind]
    """What may be said of a support by the person who looks."""
    released_at: datetime | None
    """None while there is no plan to see."""
    reviewed: bool
    """Whether an officer released it."""
    comments: tuple[str, ...]
    phases: tuple[PlanGroup, ...]
    others: tuple[PlanGroup, ...]
    unmet: tuple[tuple[str, str], ...]
    """That there is none of a kind, and the need that nothing of it is good enough for."""
    before: tuple[tuple[str, str], ...]
    """Titles of what is left out because of what was decided before, and why."""
    has_new: bool
    reasons: tuple[tuple[str, str], ...]
    """Keys and words of why something did not help."""


class _Known(NamedTuple):
    """What all cards are made with."""

    engine: Engine
    view: Viewpoint
    matches: Mapping[str, Match]
    marks: Mapping[str, Marks]
    new: frozenset[str]
    open_id: str
    done: str


def plan_page(
    session: Session, engine: Engine, view: Viewpoint, *, open_id: str = "", done: str = ""
) -> PlanPage | NoResultsPage:
    """What stands on the page of the plan.

    Args:
        session: the transaction.
        engine: for the facts of supports.
        view: who looks.
        open_id: a support outside the phases that is shown in full.
        done: a kind of feedback, told at that support, which was marked just before.
    """
    assessment, team = view.open(session)
    frame = view.frame(team, "plan")
    standing = plan_standing(session, assessment, team)
    if not standing.has_results:
        return nothing_yet(frame, assessment.closes_at)
    page = PlanPage(
        frame=frame,
        plan=standing,
        may_make=view.may_make,
        marks=view.marks,
        released_at=None,
        reviewed=False,
        comments=(),
        phases=(),
        others=(),
        unmet=(),
        before=(),
        has_new=False,
        reasons=tuple((reason.value, capitalized(word(reason))) for reason in TeamReason),
    )
    if standing.run_id is None:
        return page
    opened = read_review(session, view.principal, standing.run_id)
    seen = released_run(opened)
    known = _Known(
        engine=engine.of(team.organization_id),
        view=view,
        matches={match.support_id: match for one in opened.document.lists for match in one.matches},
        marks=_marks(feedback_on_supports(session, team.id, _MARKS), view.principal.actor),
        new=_new(session, seen),
        open_id=open_id,
        done=_done_words(done),
    )
    return page._replace(
        released_at=seen.released_at,
        reviewed=any(event.did.action == "release" for event in opened.events),
        comments=tuple(seen.comments),
        phases=_phases(seen, known),
        others=_others(seen, known),
        unmet=_unmet(opened, engine.instrument),
        before=tuple(
            (honored.title, told(honored.because_message, honored.because, engine.instrument))
            for honored in opened.document.honored
        ),
        has_new=bool(known.new),
    )


def _phases(seen: ReleasedRun, known: _Known) -> tuple[PlanGroup, ...]:
    """The phases with something in them, each in the officer's order."""
    matches = {match.support_id: match for one in seen.lists for match in one.matches}
    groups = []
    for phase in seen.plan:
        entries = sorted(phase.entries, key=lambda entry: (entry.kind, matches[entry.support_id].place))
        cards = [
            _card(
                matches[entry.support_id],
                known,
                because=told(entry.because_message, entry.because, known.engine.instrument),
                full=True,
            )
            for entry in entries
        ]
        groups.append(PlanGroup(word(phase.phase, "heading"), word(phase.phase, "explained"), tuple(cards)))
    return tuple(groups)


def _others(seen: ReleasedRun, known: _Known) -> tuple[PlanGroup, ...]:
    planned = {entry.support_id for phase in seen.plan for entry in phase.entries}
    groups = []
    for one in seen.lists:
        left = [match for match in one.matches if match.support_id not in planned]
        # What an officer added or put first is there to be read.
        cards = [_card(m, known, full=m.added or m.pinned or m.support_id == known.open_id) for m in left]
        groups.append(PlanGroup(word(one.kind, "more_for_teams"), word(one.kind, "explained"), tuple(cards)))
    return tuple(group for group in groups if group.cards)


def _card(match: ReleasedMatch, known: _Known, *, because: str = "", full: bool) -> PlanCard:
    instrument = known.engine.instrument
    support = find_support(known.engine, match.support_id)
    return PlanCard(
        support_id=match.support_id,
        title=match.title,
        url=match.url if match.url.startswith(("https://", "http://")) else "",
        kind=match.kind,
        facts=support_facts(support, instrument, duration_table(known.engine)) if support and full else (),
        needs=tuple(speaker(instrument).tell(f"domain.{domain}") for domain in match.needs),
        why=_why(match, known),
        because=because,
        quote=_quote(known.matches.get(match.support_id), known.view) if full else None,
        comments=tuple(match.comments),
        pinned=match.pinned,
        added=match.added,
        is_new=match.support_id in known.new,
        marks=known.marks.get(match.support_id, Marks()),
        full=full,
        once=secrets.token_urlsafe(12),
        told=known.done if match.support_id == known.open_id else "",
    )


def _why(match: ReleasedMatch, known: _Known) -> tuple[str, ...]:
    computed = known.matches.get(match.support_id)
    if computed is None:
        return (_("Added by your program officer."),)
    return all_told(computed.why_messages, computed.why, known.engine.instrument)


def _done_words(done: str) -> str:
    match done:
        case FeedbackKind.SAVED:
            return _("Saved for your team.")
        case FeedbackKind.UNSAVED:
            return _("Not saved any more.")
        case FeedbackKind.STARTED:
            return _("Marked as started.")
        case FeedbackKind.FINISHED:
            return _("Marked as done.")
        case FeedbackKind.HELPFUL:
            return _("Thank you. You said that it helped.")
        case FeedbackKind.NOT_HELPFUL:
            return _("Thank you. You said that it did not help.")
    return ""


def _quote(match: Match | None, view: Viewpoint) -> Quote | None:
    """The matched sentence. A teammate's words are quoted to the lead, whom the author agreed to, and not around."""
    text = match.matched_text if match else None
    if text is None:
        return None
    own_words = text.source == "open_text"
    return Quote(text.support_text, "" if own_words and view.invited else text.need_text, own_words)


def _new(session: Session, seen: ReleasedRun) -> frozenset[str]:
    """Supports that no earlier plan of the team had; none in its first plan."""
    steps = statuses_of_team(session, seen.team_id)
    earlier = {s.support_id for s in steps if s.status == MatchState.OFFERED and s.run_id and s.run_id < seen.run_id}
    listed = {match.support_id for one in seen.lists for match in one.matches}
    return frozenset(listed - earlier) if earlier else frozenset()


def _unmet(opened: OpenReview, instrument: LoadedInstrument) -> tuple[tuple[str, str], ...]:
    return tuple(
        (word(need.kind, "none_for_teams"), speaker(instrument).tell(f"domain.{need.domain}"))
        for one in opened.document.lists
        for need in one.unmet_needs
    )


def _marks(events: Sequence[SupportFeedback], actor: str) -> Mapping[str, Marks]:
    found: dict[str, Marks] = {}
    verdicts: dict[str, dict[str, SupportFeedback]] = {}
    for event in events:
        marks = found.get(event.support_id, Marks())
        match event.kind:
            case FeedbackKind.SAVED | FeedbackKind.UNSAVED:
                marks = marks._replace(saved=event.kind == FeedbackKind.SAVED)
            case FeedbackKind.HELPFUL | FeedbackKind.NOT_HELPFUL:
                verdicts.setdefault(event.support_id, {})[event.actor] = event
            case _:
                marks = marks._replace(progress=event.kind)
        found[event.support_id] = marks
    for support_id, by_actor in verdicts.items():
        said, own = [event.kind for event in by_actor.values()], by_actor.get(actor)
        found[support_id] = found[support_id]._replace(
            verdict=own.kind if own else "",
            reason=(own.reason or "") if own else "",
            helped=said.count(FeedbackKind.HELPFUL),
            did_not_help=said.count(FeedbackKind.NOT_HELPFUL),
        )
    return found
