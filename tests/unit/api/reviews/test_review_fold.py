"""What the events of a review add up to, and which may follow which."""

from datetime import timedelta

import pytest

from api.errors import Conflict, InvalidBody
from api.reviews.fold import fold, released_review
from models.review import (
    Action,
    Add,
    Approve,
    Assign,
    Defer,
    EntryState,
    Move,
    Note,
    Pin,
    RecallRelease,
    Release,
    RemovalReason,
    Remove,
    RequestSecondReader,
    Review,
    ReviewState,
    SecondRead,
    SetDue,
    Undo,
    Unpin,
    Verdict,
)
from models.vocab import SupportKind
from tests.fixtures.reviews import FIRST, LISTS, SECOND, START, acted

OUT = Remove(support_id="res-2", reason=RemovalReason.NOT_RELEVANT)
AGREE, DISAGREE = SecondRead(verdict=Verdict.AGREE), SecondRead(verdict=Verdict.DISAGREE)
EXTRA = Add(support_id="res-new", kind=SupportKind.RESOURCE, title="New", url="https://example.org")


def reviewed(*actions: Action | tuple[str, Action], before_release: bool = True) -> Review:
    return fold(LISTS, acted(*actions, before_release=before_release))


def resources(review: Review) -> list[str]:
    return [entry.support_id for entry in review.lists[0].kept]


def test_a_fresh_review_waits_with_the_lists_of_the_run() -> None:
    review = reviewed()
    assert (review.state, review.due_at, review.released_at) == (ReviewState.WAITING, START + timedelta(days=7), None)
    assert resources(review) == ["res-1", "res-2", "res-3", "res-4"]
    assert {entry.state for one in review.lists for entry in one.kept} == {EntryState.PROPOSED}


def test_without_review_before_release_it_is_released_when_the_run_is_made() -> None:
    review = reviewed(before_release=False)
    assert (review.state, review.released_at, review.released_in) == (ReviewState.RELEASED, START, 1)


def test_pinned_matches_come_first_in_the_order_of_their_pinning() -> None:
    review = reviewed(Pin(support_id="res-3"), Pin(support_id="res-2"))
    assert resources(review) == ["res-3", "res-2", "res-1", "res-4"]
    assert resources(reviewed(Pin(support_id="res-3"), Pin(support_id="res-2"), Unpin(support_id="res-3"))) == [
        "res-2",
        "res-3",
        "res-1",
        "res-4",
    ]


def test_a_match_moves_within_its_list_and_never_past_the_pinned_ones() -> None:
    assert resources(reviewed(Move(support_id="res-4", to_place=1))) == ["res-4", "res-1", "res-2", "res-3"]
    assert resources(reviewed(Move(support_id="res-1", to_place=3))) == ["res-2", "res-3", "res-1", "res-4"]
    with pytest.raises(InvalidBody) as refused:
        reviewed(Pin(support_id="res-3"), Move(support_id="res-1", to_place=1))
    assert refused.value.faults[0].pointer == "/to_place"
    assert "places 2 to 4" in refused.value.faults[0].detail


def test_a_removed_match_leaves_its_list_and_says_why() -> None:
    review = reviewed(OUT)
    assert resources(review) == ["res-1", "res-3", "res-4"]
    (gone,) = review.lists[0].removed
    assert gone.state is EntryState.REMOVED
    assert gone.removal is not None
    assert (gone.removal.by, gone.removal.reason) == (FIRST, RemovalReason.NOT_RELEVANT)


@pytest.mark.parametrize(
    "action",
    [
        Approve(support_id="res-2"),
        Pin(support_id="res-2"),
        Unpin(support_id="res-2"),
        Move(support_id="res-2", to_place=1),
        OUT,
        EXTRA.model_copy(update={"support_id": "res-2"}),
    ],
    ids=lambda action: action.action,
)
def test_nothing_more_is_done_to_a_removed_match(action: Action) -> None:
    with pytest.raises(Conflict, match="removed"):
        reviewed(OUT, action)


@pytest.mark.parametrize(
    "action",
    [
        Approve(support_id="res-9"),
        Pin(support_id="res-9"),
        Move(support_id="res-9", to_place=1),
        Remove(support_id="res-9", reason=RemovalReason.OTHER),
        Note(support_id="res-9", text="Which one?"),
    ],
    ids=lambda action: action.action,
)
def test_a_support_that_is_not_in_the_run_is_a_fault_of_the_body(action: Action) -> None:
    with pytest.raises(InvalidBody) as refused:
        reviewed(action)
    assert [fault.pointer for fault in refused.value.faults] == ["/support_id"]


def test_an_added_support_ends_its_list_also_a_list_that_the_run_lacks() -> None:
    review = reviewed(EXTRA)
    assert resources(review)[-1] == "res-new"
    assert review.lists[0].kept[-1].state is EntryState.ADDED
    assert review.lists[0].kept[-1].rank is None
    with pytest.raises(Conflict, match="already"):
        reviewed(EXTRA, EXTRA)
    events = acted(EXTRA)
    only_providers = fold(LISTS[1:], events)
    assert [one.kind for one in only_providers.lists] == [SupportKind.RESOURCE, SupportKind.PROVIDER]


def test_rules_are_overridden_only_with_a_reason() -> None:
    with pytest.raises(InvalidBody) as refused:
        reviewed(EXTRA.model_copy(update={"override": True}))
    assert refused.value.faults[0].pointer == "/reason"


