"""Opening and changing the windows in which a team answers the instrument, and who may see them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.principals import Principal
from api.access.reach import beyond_reach_as, own_team, team_with_results
from api.assessments.rows import add_assessment, find_assessment, last_closed, last_snapshot, last_wave
from api.assessments.windows import AssessmentChange, Mode, NewAssessment, WindowPhase
from api.errors import Conflict, InvalidBody, NotFound, WindowClosed
from api.storage.ids import new_id
from api.storage.tables import Assessment, Team
from models.base import Fault
from models.vocab import Form, Length
from recommender.diagnosis.form_check import check_window
from recommender.instruments import LoadedInstrument

__all__ = [
    "asks_instrument",
    "change_assessment",
    "check_same_instrument",
    "create_assessment",
    "faults_of_change",
    "faults_of_new",
    "is_due",
    "own_assessment",
    "visible_assessment",
]


def is_due(assessment: Assessment, now: datetime) -> bool:
    """Whether the present phase should have ended by itself."""
    return assessment.phase != WindowPhase.CLOSED and assessment.closes_at is not None and assessment.closes_at <= now


def own_assessment(
    session: Session, principal: Principal, assessment_id: str, *, lock: bool = False
) -> tuple[Assessment, Team]:
    """A window of a team that the caller may change, and the team.

    Raises:
        NotFound: no such window there.
    """
    found = find_assessment(session, assessment_id, lock=lock)
    if found is None:
        raise NotFound("assessment", assessment_id)
    with beyond_reach_as("assessment", assessment_id):
        team = own_team(session, principal, found[1].id)
    return found[0], team


def visible_assessment(session: Session, principal: Principal, assessment_id: str) -> tuple[Assessment, Team]:
    """A window of a team whose results the caller may see, and the team.

    Raises:
        NotFound: no such window within the caller's reach.
        NotAllowed: the team does not share its results with its program officer.
    """
    found = find_assessment(session, assessment_id)
    if found is None:
        raise NotFound("assessment", assessment_id)
    with beyond_reach_as("assessment", assessment_id):
        team = team_with_results(session, principal, found[1].id)
    return found[0], team


def create_assessment(
    session: Session,
    principal: Principal,
    team: Team,
    new: NewAssessment,
    instrument: LoadedInstrument,
    *,
    now: datetime,
) -> Assessment:
    """Open a window of a team of the caller's organization, now or at the time that it names.

    Raises:
        InvalidBody: every fault: domains that the form lacks or that cannot be set aside, focus domains of a full
            form, times in the wrong order, or an earlier assessment that is not the team's or has no results.
    """
    retake = new.retake.model_dump(mode="json", exclude_none=True)
    opens_at = new.opens_at or now
    faults, previous_id = _faults_of_new(session, team, new, instrument, now=now)
    if faults:
        raise InvalidBody(faults)
    assessment = Assessment(
        id=new_id("asm", now),
        team_id=team.id,
        wave=last_wave(session, team.id) + 1,
        previous_id=previous_id,
        instrument_id=instrument.version.id,
        instrument_version=instrument.version.version,
        form=team.form,
        length=new.length,
        focus_domains=[str(domain) for domain in new.focus_domains],
        set_aside=[str(domain) for domain in new.set_aside],
        mode=new.mode,
        phase=WindowPhase.CONSENSUS if new.mode is Mode.CONSENSUS else WindowPhase.INDIVIDUAL,
        roster_size=new.roster_size,
        retake=retake,
        opens_at=opens_at,
        closes_at=new.closes_at,
        version=1,
        created_at=now,
    )
    add_assessment(session, assessment)
    _note(session, "assessment.open", assessment, principal, team, now, wave=assessment.wave)
    return assessment


def change_assessment(
    session: Session,
    principal: Principal,
    assessment: Assessment,
    team: Team,
    change: AssessmentChange,
    instrument: LoadedInstrument,
    *,
    now: datetime,
) -> None:
    """Change an open window in place.

    Raises:
        WindowClosed: it is closed; its results are frozen.
        InvalidBody: every fault, as for `create_assessment`.
    """
    if assessment.phase == WindowPhase.CLOSED:
        raise WindowClosed("The window is closed and its results are frozen; reopen it to change it.")
    check_same_instrument(assessment, instrument)
    given = change.model_fields_set
    if faults := _faults_of_change(assessment, change, instrument, now=now):
        raise InvalidBody(faults)
    if "roster_size" in given:
        assessment.roster_size = change.roster_size
    if "closes_at" in given:
        assessment.closes_at = change.closes_at
    if change.set_aside is not None:
        assessment.set_aside = [str(domain) for domain in change.set_aside]
    if change.retake is not None:
        assessment.retake = change.retake.model_dump(mode="json", exclude_none=True)
    assessment.version += 1
    session.flush()
    _note(session, "assessment.change", assessment, principal, team, now, fields=sorted(given))


def faults_of_new(
    session: Session, team: Team, new: NewAssessment | None, instrument: LoadedInstrument, *, now: datetime
) -> list[Fault]:
    """What `create_assessment` would refuse in a window; nothing where it cannot be read."""
    return [] if new is None else _faults_of_new(session, team, new, instrument, now=now)[0]


def faults_of_change(
    assessment: Assessment, change: AssessmentChange | None, instrument: LoadedInstrument, *, now: datetime
) -> list[Fault]:
    """What `change_assessment` would refuse in a change; nothing where it cannot be read."""
    return [] if change is None else _faults_of_change(assessment, change, instrument, now=now)


def asks_instrument(assessment: Assessment, instrument: LoadedInstrument) -> bool:
    """Whether a window asks this version of this instrument; it keeps the one that it was opened with."""
    version = instrument.version
    return (assessment.instrument_id, assessment.instrument_version) == (version.id, version.version)


def check_same_instrument(assessment: Assessment, instrument: LoadedInstrument) -> None:
    """Go on only when the window asks the instrument in use.

    Raises:
        Conflict: the service has moved to another version since.
    """
    if not asks_instrument(assessment, instrument):
        used = f"{assessment.instrument_id} {assessment.instrument_version}"
        raise Conflict(f"This assessment asks {used}, but {instrument.version.name} is in use; open a new one.")


def _faults_of_new(
    session: Session, team: Team, new: NewAssessment, instrument: LoadedInstrument, *, now: datetime
) -> tuple[list[Fault], str | None]:
    """The faults of a new window, and the id of the assessment that it retakes."""
    window = {"focus_domains": new.focus_domains, "set_aside": new.set_aside, "retake": {"then": new.retake.then}}
    faults = list(check_window(window, instrument, Form(team.form)))
    if new.focus_domains and new.length is Length.FULL:
        faults.append(Fault(pointer="/focus_domains", detail="The full form asks every domain in full; leave it out."))
    faults += _time_faults(new.closes_at, new.opens_at or now, now)
    return faults, _previous(session, team, new, faults)


def _faults_of_change(
    assessment: Assessment, change: AssessmentChange, instrument: LoadedInstrument, *, now: datetime
) -> list[Fault]:
    retake = {"then": change.retake.then if change.retake else {}}
    window = {"set_aside": change.set_aside or [], "retake": retake}
    faults = list(check_window(window, instrument, Form(assessment.form)))
    if assessment.previous_id is None and change.retake and change.retake.model_fields_set:
        faults.append(_not_a_retake())
    if "closes_at" in change.model_fields_set:
        faults += _time_faults(change.closes_at, assessment.opens_at, now)
    return faults


def _previous(session: Session, team: Team, new: NewAssessment, faults: list[Fault]) -> str | None:
    """The id of the assessment that is retaken, if any; adds a fault when it cannot be."""
    if "previous_id" not in new.model_fields_set:
        last = last_closed(session, team.id)
        previous_id = last.id if last else None
    else:
        previous_id = new.previous_id
        found = find_assessment(session, previous_id) if previous_id is not None else None
        if previous_id is not None and (found is None or found[1].id != team.id):
            faults.append(Fault(pointer="/previous_id", detail="This team has no assessment of that id."))
        elif previous_id is not None and last_snapshot(session, previous_id) is None:
            faults.append(Fault(pointer="/previous_id", detail="That assessment has no results yet; close it first."))
    if previous_id is None and (new.retake.then or new.retake.turnover):
        faults.append(_not_a_retake())
    return previous_id


def _not_a_retake() -> Fault:
    return Fault(pointer="/retake", detail="This is the team's first assessment or retakes none; leave it out.")


def _time_faults(closes_at: datetime | None, opens_at: datetime, now: datetime) -> list[Fault]:
    if closes_at is None or closes_at > max(opens_at, now):
        return []
    return [Fault(pointer="/closes_at", detail="Expected a time after the opening and after now.")]


def _note(
    session: Session,
    action: str,
    assessment: Assessment,
    principal: Principal,
    team: Team,
    now: datetime,
    **detail: Any,
) -> None:
    note(
        session,
        action,
        assessment.id,
        actor=principal.actor,
        organization_id=team.organization_id,
        now=now,
        detail=detail,
    )
