"""Days and times on pages: a moment says its zone, a day of the calendar has none."""

from datetime import UTC, date, datetime, timedelta, timezone

from markupsafe import Markup

from api.text.language import _
from api.web.kit.rendering import day_words, time_words

LATE = datetime(2026, 11, 29, 1, tzinfo=UTC)


def test_a_moment_says_its_zone_and_can_be_made_the_readers_own() -> None:
    assert day_words(LATE) == '<time datetime="2026-11-29T01:00:00Z" data-day>Nov 29, 2026 UTC</time>'
    there = LATE.astimezone(timezone(timedelta(hours=-8)))
    assert time_words(there) == '<time datetime="2026-11-29T01:00:00Z">Nov 29, 2026, 1:00 AM UTC</time>'


def test_a_day_of_the_calendar_is_the_same_everywhere() -> None:
    assert day_words(date(2026, 11, 29)) == "Nov 29, 2026"


def test_a_sentence_with_a_moment_stays_markup_and_escapes_the_rest() -> None:
    told = _("{who} closed it on {day}", who="<b>", day=day_words(LATE))
    assert isinstance(told, Markup)
    assert told.startswith("&lt;b&gt; closed it on <time ")
    assert not isinstance(_("{who} closed it", who="<b>"), Markup)