def test_a_deferred_review_is_due_at_the_later_day_until_somebody_goes_on() -> None:
    later = START + timedelta(days=30)
    put_off = reviewed(Defer(until=later, reason="The team is away"))
    assert (put_off.state, put_off.due_at) == (ReviewState.DEFERRED, later)
    assert reviewed(Defer(until=later, reason="Away"), Approve(support_id="res-1")).state is ReviewState.IN_REVIEW
    with pytest.raises(InvalidBody):
        reviewed(Defer(until=START, reason="Too late"))


def test_assigning_setting_a_date_and_private_comments_begin_no_review() -> None:
    due = START + timedelta(days=2)
    review = reviewed(Assign(assignee=SECOND), SetDue(due_at=due), Note(text="Looks good"))
    assert (review.state, review.assignee, review.due_at) == (ReviewState.WAITING, SECOND, due)
    assert [comment.text for comment in review.comments] == ["Looks good"]


def test_a_released_run_takes_nothing_but_a_recall_and_private_comments() -> None:
    for action in (OUT, Release(), Undo(number=1), Assign(assignee=None), Note(text="Start here", for_team=True)):
        with pytest.raises(Conflict):
            reviewed(Release(), action)
    assert reviewed(Release(), Note(text="They called")).state is ReviewState.RELEASED
    recalled = reviewed(Release(), RecallRelease(reason="Wrong team"), OUT)
    assert (recalled.state, recalled.released_at) == (ReviewState.IN_REVIEW, None)
    with pytest.raises(Conflict, match="not released"):
        reviewed(RecallRelease(reason="Nothing there"))


def test_what_the_team_sees_changes_only_with_the_next_release() -> None:
    events = acted(OUT, Release(), Move(support_id="res-4", to_place=1), Undo(number=2), before_release=False)
    review = fold(LISTS, events)
    assert review.state is ReviewState.IN_REVIEW
    assert resources(review) == ["res-4", "res-1", "res-2", "res-3"]
    seen = released_review(LISTS, events)
    assert seen is not None
    assert resources(seen) == ["res-1", "res-3", "res-4"]


def test_the_same_list_is_not_released_twice_but_an_officer_may_confirm_what_went_out_at_once() -> None:
    confirmed = reviewed(Release(), before_release=False)
    assert (confirmed.state, confirmed.released_in) == (ReviewState.RELEASED, 2)
    with pytest.raises(Conflict, match="as it stands"):
        reviewed(Release(), Approve(support_id="res-1"), Release(), before_release=False)


def test_a_requested_second_reader_must_agree_before_the_release() -> None:
    ask = RequestSecondReader()
    assert reviewed(ask).state is ReviewState.SECOND_READING
    for before in ((ask,), (ask, (SECOND, DISAGREE))):
        with pytest.raises(Conflict, match="second reader"):
            reviewed(*before, Release())
    assert reviewed(ask, (SECOND, AGREE), Release()).state is ReviewState.RELEASED


def test_the_second_reader_is_another_person_than_those_who_made_the_list() -> None:
    ask = RequestSecondReader()
    for reader in (FIRST, SECOND):
        with pytest.raises(Conflict, match="another person"):
            reviewed((SECOND, OUT), ask, (reader, AGREE))
    with pytest.raises(Conflict, match="another person"):  # who undid something made the list too
        reviewed(OUT, ask, (SECOND, Undo(number=2)), (SECOND, AGREE))
    with pytest.raises(Conflict, match="asked"):
        reviewed(RequestSecondReader(reader="person:third"), (SECOND, AGREE))
    with pytest.raises(InvalidBody):
        reviewed(RequestSecondReader(reader=FIRST))
    with pytest.raises(Conflict, match="asked"):
        reviewed((SECOND, AGREE))


def test_an_agreement_holds_for_the_list_that_was_read_only() -> None:
    agreed = (RequestSecondReader(), (SECOND, AGREE))
    with pytest.raises(Conflict, match="second reader"):
        reviewed(*agreed, OUT, Release())
    with pytest.raises(Conflict, match="second reader"):
        reviewed(OUT, *agreed, Undo(number=2), Release())
    assert reviewed(*agreed, OUT, Undo(number=4), Release()).state is ReviewState.RELEASED
    with pytest.raises(Conflict, match="Only the second reader"):
        reviewed(*agreed, Undo(number=3))


def test_an_undo_restores_and_undoing_the_undo_does_it_again() -> None:
    assert reviewed(OUT, Undo(number=2)) == reviewed()
    assert reviewed(OUT, Undo(number=2), Undo(number=3)) == reviewed(OUT)
    with pytest.raises(Conflict, match="undone already"):
        reviewed(OUT, Undo(number=2), Undo(number=2))


def test_an_event_on_which_another_builds_is_not_undone_before_it() -> None:
    with pytest.raises(Conflict, match=r"Event 3 \(pin\) builds on it"):
        reviewed(EXTRA, Pin(support_id="res-new"), Undo(number=2))
    assert "res-new" not in resources(reviewed(EXTRA, Pin(support_id="res-new"), Undo(number=3), Undo(number=2)))


def test_releases_recalls_and_the_opening_are_not_undone() -> None:
    with pytest.raises(Conflict, match="Use recall"):
        reviewed(OUT, Release(), Undo(number=3), before_release=False)
    with pytest.raises(Conflict, match="cannot be undone"):
        reviewed(Release(), RecallRelease(reason="Not yet"), Undo(number=3))
    with pytest.raises(Conflict, match="cannot be undone"):
        reviewed(Undo(number=1))
    with pytest.raises(InvalidBody) as refused:
        reviewed(Undo(number=7))
    assert refused.value.faults[0].pointer == "/number"
