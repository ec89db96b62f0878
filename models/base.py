"""The one base of all value objects, and the types of their ids."""

from datetime import UTC, date, datetime
from typing import Annotated, NewType

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

__all__ = ["AssessmentId", "Day", "Fault", "Moment", "SupportId", "TeamId", "Value"]

AssessmentId = NewType("AssessmentId", str)
SupportId = NewType("SupportId", str)
TeamId = NewType("TeamId", str)
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]
"""A time with its zone. At the ends of time nothing can be reckoned: a day more, or another zone, may be no time."""
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2200, 1, 1))]
"""A day of the calendar, within the same bounds."""


class Value(BaseModel):
    """An immutable value: unknown fields are refused, equality is by content."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fault(Value):
    """One thing wrong with an input: where it is, what was found, what was expected."""

    pointer: str
    """RFC 6901 JSON pointer into the document (`` for the whole of it)."""
    detail: str
    """One sentence for a person: what was found and what was expected."""
    file: str | None = None
    """File name, for inputs made of files."""
    line: int | None = None
    """Line number from 1, for line-based inputs."""
