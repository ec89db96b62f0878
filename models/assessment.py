"""One administration of the instrument: what a team answered. Checked against an instrument when it is parsed."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr

from models.base import Day, Value
from models.vocab import AnswerMode, Domain, Form, ImportanceKey, Length

__all__ = ["Answer", "Answers", "Assessment", "ContextValue", "InstrumentRef", "OpenText", "Response", "Retake", "Team"]

Level4 = Annotated[StrictInt, Field(ge=1, le=4)]
Answer = Level4 | Literal["not_sure", "not_applicable", "skipped"]
"""A level 1 to 4, or an answer without one; an absent item counts as skipped."""

ContextValue = StrictStr | StrictInt | tuple[StrictStr, ...]
"""A single choice or free text, a whole number, or the chosen options of a multi question."""


class InstrumentRef(Value):
    """Which instrument an assessment says it used."""

    id: str
    version: str


class Team(Value):
    """A school or district team, or a hub, and its situation. A context question left out is unknown."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    context: dict[str, ContextValue] = {}


class OpenText(Value):
    """One author's own words; empty means not answered."""

    strengths: str = ""
    challenges: str = ""
    hoped_for_support: str = ""


class _Person(Value):
    respondent: str = Field(min_length=1)


class Answers(Value):
    """What one author answered."""

    role: str | None = None
    answers: dict[str, Answer] = {}
    importance: dict[Domain, ImportanceKey] = {}
    readiness: dict[Domain, dict[str, Level4]] = {}
    open_text: OpenText = OpenText()
    share_text: StrictBool = False
    """Whether others may read this author's own words, and the engine search with them for what others see."""
    match_from_answers: StrictBool = False
    """Whether matches may follow from this author's answers although fewer people answered than a team result needs;
    it counts where every author agrees."""


class Response(Answers, _Person):
    """One respondent's answers, or the agreed answers in consensus mode."""

    # The person comes first in what is written: pydantic takes the fields of the last base first.


class Retake(Value):
    """Link to the earlier assessment, and how the team sees that time now."""

    previous_id: str
    then: dict[Domain, Level4] = {}
    turnover: Literal["none", "some", "many"] | None = None


class Assessment(Value):
    """The answers of one team at one time."""

    assessment_id: str = Field(min_length=1)
    instrument: InstrumentRef
    form: Form
    answer_mode: AnswerMode
    length: Length = Length.FULL
    focus_domains: tuple[Domain, ...] = Field(default=(), max_length=3)
    as_of: Day | None = None
    """The date that season, freshness and replay use; None means the caller's clock."""
    team: Team
    responses: tuple[Response, ...] = Field(min_length=1)
    retake: Retake | None = None
    set_aside: tuple[Domain, ...] = ()
    """Domains the team has set aside; only those the instrument allows."""
