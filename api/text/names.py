"""Names of people, teams and cohorts, as they are taken in."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from recommender.reading.fold import clean

__all__ = ["ONE_LINE", "Name"]


def _cleaned(given: Any) -> Any:
    """Without what shows nothing. Controls stay, for the pattern to refuse: they are no slip of a keyboard."""
    if not isinstance(given, str) or any(sign < " " or sign == "\x7f" for sign in given):
        return given
    return clean(given)


ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
"""Text in one line that is not blank."""

Name = Annotated[
    str,
    BeforeValidator(_cleaned),
    Field(min_length=1, max_length=200, pattern=ONE_LINE),
]
"""One line that is not blank, in NFC, with single blanks and nothing invisible: what looks equal is equal."""
