"""Ending the phases of a window, and opening them again."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.audit import note
from api.assessments.opening import asks_instrument, is_due
from api.assessments.rows import find_assessment, last_snapshot
from api.assessments.snapshots import freeze
from api.assessments.windows import AssessmentView, Mode, WindowPhase, assessment_view
from api.engine.engine import Engine
from api.errors import Conflict, InvalidBody, NoResults
from api.storage.database import Database
from api.storage.tables import Assessment, Team
from models.base import Fault, Moment

__all__ = ["ClosedView", "Reopening", "close_assessment", "reopen_assessment", "settle"]

_ITSELF = "service"


class ClosedView(BaseModel):
    """What closing a phase did."""

    assessment: AssessmentView
    results_at: datetime
    """When the results in force were frozen."""
    new_results: bool
    """False when the earlier results stay in force. Why is not told: it would tell who did what."""
    notices: list[str]


class Reopening(BaseModel):
    """How to open a phase again."""

    model_config = ConfigDict(extra="forbid")

    closes_at: Moment | None = Field(
        default=None, description="When it ends by itself; without it, never.", examples=["2099-11-12T16:00:00Z"]
    )


def close_assessment(
    session: Session, engine: Engine, assessment: Assessment, team: Team, *, actor: str, now: datetime
) -> ClosedView:
    """End the present phase: freeze its results, and go on to the next phase if there is one.

    Args:
        session: a writing transaction; `assessment` was read in it with its lock.
        engine: instrument and constants of scoring.
        assessment: the window.
        team: whose window it is.
        actor: who closes it.
        now: the time.

    Raises:
        Conflict: it is closed already, or asks another version of the instrument than the one in use.
        NoResults: nobody has answered anything in this phase.
    """
    if assessment.phase == WindowPhase.CLOSED:
        raise Conflict("The window is closed already.")
    phase = assessment.phase
    new = freeze(session, engine, assessment, team, now=now)
    snapshot = new or last_snapshot(session, assessment.id, phase)
    if snapshot is None:
        raise NoResults("Nobody has answered yet; there is nothing to close.")
    _end_phase(session, assessment, team, actor=actor, now=now, at=now, has_results=True)
    notices = [] if new is not None else ["The earlier results stay in force."]
    return ClosedView(
        assessment=assessment_view(assessment),
        results_at=snapshot.taken_at,
        new_results=new is not None,
        notices=notices,
    )


def reopen_assessment(
    session: Session,
    assessment: Assessment,
    team: Team,
    how: Reopening,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Go back one phase. Frozen results stay in force until the phase is closed again.

    Raises:
        Conflict: the window is in its first phase, which is open.
        InvalidBody: the time to close is not after now.
    """
    if how.closes_at is not None and how.closes_at <= now:
        raise InvalidBody([Fault(pointer="/closes_at", detail="Expected a time after now.")])
    first = WindowPhase.CONSENSUS if assessment.mode == Mode.CONSENSUS else WindowPhase.INDIVIDUAL
    if assessment.phase == first:
        raise Conflict("The window is open already.")
    both = assessment.mode == Mode.INDIVIDUAL_THEN_CONSENSUS
    alone = last_snapshot(session, assessment.id, WindowPhase.INDIVIDUAL) is not None
    back = WindowPhase.CONSENSUS if both and alone and assessment.phase == WindowPhase.CLOSED else first
    assessment.phase = back
    assessment.closes_at = how.closes_at
    assessment.closed_at = None
    assessment.version += 1
    session.flush()
    _note(session, "assessment.reopen", assessment, team, actor, now)


def settle(database: Database, engine: Engine, assessment_id: str, *, now: datetime) -> None:
    """End the phase of a window whose time has passed, as whoever touches it next does; else do nothing.

    Without answers there are no results; the window closes all the same. One that asks another version of the
    instrument than the one in use stays as it is: its answers cannot be scored here, and reading it must not fail.
    """
    with database.reading() as session:
        found = find_assessment(session, assessment_id)
        if found is None or not is_due(found[0], now) or not asks_instrument(found[0], engine.instrument):
            return
    with database.writing() as session:
        found = find_assessment(session, assessment_id, lock=True)
        if found is None or not is_due(found[0], now):
            return
        assessment, team = found
        phase, at = assessment.phase, assessment.closes_at or now
        freeze(session, engine, assessment, team, now=now)
        has_results = last_snapshot(session, assessment.id, phase) is not None
        _end_phase(session, assessment, team, actor=_ITSELF, now=now, at=at, has_results=has_results)


def _end_phase(
    session: Session,
    assessment: Assessment,
    team: Team,
    *,
    actor: str,
    now: datetime,
    at: datetime,
    has_results: bool,
) -> None:
    more = (
        assessment.mode == Mode.INDIVIDUAL_THEN_CONSENSUS and assessment.phase == WindowPhase.INDIVIDUAL and has_results
    )
    # The time to close belonged to the phase that ends here.
    assessment.closes_at = None if more else assessment.closes_at
    assessment.closed_at = None if more else at
    assessment.phase = WindowPhase.CONSENSUS if more else WindowPhase.CLOSED
    assessment.version += 1
    session.flush()
    _note(session, "assessment.close", assessment, team, actor, now)


def _note(session: Session, action: str, assessment: Assessment, team: Team, actor: str, now: datetime) -> None:
    detail = {"phase": str(assessment.phase)}
    note(session, action, assessment.id, actor=actor, organization_id=team.organization_id, now=now, detail=detail)
