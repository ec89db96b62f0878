"""One team on one screen: what is known of it, its matches, and everything that its officer can do about them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.actor_rows import Colleague, colleagues
from api.access.principals import Principal
from api.assessments.opening import visible_assessment
from api.assessments.profiles import WordsView, words_of
from api.engine.engine import Engine
from api.errors import NoResults
from api.reviews.desk import undone
from api.reviews.fold import fold
from api.reviews.review import OpenReview
from api.text.language import _, ngettext, word
from api.web.desk.match_fates import fates_of
from api.web.desk.review_cards import CardList, Remark, ReviewCard, card_lists, catalog_of
from api.web.desk.review_forms import TypedFields
from api.web.desk.team_panel import NeedRow, need_rows, situation_of
from api.web.desk.words import STATE_MARKS, Due, Names, domain_names, due_of, event_words, told_all
from api.web.kit.profile import ProfileChart, profile_chart
from models.recommendation import RecommendationRun, Versions
from models.review import (
    Add,
    Opened,
    RecallRelease,
    Release,
    RemovalReason,
    Review,
    ReviewEvent,
    ReviewState,
    Undo,
    Verdict,
)
from models.vocab import AnswerMode, Visibility

__all__ = ["DoneNotice", "Opening", "ReviewPage", "review_page", "titles_of"]

_HISTORY = 30
"""Events that are shown at once; the others on request."""


class Told(NamedTuple):
    """One line of the history."""

    number: int
    who: str
    did: str
    at: datetime
    undone: bool
    can_undo: bool


class DoneNotice(NamedTuple):
    """What the officer has just done, as the address says: numbers and ids, never words."""

    what: str = ""
    """Number of an event, or a key."""
    at: str = ""
    """Support to go on with."""


class Opening(NamedTuple):
    """A form that is opened for one match where there are no scripts."""

    form: str = ""
    of: str = ""


class ReviewPage(NamedTuple):
    """What the page shows."""

    run_id: str
    version: int
    team: str
    kind_of_team: str
    n_answered: str
    state: str
    mark: str
    due: Due
    made: datetime
    as_of: date
    assignee: str
    mine: bool
    deferred: str
    locked: bool
    """Whether the team sees the list, so that it must be recalled before it is changed."""
    released_at: datetime | None
    open_at_once: bool
    """Whether the team sees the list without waiting for a review."""
    hold: str
    """Why the list cannot be released now; empty when it can."""
    reading: str
    """What is asked of the second reader, or said by that person; empty without one."""
    may_read: bool
    """Whether the person who looks may be the second reader."""
    n_decided: int
    n_all: int
    lists: tuple[CardList, ...]
    remarks: tuple[Remark, ...]
    """On the whole list."""
    needs: tuple[NeedRow, ...]
    words: WordsView | None
    words_wait_for: int
    """How many people must answer before words are shown; 0 when nothing is held back for that."""
    words_later: bool
    """Whether these words are from later results than the run's."""
    situation: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]
    history: tuple[Told, ...]
    n_earlier: int
    last: Told | None
    """What Undo takes back."""
    officers: tuple[Colleague, ...]
    readers: tuple[Colleague, ...]
    versions: Versions
    told: str
    """What has just been done."""
    at: str
    opening: Opening
    chart: ProfileChart
    typed: TypedFields = TypedFields()
    reasons: tuple[RemovalReason, ...] = tuple(RemovalReason)

    @property
    def made_with(self) -> tuple[tuple[str, str], ...]:
        """What decided the run, by name."""
        made = self.versions
        return (
            ("Trellis", made.trellis),
            (_("Check"), made.instrument.name),
            (_("Catalog"), made.catalog[:12]),
            (_("Rules"), made.ruleset),
            (_("Model"), made.model),
            (_("Weights"), made.config[:12]),
        )

    @property
    def cards(self) -> tuple[ReviewCard, ...]:
        """Every kept match."""
        return tuple(card for one in self.lists for card in one.cards)

    @property
    def long(self) -> bool:
        """Whether a list is long enough to move its matches to a place that is typed."""
        return any(card.in_long_list for card in self.cards)

    @property
    def n_left(self) -> int:
        """Matches nobody has decided on."""
        return self.n_all - self.n_decided

    @property
    def release_words(self) -> str:
        """What a release would mean, for whoever is asked to be sure."""
        seen = ngettext("The team will see {n} match.", "The team will see {n} matches.", self.n_all)
        if not self.n_left:
            return seen
        left = ngettext("You have not decided on {n} of them.", "You have not decided on {n} of them.", self.n_left)
        return " ".join((seen, left))


