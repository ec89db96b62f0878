"""The first page of the review desk: which teams wait, and for what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.access.actor_rows import colleagues
from api.access.principals import Principal
from api.http.time_cursors import read_cursor, write_cursor
from api.reviews.queue import Filters, QueueItem, Sort, list_queue
from api.teams.cohort_rows import cohorts
from api.web.desk.words import STATE_MARKS, STATES, Due, Names, due_of
from models.review import ReviewState

__all__ = ["OPEN", "DeskQueuePage", "DeskQueueQuery", "names_for", "next_run", "queue_page"]

OPEN = tuple(state for state in ReviewState if state is not ReviewState.RELEASED)
"""States in which a review needs work."""

_PAGE = 25
_MOST_COHORTS = 200


class DeskQueueQuery(BaseModel):
    """The address of the page: filters, order and place."""

    state: Literal["open", "all"] | ReviewState = "open"
    cohort: Annotated[str, Field(max_length=200)] = ""
    mine: bool = False
    overdue: bool = False
    few: bool = False
    """Only with few people or answers behind them."""
    unmet: bool = False
    """Only with a need that found nothing."""
    sort: Sort = Sort.DUE
    cursor: Annotated[str, Field(max_length=400)] = ""
    done: str = ""

    def at(self, **other: object) -> str:
        """The address with something else, without what is as usual; from the first place."""
        fields = {**self.model_dump(mode="json", exclude={"cursor", "done"}), **other}
        usual = {name: field.default for name, field in type(self).model_fields.items()}
        said = {name: value for name, value in fields.items() if value != usual[name]}
        words = {name: str(value).lower() if isinstance(value, bool) else value for name, value in said.items()}
        return f"/desk?{urlencode(words)}" if words else "/desk"

    @property
    def filters(self) -> Filters:
        """For the queue."""
        states: Mapping[str, tuple[ReviewState, ...]] = {"open": OPEN, "all": ()}
        return Filters(
            state=states[self.state] if self.state in states else (ReviewState(self.state),),
            cohort=self.cohort or None,
            assignee="me" if self.mine else None,
            overdue=self.overdue,
            low_confidence=True if self.few else None,
            unmet_needs=True if self.unmet else None,
        )

    @property
    def n_narrowing(self) -> int:
        """Filters in use, the state aside."""
        return sum((bool(self.cohort), self.mine, self.overdue, self.few, self.unmet))


class QueueRow(NamedTuple):
    """One team that waits."""

    run_id: str
    team: str
    state: str
    mark: str
    due: Due
    made: datetime
    assignee: str
    """Empty when it is nobody's."""
    second_reader: str
    flags: tuple[str, ...]


class Count(NamedTuple):
    """A link that shows the reviews of one state."""

    words: str
    n: int
    href: str
    here: bool


class DeskQueuePage(NamedTuple):
    """What the page shows."""

    query: DeskQueueQuery
    rows: tuple[QueueRow, ...]
    counts: tuple[Count, ...]
    cohorts: tuple[tuple[str, str], ...]
    """Ids and names."""
    more: str
    """Address of the next page; empty on the last."""
    n_all: int
    """Reviews in any state that pass the other filters."""
    done: str


_DONE = {"through": "That was the last one. Nothing else waits for you."}


def queue_page(session: Session, principal: Principal, query: DeskQueueQuery, *, now: datetime) -> DeskQueuePage:
    """The queue with its filters.

    Raises:
        InvalidParameter: the cursor is none of this list.
    """
    after = read_cursor(query.cursor)
    found = list_queue(session, principal, query.filters, sort=query.sort, after=after, limit=_PAGE + 1, now=now)
    shown = found.items[:_PAGE]
    more = ""
    if len(found.items) > _PAGE:
        more = query.at(cursor=write_cursor(shown[-1].due_at, shown[-1].run_id))
    names = names_for(session, principal)
    kept = cohorts(session, principal.organization_id, limit=_MOST_COHORTS)
    return DeskQueuePage(
        query=query,
        rows=tuple(_row(item, names, now) for item in shown),
        counts=_counts(query, found.counts),
        cohorts=tuple((cohort.id, cohort.name) for cohort in kept),
        more=more,
        n_all=sum(found.counts.values()),
        done=_DONE.get(query.done, ""),
    )


def next_run(
    session: Session, principal: Principal, after: tuple[datetime | None, str] | None, *, now: datetime
) -> str | None:
    """The run to review after one, by day due and round to the first again; None when no other needs work."""
    for start in (after, None):
        found = list_queue(session, principal, Filters(state=OPEN), sort=Sort.DUE, after=start, limit=2, now=now)
        for item in found.items:
            if after is None or item.run_id != after[1]:
                return item.run_id
    return None


def names_for(session: Session, principal: Principal) -> Names:
    """What an officer's pages call people."""
    known = {who.actor: who.name for who in colleagues(session, principal.organization_id)}
    return Names(principal.actor, known)


def _row(item: QueueItem, names: Names, now: datetime) -> QueueRow:
    flags = []
    if item.low_confidence:
        flags.append("Few answers")
    if item.unmet_needs:
        flags.append(f"{item.unmet_needs} need{'' if item.unmet_needs == 1 else 's'} without a match")
    released = item.state is ReviewState.RELEASED
    return QueueRow(
        run_id=item.run_id,
        team=item.team_name,
        state=STATES[item.state],
        mark=STATE_MARKS[item.state],
        due=Due("", False, item.released_at) if released else due_of(item.due_at, overdue=item.overdue, now=now),
        made=item.created_at,
        assignee=names.of(item.assignee) if item.assignee else "",
        second_reader=names.of(item.second_reader) if item.second_reader else "",
        flags=tuple(flags),
    )


def _counts(query: DeskQueueQuery, found: Mapping[ReviewState, int]) -> tuple[Count, ...]:
    def count(state: str, words: str, n: int) -> Count:
        return Count(words, n, query.at(state=state), query.state == state)

    return (
        count("open", "Needs work", sum(found[state] for state in OPEN)),
        *(count(state, STATES[state], found[state]) for state in STATES),
        count("all", "All", sum(found.values())),
    )
