"""Stored runs: what was asked, what was answered byte for byte, and who may know of one."""

from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from api.access.principals import Principal, Scope
from api.access.reach import beyond_reach_as, shares_with_officer, team_with_results
from api.errors import Conflict, NotFound, NotReleased
from api.runs.rows import LatestRun, find_review, find_run
from api.storage.tables import Review, Run, Team
from models.base import Value
from models.recommendation import PastSupport, RecommendationRun, Versions
from models.release import ReleasedTeam
from models.vocab import SupportKind
from recommender.pipeline import ListTerms

__all__ = [
    "FIRST_FROM_RELEASES",
    "FROM_ANSWERS",
    "ReviewStanding",
    "RunHead",
    "RunRequest",
    "RunView",
    "SeenRun",
    "run_document",
    "run_head",
    "run_json",
    "seen_run",
    "stored_source",
]


FIRST_FROM_RELEASES = 3
"""The first schema whose runs are made from releases."""
FROM_ANSWERS = (
    "This run was made before results were released as one document. What it was made from would tell single answers,"
    " so it is not read any more; make a new run."
)


class RunRequest(Value):
    """What was asked of the recommender, complete: with the assessment and the versions it gives the run again."""

    kinds: tuple[SupportKind, ...]
    k: int | None
    as_of: date
    history: tuple[PastSupport, ...]
    """Supports decided on before, which the lists leave out."""
    exploration: float
    """Chance that neighbors swapped places."""
    seed: int

    def terms(self, *, word_vectors: NDArray[np.float32] | None = None) -> ListTerms:
        """The request as the recommender takes it; `word_vectors` are those of the run's own answers."""
        return ListTerms(
            self.as_of,
            kinds=self.kinds,
            k=self.k,
            history=self.history,
            exploration=self.exploration,
            seed=self.seed,
            word_vectors=word_vectors,
        )


class ReviewStanding(BaseModel):
    """Where the review of a run stands."""

    state: str
    released_at: datetime | None


class RunHead(BaseModel):
    """A run without its content."""

    id: str
    team_id: str
    assessment_id: str
    snapshot_id: str
    created_at: datetime
    created_by: str
    request: RunRequest
    versions: Versions
    sha256: str
    """Of the run's JSON, 64 hexadecimal digits."""
    review: ReviewStanding | None


class RunView(RunHead):
    """A stored run: byte for byte as it was made, and where its review stands."""

    run: RecommendationRun


class SeenRun(NamedTuple):
    """A run that the caller may know of."""

    run: Run
    team: Team
    review: Review | None

    def must_be_open_to(self, principal: Principal) -> None:
        """Go on only when the caller may read it: officers before its release, everybody else after.

        Raises:
            NotReleased: it waits for its review.
        """
        if principal.scope is not Scope.OFFICER and not team_sees(self.team, self.review):
            state = self.review.state if self.review else "waiting"
            raise NotReleased(f"The program officer has not released this run; its review is '{state}'.")


def team_sees(team: Team, run: Review | LatestRun | None) -> bool:
    """Whether a team sees a run: once its officer has released it.

    Nobody waits for a review that nobody may make: a team that shares with no officer sees its runs as they are made.
    Every page and answer asks here, so that none shows a run that another hides.

    Args:
        team: whose run it is.
        run: its review, or what is told of a team's last run; None when nothing was released.
    """
    return (run is not None and run.released_at is not None) or not shares_with_officer(team)


def run_document(run: Run) -> RecommendationRun:
    """The run as a value, of whichever schema it is.

    Raises:
        Conflict: it holds something that this version of Trellis does not know, such as a further kind of support.
    """
    try:
        return RecommendationRun.model_validate_json(run.document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "".join(f"/{part}" for part in first["loc"])
        raise Conflict(
            f"This version of Trellis cannot read the stored run {run.id}: it does not know what stands at"
            f" {place or 'its beginning'} (schema {run.schema_version})."
        ) from error


def stored_source(run: Run) -> ReleasedTeam:
    """What a stored run was made of.

    Raises:
        Conflict: it was made from answers, before there were releases.
    """
    if run.schema_version < FIRST_FROM_RELEASES:
        raise Conflict(FROM_ANSWERS)
    return ReleasedTeam.model_validate_json(run.assessment)


def seen_run(session: Session, principal: Principal, run_id: str, *, inputs: bool = False) -> SeenRun:
    """A run of a team whose results the caller may see, released or not.

    Raises:
        NotFound: no such run within the caller's reach.
        NotAllowed: the team does not share its results with its program officer.
    """
    run = find_run(session, run_id, inputs=inputs)
    if run is None:
        raise NotFound("run", run_id)
    with beyond_reach_as("run", run_id):
        team = team_with_results(session, principal, run.team_id)
    return SeenRun(run, team, find_review(session, run_id))


def run_head(run: Run, review: Review | None) -> RunHead:
    """What is told of a run without its content."""
    return RunHead(
        id=run.id,
        team_id=run.team_id,
        assessment_id=run.assessment_id,
        snapshot_id=run.snapshot_id,
        created_at=run.created_at,
        created_by=run.created_by,
        request=RunRequest.model_validate(run.request),
        versions=Versions.model_validate(run.versions),
        sha256=run.sha256,
        review=ReviewStanding(state=review.state, released_at=review.released_at) if review else None,
    )


def run_json(head: RunHead, text: str) -> str:
    """A `RunView` as JSON; the text goes in as it is, so that its hash can be checked by whoever reads it."""
    return f'{head.model_dump_json()[:-1]},"run":{text}}}'
