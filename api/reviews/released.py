"""What a team sees of a run: the list as its officer released it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.errors import NotReleased
from api.reviews.fold import fold, released_review
from api.reviews.review import OpenReview
from api.runs.rows import newest_snapshot_of, runs_of_assessment
from api.runs.stored import team_sees
from api.storage.tables import Assessment, Team
from models.recommendation import Match, PlanPhase
from models.review import Entry, Review, ReviewedList, ReviewEvent
from models.vocab import Domain, SupportKind

__all__ = [
    "PlanStanding",
    "ReleasedList",
    "ReleasedMatch",
    "ReleasedRun",
    "plan_standing",
    "released_run",
    "seen_review",
]

_ADDED = "Added by your program officer."


class ReleasedMatch(BaseModel):
    """One match that the team sees."""

    place: int
    """From 1, in the officer's order, pinned ones first."""
    support_id: str
    kind: SupportKind
    title: str
    url: str
    pinned: bool
    added: bool
    """Whether the officer added it; then nothing was computed for it."""
    needs: list[Domain]
    """Needs it serves, largest share first; empty for an added one."""
    why: list[str]
    """One to three sentences for a person."""
    comments: list[str]
    """What the officer says of it, oldest first."""


class ReleasedList(BaseModel):
    """The matches of one kind."""

    kind: SupportKind
    matches: list[ReleasedMatch]


class ReleasedRun(BaseModel):
    """A run as its team sees it."""

    run_id: str
    team_id: str
    assessment_id: str
    created_at: datetime
    released_at: datetime
    lists: list[ReleasedList]
    plan: list[PlanPhase]
    """The plan without what was removed; added supports have no phase."""
    comments: list[str]
    """What the officer says of the whole list, oldest first."""


class PlanStanding(NamedTuple):
    """How far a window's results are on the way to a plan."""

    has_results: bool

    run_id: str | None
    """The run that the team sees; None while there is none."""
    waiting: bool
    """Whether a newer one waits for its review."""
    to_make: bool
    """Whether the results in force have no run yet."""


def plan_standing(session: Session, assessment: Assessment, team: Team) -> PlanStanding:
    """Which run of a window's results its team sees, and what is still to come."""
    runs = runs_of_assessment(session, assessment.id)
    seen = [run.id for run, review in runs if team_sees(team, review)]
    snapshot = newest_snapshot_of(session, team.id, assessment.id)
    return PlanStanding(
        has_results=snapshot is not None,
        run_id=seen[0] if seen else None,
        waiting=bool(runs) and runs[0][0].id not in seen[:1],
        to_make=snapshot is not None and all(run.snapshot_id != snapshot.id for run, _ in runs),
    )


def seen_review(lists: Sequence[ReviewedList], events: Sequence[ReviewEvent], team: Team) -> Review | None:
    """The review of a run as it stood when it got the list that the team sees; None when the team sees none.

    Without sharing there is nobody who reviews, so a team sees what was never released as it was made.
    """
    if (seen := released_review(lists, events)) is not None:
        return seen
    return fold(lists, events[:1]) if team_sees(team, None) else None


def released_run(opened: OpenReview) -> ReleasedRun:
    """What the team sees.

    Raises:
        NotReleased: its program officer has not released it.
    """
    seen = seen_review(opened.lists, opened.events, opened.team)
    if seen is None:
        raise NotReleased("The program officer has not released these recommendations yet.")
    return _view(opened, seen)


def _view(opened: OpenReview, seen: Review) -> ReleasedRun:
    document = opened.document
    matches = {match.support_id: match for one in document.lists for match in one.matches}
    kept = {entry.support_id for one in seen.lists for entry in one.kept}
    words: dict[str | None, list[str]] = {}
    for comment in seen.comments:
        if comment.for_team:
            words.setdefault(comment.support_id, []).append(comment.text)
    plan = [
        phase.model_copy(update={"entries": tuple(entry for entry in phase.entries if entry.support_id in kept)})
        for phase in document.plan
    ]
    return ReleasedRun(
        run_id=opened.run.id,
        team_id=opened.team.id,
        assessment_id=opened.run.assessment_id,
        created_at=opened.run.created_at,
        released_at=seen.released_at or opened.run.created_at,
        lists=[
            ReleasedList(
                kind=one.kind,
                matches=[
                    _match(entry, place, matches.get(entry.support_id), words.get(entry.support_id, []))
                    for place, entry in enumerate(one.kept, start=1)
                ],
            )
            for one in seen.lists
        ],
        plan=[phase for phase in plan if phase.entries],
        comments=words.get(None, []),
    )


def _match(entry: Entry, place: int, match: Match | None, comments: list[str]) -> ReleasedMatch:
    return ReleasedMatch(
        place=place,
        support_id=entry.support_id,
        kind=entry.kind,
        title=entry.title,
        url=entry.url,
        pinned=entry.pinned,
        added=entry.addition is not None,
        needs=[share.domain for share in match.needs] if match else [],
        why=list(match.why) if match else [_ADDED],
        comments=comments,
    )
