"""Whether a person's place in a window takes answers now, and if not, why."""

from datetime import datetime
from enum import StrEnum

from api.assessments.opening import asks_instrument, is_due
from api.assessments.rows import Place
from api.assessments.windows import WindowPhase
from api.errors import WindowClosed
from recommender.instruments import LoadedInstrument

__all__ = ["Closure", "closure_of", "must_be_open"]


class Closure(StrEnum):
    """Why a place takes no answers."""

    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    OTHER_PHASE = "other_phase"
    """Answers given alone while the team agrees, or the other way around."""
    OTHER_INSTRUMENT = "other_instrument"
    """The window asks another version of the instrument than the one in use."""


def closure_of(place: Place, instrument: LoadedInstrument, *, now: datetime) -> Closure | None:
    """Why a place takes no answers at a time; None when it takes them."""
    assessment = place.assessment
    if now < assessment.opens_at:
        return Closure.NOT_OPEN_YET
    if assessment.phase == WindowPhase.CLOSED or is_due(assessment, now):
        return Closure.CLOSED
    if assessment.phase != place.respondent.mode:
        return Closure.OTHER_PHASE
    return None if asks_instrument(assessment, instrument) else Closure.OTHER_INSTRUMENT


def must_be_open(place: Place, instrument: LoadedInstrument, *, now: datetime) -> None:
    """Go on only when the window takes this person's answers by its time and phase.

    Raises:
        WindowClosed: not open yet, or not any more, or in another phase.
    """
    assessment = place.assessment
    closure = closure_of(place, instrument, now=now)
    if closure is Closure.NOT_OPEN_YET:
        raise WindowClosed(f"The window opens at {assessment.opens_at.isoformat()}.")
    if closure is Closure.CLOSED:
        raise WindowClosed("The window is closed; nothing was saved.")
    if closure is Closure.OTHER_PHASE:
        raise WindowClosed(f"The window is in its {assessment.phase} phase; these answers are {place.respondent.mode}.")
