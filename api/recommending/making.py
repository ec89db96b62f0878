"""Recommendation runs: made once from frozen results, stored byte for byte, and shown."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.principals import Principal
from api.assessments.snapshots import released_team_of
from api.engine.artifacts import keep_artifacts
from api.engine.engine import Engine
from api.errors import Conflict, NoResults, NotFound
from api.recommending.history import past_supports
from api.recommending.recommend import MAX_K
from api.reviews.records import open_review
from api.runs.rows import add_run, is_assessment_of, newest_run, newest_snapshot_of
from api.runs.stored import RunRequest
from api.storage.ids import new_id
from api.storage.tables import Run, Team
from models.base import Day
from models.kinds import Kind, kinds_of
from models.recommendation import PastSupport, RecommendationRun
from models.release import ReleasedTeam
from recommender.instruments import LoadedInstrument
from recommender.pipeline import Decided, Recommender

__all__ = [
    "Made",
    "NewRun",
    "RunCase",
    "Texts",
    "decide",
    "document_texts",
    "make_run",
    "present_case",
    "source_in",
    "store_run",
]

_SEED = 0
"""Of the swaps, beside team, assessment, kind and date: asking twice on one day shows the same list."""


class NewRun(BaseModel):
    """What to recommend; everything has a default."""

    model_config = ConfigDict(extra="forbid")

    assessment_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """An assessment with results; default: the team's latest that has any."""
    kinds: Annotated[list[Kind], Field(max_length=3)] = []
    """Kinds to list; default: all."""
    k: Annotated[int, Field(ge=1, le=MAX_K)] | None = Field(default=None, examples=[10])
    """Longest list of a kind; default: configured."""
    as_of: Day | None = None
    """The date that season and freshness use; default: today."""


class RunCase(NamedTuple):
    """A team's release in its present situation: what a run is made of."""

    organization_id: str
    """Of the team; its catalog is ranked."""
    assessment_id: str
    snapshot_id: str
    source: ReleasedTeam
    history: tuple[PastSupport, ...]


@dataclass(frozen=True)
class Made:
    """A run that is made but not stored."""

    case: RunCase
    request: RunRequest
    recommender: Recommender
    texts: "Texts"


class Texts(NamedTuple):
    """What is stored of a run, as JSON."""

    run: str
    decision_log: str


def present_case(session: Session, team: Team, assessment_id: str | None = None) -> RunCase:
    """The frozen answers of an assessment, by default of the latest with results, and the team's present context.

    Raises:
        NotFound: the team has no such assessment.
        NoResults: no window of it was closed with answers.
    """
    snapshot = newest_snapshot_of(session, team.id, assessment_id)
    if snapshot is None:
        if assessment_id is not None and not is_assessment_of(session, assessment_id, team.id):
            raise NotFound("assessment", assessment_id)
        raise NoResults("Recommendations are made from results, and results are frozen when a window closes.")
    return RunCase(
        team.organization_id,
        snapshot.assessment_id,
        snapshot.id,
        released_team_of(snapshot, team),
        past_supports(session, team.id),
    )


def make_run(engine: Engine, case: RunCase, new: NewRun, *, now: datetime) -> Made:
    """Recommend; reads and stores nothing.

    Raises:
        NotReady: the recommender is still being loaded.
        Conflict: the answers were given to another version of the instrument.
    """
    recommender = engine.of(case.organization_id).recommender
    request = RunRequest(
        kinds=kinds_of(new.kinds),
        k=new.k,
        as_of=new.as_of or now.date(),
        history=case.history,
        exploration=engine.exploration,
        seed=_SEED,
    )
    decided = decide(recommender, source_in(case, recommender.instrument), request)
    return Made(case, request, recommender, document_texts(decided))


def document_texts(decided: Decided) -> Texts:
    """A decided run, and its log, as they are stored: the same values are always the same bytes."""
    logs = ",".join(log.model_dump_json() for log in decided.logs)
    return Texts(decided.run.model_dump_json(), f"[{logs}]")


def decide(recommender: Recommender, source: ReleasedTeam, request: RunRequest) -> Decided:
    """What the recommender answers to a stored or a new request."""
    return recommender.decide(source, request.terms())


def store_run(
    session: Session, principal: Principal, team: Team, made: Made, *, now: datetime, review_days: int
) -> Run:
    """Store a made run with everything that replays it, and open its review, due after some days."""
    keep_artifacts(session, made.recommender, now=now)
    run = Run(
        id=new_id("run", now, after=newest_run(session, team.id)),
        team_id=team.id,
        assessment_id=made.case.assessment_id,
        snapshot_id=made.case.snapshot_id,
        created_at=now,
        created_by=principal.actor,
        schema_version=RecommendationRun.model_fields["schema_version"].default,
        request=made.request.model_dump(mode="json"),
        assessment=made.case.source.model_dump_json(),
        versions=made.recommender.versions.model_dump(mode="json"),
        document=made.texts.run,
        sha256=hashlib.sha256(made.texts.run.encode()).hexdigest(),
        decision_log=made.texts.decision_log,
    )
    add_run(session, run)
    open_review(session, run, team, days=review_days, now=now)
    note(session, "run.create", run.id, actor=principal.actor, organization_id=team.organization_id, now=now)
    return run


def source_in(case: RunCase, instrument: LoadedInstrument) -> ReleasedTeam:
    """What the recommender gets of a case.

    Raises:
        Conflict: the answers were given to another version of the instrument.
    """
    used = case.source.release.instrument
    if (used.id, used.version) != (instrument.version.id, instrument.version.version):
        raise Conflict(f"These answers were given to {used.id} {used.version}; the instrument is another one now.")
    return case.source
