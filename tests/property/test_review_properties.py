"""Properties of a review's events, whatever reviewers do."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.errors import Conflict, InvalidBody
from api.reviews.fold import accept, fold
from models.review import (
    Action,
    Add,
    Approve,
    Defer,
    Move,
    Note,
    Pin,
    RecallRelease,
    Release,
    RemovalReason,
    Remove,
    RequestSecondReader,
    ReviewEvent,
    SecondRead,
    Undo,
    Unpin,
    Verdict,
)
from models.vocab import SupportKind
from tests.fixtures.reviews import FIRST, LISTS, SECOND, START, opened

SUPPORTS = st.sampled_from([entry.support_id for one in LISTS for entry in one.kept] + ["res-new", "res-unknown"])
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Approve, support_id=SUPPORTS),
    st.builds(Remove, support_id=SUPPORTS, reason=st.sampled_from(RemovalReason), note=st.just("")),
    st.builds(Pin, support_id=SUPPORTS),
    st.builds(Unpin, support_id=SUPPORTS),
    st.builds(Move, support_id=SUPPORTS, to_place=st.integers(1, 6)),
    st.just(Add(support_id="res-new", kind=SupportKind.RESOURCE, title="New", url="https://example.org")),
    st.builds(Note, text=st.just("Words"), support_id=st.none() | SUPPORTS, for_team=st.booleans()),
    st.just(Defer(until=START + timedelta(days=400), reason="Later")),
    st.just(RequestSecondReader()),
    st.builds(SecondRead, verdict=st.sampled_from(Verdict), note=st.just("")),
    st.builds(Undo, number=st.integers(1, 12)),
    st.just(Release()),
    st.just(RecallRelease(reason="Again")),
)
STEPS = st.lists(st.tuples(st.sampled_from([FIRST, SECOND]), ACTIONS), max_size=25)


def accepted(steps: list[tuple[str, Action]], *, before_release: bool) -> list[ReviewEvent]:
    events = [opened(before_release=before_release)]
    for actor, action in steps:
        try:
            events.append(accept(LISTS, events, action, actor=actor, at=START + timedelta(hours=len(events))))
        except (Conflict, InvalidBody):
            continue
    return events


@given(STEPS, st.booleans())
def test_undoing_the_last_event_restores_the_review_exactly(steps: list[tuple[str, Action]], policy: bool) -> None:
    events = accepted(steps, before_release=policy)
    before, last = events[:-1], events[-1]
    try:
        undo = accept(LISTS, events, Undo(number=last.number), actor=last.actor, at=last.at)
    except Conflict:
        return
    assert fold(LISTS, [*events, undo]) == fold(LISTS, before)


@given(STEPS, st.booleans())
def test_what_is_kept_is_a_permutation_and_pinned_ones_come_first(
    steps: list[tuple[str, Action]], policy: bool
) -> None:
    events = accepted(steps, before_release=policy)
    review = fold(LISTS, events)
    assert review == fold(LISTS, list(events))
    for start, now in zip(LISTS, review.lists, strict=True):
        present = sorted(entry.support_id for entry in (*now.kept, *now.removed))
        added = {entry.support_id for entry in (*now.kept, *now.removed) if entry.addition}
        assert present == sorted({entry.support_id for entry in start.kept} | added)
        pins = [entry.pinned for entry in now.kept]
        assert pins == sorted(pins, reverse=True)
        assert all(entry.removal is None for entry in now.kept)


@given(STEPS, st.booleans())
def test_what_the_team_sees_was_agreed_by_whoever_was_asked(steps: list[tuple[str, Action]], policy: bool) -> None:
    events = accepted(steps, before_release=policy)
    for event in events:
        if isinstance(event.did, Release):
            review = fold(LISTS, events[: event.number])
            assert review.second_reading is None or review.second_reading.verdict is Verdict.AGREE
            assert review.second_reading is None or review.second_reading.read_by not in review.deciders