def review_page(
    session: Session,
    engine: Engine,
    principal: Principal,
    opened: OpenReview,
    *,
    done: DoneNotice,
    opening: Opening,
    whole_history: bool = False,
    now: datetime,
) -> ReviewPage:
    """The page of a run."""
    people = colleagues(session, principal.organization_id)
    names = Names(principal.actor, {who.actor: who.name for who in people})
    document = opened.document
    review = fold(opened.lists, opened.events)
    domains = domain_names(document, engine.instrument)
    fates = fates_of(session, engine, principal, opened.team) if review.released_at else {}
    lists = card_lists(
        document,
        review,
        opened.events,
        catalog=catalog_of(engine.of(opened.team.organization_id)),
        instrument=engine.instrument,
        names=names,
        domains=domains,
        fates=fates,
    )
    cards = [card for one in lists for card in one.cards]
    history = _history(opened, review, names)
    words = _words(session, engine, principal, opened)
    officers = tuple(who for who in people if who.active and who.scope == principal.scope and _is_person(who))
    shown = history if whole_history else history[:_HISTORY]
    locked = review.released_at is not None and review.before_release
    overdue = review.due_at is not None and review.due_at < now and review.released_at is None
    return ReviewPage(
        run_id=opened.run.id,
        version=opened.version,
        team=opened.team.name,
        kind_of_team=word(document.form),
        n_answered=_n_answered(document),
        state=word(review.state),
        mark=STATE_MARKS[review.state],
        due=due_of(review.due_at, overdue=overdue, now=now),
        made=opened.run.created_at,
        as_of=document.as_of,
        assignee=names.of(review.assignee) if review.assignee else "",
        mine=review.assignee == principal.actor,
        deferred=review.deferred_because or "",
        locked=locked,
        released_at=review.released_at,
        open_at_once=not review.before_release,
        hold=_hold(review),
        reading=_reading(review, names),
        may_read=_may_read(review, principal.actor),
        n_decided=sum(card.decided for card in cards),
        n_all=len(cards),
        lists=lists,
        remarks=tuple(
            Remark(one.number, names.of(one.by), one.at, one.text, one.for_team)
            for one in review.comments
            if one.support_id is None
        ),
        needs=need_rows(document, review, domains),
        words=words,
        words_wait_for=engine.instrument.instrument.privacy.min_detail if words and words.notices else 0,
        words_later=words is not None and words.snapshot_id != opened.run.snapshot_id,
        situation=situation_of(opened.team.context, engine.instrument),
        notices=told_all(document.notice_messages, document.notices, engine.instrument),
        history=shown,
        n_earlier=len(history) - len(shown),
        last=next((one for one in history if one.can_undo), None) if not locked else None,
        officers=officers,
        readers=tuple(who for who in officers if who.actor not in {*review.deciders, principal.actor}),
        versions=document.versions,
        told=_done_words(done, history, cards),
        at=done.at if review.find(done.at) else "",
        opening=opening,
        chart=profile_chart(document.profile, document.needs, engine.instrument),
    )


def titles_of(document: RecommendationRun, events: Sequence[ReviewEvent]) -> Mapping[str, str]:
    """Titles of everything that a review may speak of."""
    titles = {str(match.support_id): match.title for one in document.lists for match in one.matches}
    return titles | {event.did.support_id: event.did.title for event in events if isinstance(event.did, Add)}


def _is_person(who: Colleague) -> bool:
    return who.actor.startswith("person:")


def _n_answered(document: RecommendationRun) -> str:
    profile = document.profile
    if profile.answer_mode is AnswerMode.CONSENSUS:
        return _("Agreed together")
    n = profile.n_respondents
    if profile.visibility is Visibility.NOTHING:
        return ngettext("{n} person answered: too few to show levels", "{n} people answered: too few to show levels", n)
    return ngettext("{n} person answered", "{n} people answered", n)


def _hold(review: Review) -> str:
    reading = review.second_reading
    if review.state is ReviewState.RELEASED and review.released_in != 1:
        return _("The team sees this list.")
    if reading is None or reading.verdict is Verdict.AGREE:
        return ""
    if reading.verdict is Verdict.DISAGREE:
        return _("The second reader did not agree to this list.")
    return _("This waits for the second reader.")


def _reading(review: Review, names: Names) -> str:
    reading = review.second_reading
    if reading is None:
        return ""
    if reading.verdict is None or reading.read_by is None:
        asks = names.of(reading.requested_by)
        if reading.reader is None:
            return _("{who} asked for a second reader.", who=asks)
        return _("{who} asked for a second reader: {reader}.", who=asks, reader=names.inside(reading.reader))
    reader, note = names.of(reading.read_by), reading.note
    if reading.verdict is Verdict.AGREE:
        agreed = _("{who} read it second and agreed.", who=reader)
        return _("{who} read it second and agreed: {note}", who=reader, note=note) if note else agreed
    differs = _("{who} read it second and did not agree.", who=reader)
    return _("{who} read it second and did not agree: {note}", who=reader, note=note) if note else differs


def _may_read(review: Review, actor: str) -> bool:
    reading = review.second_reading
    if reading is None or reading.verdict is not None:
        return False
    return actor not in review.deciders and reading.reader in (None, actor)


def _words(session: Session, engine: Engine, principal: Principal, opened: OpenReview) -> WordsView | None:
    assessment = visible_assessment(session, principal, opened.run.assessment_id)[0]
    try:
        return words_of(session, engine, assessment, principal=principal)
    except NoResults:
        return None


def _history(opened: OpenReview, review: Review, names: Names) -> tuple[Told, ...]:
    gone, titles = undone(opened.events), titles_of(opened.document, opened.events)
    locked = review.released_at is not None and review.before_release
    lines = [
        Told(
            number=event.number,
            who=names.of(event.actor),
            did=event_words(event, titles=titles, names=names, events=opened.events),
            at=event.at,
            undone=event.number in gone,
            can_undo=event.number not in gone and not locked and not isinstance(event.did, _FINAL),
        )
        for event in opened.events
    ]
    return tuple(reversed(lines))


_FINAL = (Opened, Release, RecallRelease, Undo)


def _done_words(done: DoneNotice, history: Sequence[Told], cards: Sequence[ReviewCard]) -> str:
    n = {"done": sum(card.decided for card in cards), "all": len(cards)}
    if done.what == "approved-all":
        return _("You approved all that remained. {done} of {all} decided.", **n)
    line = next((one for one in history if str(one.number) == done.what), None)
    return _("{who} {did}. {done} of {all} decided.", who=line.who, did=line.did, **n) if line else ""
