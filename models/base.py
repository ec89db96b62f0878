"""The one base of all value objects, and the types of their ids."""

from typing import NewType

from pydantic import BaseModel, ConfigDict

__all__ = ["AssessmentId", "Fault", "SupportId", "TeamId", "Value"]

AssessmentId = NewType("AssessmentId", str)
SupportId = NewType("SupportId", str)
TeamId = NewType("TeamId", str)


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
