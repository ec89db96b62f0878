"""What a person is told of the own answers."""

from datetime import datetime

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from api.assessments.windows import WindowPhase
from models.assessment import Answer, OpenText
from models.vocab import Domain, Form, ImportanceKey, Length

__all__ = ["DomainProgress", "OwnAnswers", "OwnScore", "Progress"]


class DomainProgress(BaseModel):
    """How far a person is with one domain."""

    domain: Domain
    asked: int
    answered: int
    remaining: int
    importance_answered: bool


class Progress(BaseModel):
    """How far a person is. Holds no answer."""

    asked: int
    answered: int
    """Items with an answer; `not_sure` is one."""
    domains: list[DomainProgress]
    """In the order in which this person is asked."""
    next: list[str]
    """Items to ask next, in order; empty when all are answered."""
    saved_at: datetime | None
    submitted_at: datetime | None


class OwnScore(BaseModel):
    """What a person's own answers come to in one domain."""

    domain: Domain
    mean: float
    """1 to 4, one decimal."""
    level_words: str
    """A level's name, or `between X and Y`."""
    levels: SkipJsonSchema[tuple[int, ...]] = Field(exclude=True)
    """The level, or the two, that the words name: for pages, which say them in the reader's language."""


class OwnAnswers(BaseModel):
    """A person's own answers, for that person."""

    respondent_id: str
    assessment_id: str
    team_name: str
    form: Form
    length: Length
    phase: WindowPhase
    opens_at: datetime
    closes_at: datetime | None
    role: str | None
    answers: dict[str, Answer]
    importance: dict[Domain, ImportanceKey]
    readiness: dict[Domain, dict[str, int]]
    open_text: OpenText
    share_text: bool
    match_from_answers: bool
    scores: list[OwnScore]
    """Domains with enough answers for a score. The person's own picture, not the team's."""
    progress: Progress
