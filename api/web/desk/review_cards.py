"""The matches of a review as cards: what the run says of each, and what the review has made of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from api.engine.engine import Engine
from api.errors import NotReady
from api.reviews.desk import undone
from api.text.language import word
from api.web.desk.match_fates import Fate
from api.web.desk.match_parts import Bar, bar_of
from api.web.desk.words import REASONS, Names, in_words
from models.recommendation import Match, RecommendationRun
from models.review import Approve, Comment, Entry, EntryState, Remove, Review, ReviewEvent
from models.support import Resource, Support
from models.vocab import Cost, Domain, SupportKind
from recommender.catalog.load import Catalog
from recommender.errors import UnknownSupport

__all__ = ["CardList", "Remark", "ReviewCard", "card_lists", "catalog_of", "facts_of", "support_of", "widest_of"]

_COSTS = {None: "cost not known", Cost.FREE: "free", Cost.PAID: "costs money", Cost.MIXED: "free in part"}
_FAR = 10
_STATES = {
    EntryState.PROPOSED: "",
    EntryState.APPROVED: "Approved",
    EntryState.PINNED: "Pinned",
    EntryState.ADDED: "Added",
    EntryState.REMOVED: "Removed",
}


class Remark(NamedTuple):
    """A comment."""

    number: int
    who: str
    at: datetime
    text: str
    for_team: bool


class ReviewCard(NamedTuple):
    """One match on the desk."""

    id: str
    kind: SupportKind
    place: int
    """From 1 among the kept ones; 0 for a removed one."""
    title: str
    url: str
    state: str
    """Empty while nobody has decided."""
    pinned: bool
    approved_in: int
    """Number of the event to take back for taking the approval back; 0 without one."""
    removed_in: int
    removed: str
    """Who removed it and why."""
    added: str
    """Who added it and why."""
    overridden: tuple[str, ...]
    """What the rules say that were overridden for it."""
    was: int
    """Its place in the run where that is another one, else 0."""
    facts: tuple[str, ...]
    bar: Bar | None
    """None for an added one: nothing was computed for it."""
    needs: tuple[str, ...]
    why: tuple[str, ...]
    matched: str
    """The sentence of the support that came closest; empty without one."""
    remarks: tuple[Remark, ...]
    fate: Fate | None
    """What the team made of it; None before it is released, and while the team says nothing."""
    first: int
    """First place that it may take; the pinned ones stay before the others."""
    last: int

    @property
    def in_long_list(self) -> bool:
        """Whether it may go so far that stepping would be tedious."""
        return self.last - self.first >= _FAR

    @property
    def decided(self) -> bool:
        """Whether somebody has said something about it."""
        return bool(self.state)


class CardList(NamedTuple):
    """The cards of one kind."""

    kind: SupportKind
    title: str
    cards: tuple[ReviewCard, ...]
    removed: tuple[ReviewCard, ...]
    eligible: int
    excluded: int

    @property
    def n_pinned(self) -> int:
        """Pinned ones stand first."""
        return sum(card.pinned for card in self.cards)


def card_lists(
    run: RecommendationRun,
    review: Review,
    events: Sequence[ReviewEvent],
    *,
    catalog: Catalog | None,
    names: Names,
    domains: Mapping[Domain, str],
    fates: Mapping[str, Fate],
) -> tuple[CardList, ...]:
    """The lists as the review has them now."""
    matches = {str(match.support_id): match for ranked in run.lists for match in ranked.matches}
    ranked_lists = {ranked.kind: ranked for ranked in run.lists}
    maker = _Maker(
        matches, _standing(events), review.comments, widest_of(matches.values()), catalog, names, domains, fates
    )
    lists = []
    for one in review.lists:
        ranked = ranked_lists.get(one.kind)
        lists.append(
            CardList(
                kind=one.kind,
                title=word(one.kind, "many"),
                cards=tuple(maker.card(entry, place, one.kept) for place, entry in enumerate(one.kept, start=1)),
                removed=tuple(maker.card(entry, 0, one.kept) for entry in one.removed),
                eligible=ranked.n_eligible if ranked else 0,
                excluded=ranked.n_excluded if ranked else 0,
            )
        )
    return tuple(lists)


def widest_of(matches: Iterable[Match]) -> float:
    """The largest sum of what speaks for a match."""
    return max((sum(part for part in match.components.values() if part > 0) for match in matches), default=0.0)


def catalog_of(engine: Engine) -> Catalog | None:
    """The catalog in use; None while it is not there yet."""
    try:
        return engine.catalog
    except NotReady:
        return None


def support_of(catalog: Catalog | None, support_id: str) -> Support | None:
    """A record of the catalog in use, if it is still there."""
    try:
        return catalog.get(support_id) if catalog else None
    except UnknownSupport:
        return None


def facts_of(support: Support | None) -> tuple[str, ...]:
    """What an officer asks first of a support, in a few words each."""
    if support is None:
        return ("no longer in the catalog",)
    facts = [in_words(support.support_type), support.by]
    if support.places:
        facts.append(f"serves {'all states' if 'US' in support.places else ', '.join(support.places)}")
    if isinstance(support, Resource):
        facts.append(str(support.year or ""))
    return tuple(fact for fact in (*facts, _COSTS[support.cost]) if fact)


class _Standing(NamedTuple):
    """Numbers of the last events of a kind that still count, by support."""

    approved: Mapping[str, int]
    removed: Mapping[str, int]


def _standing(events: Sequence[ReviewEvent]) -> _Standing:
    gone = undone(events)
    counting = [event for event in events if event.number not in gone]
    return _Standing(
        {event.did.support_id: event.number for event in counting if isinstance(event.did, Approve)},
        {event.did.support_id: event.number for event in counting if isinstance(event.did, Remove)},
    )


class _Maker(NamedTuple):
    matches: Mapping[str, Match]
    standing: _Standing
    comments: Sequence[Comment]
    widest: float
    catalog: Catalog | None
    names: Names
    domains: Mapping[Domain, str]
    fates: Mapping[str, Fate]

    def card(self, entry: Entry, place: int, kept: Sequence[Entry]) -> ReviewCard:
        match = self.matches.get(entry.support_id)
        n_pinned = sum(one.pinned for one in kept)
        removal, addition = entry.removal, entry.addition
        return ReviewCard(
            id=entry.support_id,
            kind=entry.kind,
            place=place,
            title=entry.title,
            url=entry.url,
            state=_STATES[entry.state],
            pinned=entry.pinned,
            approved_in=self.standing.approved.get(entry.support_id, 0) if entry.approved else 0,
            removed_in=self.standing.removed.get(entry.support_id, 0),
            removed=f"{self.names.of(removal.by)}: {REASONS[removal.reason].lower()}" if removal else "",
            added=" · ".join(filter(None, (self.names.of(addition.by), addition.reason))) if addition else "",
            overridden=tuple(rule.because for rule in addition.violations) if addition else (),
            was=entry.rank if entry.rank and entry.rank != place and not removal else 0,
            facts=facts_of(support_of(self.catalog, entry.support_id)) if self.catalog else (),
            bar=bar_of(match.components, widest=self.widest) if match else None,
            needs=tuple(self._need(share.domain, share.share) for share in match.needs) if match else (),
            why=match.why if match else (),
            matched=match.matched_text.support_text if match and match.matched_text else "",
            remarks=tuple(
                Remark(one.number, self.names.of(one.by), one.at, one.text, one.for_team)
                for one in self.comments
                if one.support_id == entry.support_id
            ),
            fate=self.fates.get(entry.support_id),
            first=1 if entry.pinned else n_pinned + 1,
            last=n_pinned if entry.pinned else len(kept),
        )

    def _need(self, domain: Domain, share: float | None) -> str:
        name = self.domains[domain]
        return name if share is None else f"{name} {100 * share:.0f}%"
