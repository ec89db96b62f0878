"""A check, as pages name it: where it stands, until when it is open, and how it is answered."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from api.assessments.rows import Answered, Assessment
from api.assessments.windows import Mode, Phase
from api.errors import InvalidBody
from api.web.kit.rendering import day_words, time_words
from models.base import Fault
from models.vocab import Length

__all__ = ["LENGTHS", "MODES", "Standing", "end_of_day", "ends", "last_day", "standing", "until"]

MODES: Mapping[Mode, tuple[str, str]] = {
    Mode.INDIVIDUAL: (
        "Everybody alone",
        "Each person answers on their own. You see how close your views are. Best for most teams.",
    ),
    Mode.CONSENSUS: (
        "The team together",
        "You talk and agree on one set of answers. Best for teams of two or three people.",
    ),
    Mode.INDIVIDUAL_THEN_CONSENSUS: (
        "First alone, then together",
        "Each person answers. Then you look at the results together and agree on one set of answers.",
    ),
}
LENGTHS: Mapping[Length, str] = {Length.FULL: "Full check", Length.SHORT: "Short check"}

# Noon UTC is early morning in Hawaii and Samoa: a day has ended everywhere in the United States.
_DAY_IS_OVER = time(12, tzinfo=UTC)


class Standing(NamedTuple):
    """Where a check stands."""

    key: str
    """`planned`, `open`, `agreeing`, `results` or `empty`."""
    words: str
    chip: str
    """Kind of the chip that shows it."""
    detail: str

    @property
    def is_open(self) -> bool:
        """Whether answers are taken now or later."""
        return self.key in ("planned", "open", "agreeing")


def standing(
    assessment: Assessment, answered: Mapping[tuple[str, str], Answered], *, has_results: bool, now: datetime
) -> Standing:
    """Where a check stands, with how many are done."""
    if assessment.phase == Phase.CLOSED:
        closed = f"Closed {day_words(assessment.closed_at)}" if assessment.closed_at else ""
        if has_results:
            return Standing("results", "Results are in", "info", closed)
        return Standing("empty", "Closed without answers", "", closed)
    if assessment.opens_at > now:
        return Standing("planned", "Planned", "", f"Opens {time_words(assessment.opens_at)}")
    if assessment.phase == Phase.CONSENSUS:
        return Standing("agreeing", "Agreeing together", "accent", ends(assessment.closes_at))
    people = answered.get((assessment.id, assessment.phase), Answered())
    asked = max(assessment.roster_size or 0, people.invited)
    done = f"{people.done} of {asked} done" if asked else "Nobody is invited yet"
    return Standing("open", "Open", "accent", f"{done} · {ends(assessment.closes_at)}")


def ends(closes_at: datetime | None) -> str:
    """Until when a check is open, in words."""
    if closes_at is None:
        return "open until you close it"
    return f"open through {day_words(last)}" if (last := last_day(closes_at)) else f"open until {time_words(closes_at)}"


def until(closes_at: datetime) -> str:
    """The moment at which a check closes, in words that follow "until"."""
    return f"the end of {day_words(last)}" if (last := last_day(closes_at)) else time_words(closes_at)


def last_day(closes_at: datetime | None) -> date | None:
    """The day through which a check is open; None if it ends at some other hour."""
    if closes_at is None or closes_at.astimezone(UTC).timetz() != _DAY_IS_OVER:
        return None
    return closes_at.astimezone(UTC).date() - timedelta(days=1)


def end_of_day(typed: str) -> datetime | None:
    """When the day of a date field is over everywhere in the United States; None if nothing was typed.

    Raises:
        InvalidBody: what was typed is no date.
    """
    if not typed.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(typed.strip()) + timedelta(days=1), _DAY_IS_OVER)
    except (ValueError, OverflowError):
        raise InvalidBody([Fault(pointer="/closes_at", detail="Give a date, such as 2027-02-28.")]) from None
