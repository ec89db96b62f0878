"""What officers decided, for evaluators: relevance judgments and decision logs without names, words and team numbers.

Only teams that share with researchers are in it. Ids of assessments, runs and teams are replaced by hashes, the same
in every export; the ids themselves are random, so that nobody can try them all.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from api.evaluation.rows import shared_runs
from api.reviews.fold import fold, lists_of, released_review
from api.reviews.records import events_in
from api.reviews.rows import events_of
from api.runs.stored import FIRST_FROM_RELEASES, run_document
from api.storage.tables import Run
from models.decision_log import Decision, DisplayedSupport, LoggedList
from models.recommendation import RecommendationRun
from models.review import Entry, Release, RemovalReason, Review, ReviewEvent
from recommender.canonical import content_hash

__all__ = ["SHARED_WITH_RESEARCH", "decisions", "judgments"]

SHARED_WITH_RESEARCH = "research"
"""The option of the context question `share_with` that opens a team's runs, without names, to researchers."""

PINNED, APPROVED, LET_STAND, IRRELEVANT = 3, 2, 1, 0
"""Grades of officers' decisions. A support that an officer added counts as approved; one that a released list held and
that nobody touched was let stand."""

_MISSED = frozenset({RemovalReason.NOT_RELEVANT, RemovalReason.WRONG_LEVEL, RemovalReason.WRONG_AUDIENCE})
"""Removals that say the support does not fit the team. Others (used already, no capacity, …) say nothing of its fit."""
_LOGS: TypeAdapter[tuple[LoggedList, ...]] = TypeAdapter(tuple[LoggedList, ...])
_CHUNK = 200


class _Reviewed(NamedTuple):
    run: Run
    document: RecommendationRun
    events: tuple[ReviewEvent, ...]
    review: Review

    @property
    def let_stand(self) -> frozenset[str]:
        """What the list held that an officer released."""
        number = self.review.released_in
        if number is None or not isinstance(self.events[number - 1].did, Release):
            return frozenset()
        seen = released_review(lists_of(self.document), self.events)
        return frozenset(entry.support_id for one in seen.lists for entry in one.kept) if seen else frozenset()


def judgments(session: Session, organization_id: str | None) -> list[str]:
    """Lines of TREC qrels (`assessment 0 support grade`), by assessment and support; the last run's word counts.

    Args:
        session: a transaction.
        organization_id: whose own and granted teams; None: of everybody.
    """
    grades: dict[tuple[str, str], int] = {}
    for one in _reviewed(session, organization_id):
        assessment = _pseudonym("assessment", one.run.assessment_id)
        let_stand = one.let_stand
        for entry in _entries(one.review):
            grade = _grade(entry, let_stand)
            if grade is not None:
                grades[assessment, entry.support_id] = grade
    return [f"{assessment} 0 {support_id} {grade}" for (assessment, support_id), grade in sorted(grades.items())]


def decisions(session: Session, organization_id: str | None) -> list[str]:
    """The log of lists and decisions, as off-policy evaluation reads it: one JSON object each, by run and kind.

    Features are those of the release that a list was made from. Lists from before there were releases are left out:
    they were made from answers, which features at full precision would tell.

    Args:
        session: a transaction.
        organization_id: whose own and granted teams; None: of everybody.
    """
    return [
        _decision(one, log).model_dump_json()
        for one in _reviewed(session, organization_id)
        if one.run.schema_version >= FIRST_FROM_RELEASES
        for log in _LOGS.validate_json(one.run.decision_log)
    ]


def _reviewed(session: Session, organization_id: str | None) -> Iterator[_Reviewed]:
    after = ""
    while runs := shared_runs(session, organization_id, option=SHARED_WITH_RESEARCH, after=after, limit=_CHUNK):
        by_run: dict[str, list[ReviewEvent]] = {}
        rows = events_of(session, [run.id for run in runs])
        for row, event in zip(rows, events_in(rows), strict=True):
            by_run.setdefault(row.run_id, []).append(event)
        for run in runs:
            if run.id in by_run:
                document = run_document(run)
                events = tuple(by_run[run.id])
                yield _Reviewed(run, document, events, fold(lists_of(document), events))
        after = runs[-1].id
        session.expunge_all()  # a long export holds one chunk at a time


def _decision(one: _Reviewed, log: LoggedList) -> Decision:
    entries: Mapping[str, Entry] = {entry.support_id: entry for entry in _entries(one.review)}
    let_stand = one.let_stand
    return Decision(
        decision_id=_pseudonym("list", f"{one.run.id} {log.kind}"),
        team_id=_pseudonym("team", one.run.team_id),
        decided_at=one.events[-1].at,
        policy_id=content_hash([one.run.versions, one.run.request.get("exploration", 0.0)])[:16],
        candidates=log.candidates,
        displayed=tuple(
            DisplayedSupport(
                support_id=place.support_id,
                propensity=place.propensity,
                reward=_reward(entries.get(place.support_id), let_stand),
            )
            for place in log.displayed
        ),
        slate_propensity=log.slate_propensity,
    )


def _grade(entry: Entry, let_stand: frozenset[str]) -> int | None:
    if entry.removal:
        return IRRELEVANT if entry.removal.reason in _MISSED else None
    if entry.pinned:
        return PINNED
    if entry.approved or entry.addition:
        return APPROVED
    return LET_STAND if entry.support_id in let_stand else None


def _reward(entry: Entry | None, let_stand: frozenset[str]) -> float | None:
    if entry is None:
        return None
    if entry.removal:
        return 0.0 if entry.removal.reason in _MISSED else None
    if entry.pinned:
        return 1.0
    if entry.approved or entry.support_id in let_stand:
        return 0.5 if entry.moved else 1.0
    return None


def _entries(review: Review) -> Iterator[Entry]:
    for one in review.lists:
        yield from one.kept
        yield from one.removed


def _pseudonym(kind: str, identifier: str) -> str:
    return hashlib.sha256(f"trellis export\n{kind}\n{identifier}".encode()).hexdigest()[:20]
