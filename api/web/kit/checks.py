"""A check, as pages name it: where it stands, until when it is open, and how it is answered."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from markupsafe import Markup
from pydantic import TypeAdapter, ValidationError

from api.assessments.rows import Answered, Assessment
from api.assessments.windows import Mode, WindowPhase
from api.errors import InvalidBody
from api.text.language import _, word
from api.web.kit.rendering import day_words, time_words
from models.base import Day, Fault
from models.vocab import Length

__all__ = ["Standing", "end_of_day", "ends", "last_day", "manner", "standing", "until"]

# Noon UTC is early morning in Hawaii and Samoa: a day has ended everywhere in the United States.
_DAY_IS_OVER = time(12, tzinfo=UTC)
_DAY: TypeAdapter[date] = TypeAdapter(Day)


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
    if assessment.phase == WindowPhase.CLOSED:
        closed = _("Closed {day}", day=day_words(assessment.closed_at)) if assessment.closed_at else ""
        if has_results:
            return Standing("results", _("Results are in"), "info", closed)
        return Standing("empty", _("Closed without answers"), "", closed)
    if assessment.opens_at > now:
        return Standing("planned", _("Planned"), "", _("Opens {time}", time=time_words(assessment.opens_at)))
    if assessment.phase == WindowPhase.CONSENSUS:
        return Standing("agreeing", _("Agreeing together"), "accent", ends(assessment.closes_at))
    people = answered.get((assessment.id, assessment.phase), Answered())
    asked = max(assessment.roster_size or 0, people.invited)
    done = _("{done} of {asked} done", done=people.done, asked=asked) if asked else _("Nobody is invited yet")
    return Standing("open", _("Open"), "accent", Markup(" · ").join([done, ends(assessment.closes_at)]))


def manner(assessment: Assessment) -> str:
    """How a check is answered: its length, and whether alone or together."""
    length, mode = word(Length(assessment.length)), word(Mode(assessment.mode), "within")
    return _("{length}, {mode}", length=length, mode=mode)


def ends(closes_at: datetime | None) -> str:
    """Until when a check is open, in words."""
    if closes_at is None:
        return _("open until you close it")
    if last := last_day(closes_at):
        return _("open through {day}", day=day_words(last))
    return _("open until {time}", time=time_words(closes_at))


def until(closes_at: datetime) -> str:
    """The moment at which a check closes, in words that follow "until"."""
    last = last_day(closes_at)
    return _("the end of {day}", day=day_words(last)) if last else time_words(closes_at)


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
        day = _DAY.validate_python(typed.strip())
        return datetime.combine(day + timedelta(days=1), _DAY_IS_OVER)
    except ValidationError:
        raise InvalidBody([Fault(pointer="/closes_at", detail=_("Give a date, such as 2027-02-28."))]) from None
