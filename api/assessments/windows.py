"""A window in which a team answers the instrument: what it is made of, and what callers send and see."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.storage.tables import Assessment
from models.base import Moment
from models.vocab import Domain, Form, Length

__all__ = [
    "AssessmentChange",
    "AssessmentView",
    "Mode",
    "NewAssessment",
    "RetakeAnswers",
    "WindowPhase",
    "assessment_view",
]


class Mode(StrEnum):
    """How a team answers."""

    INDIVIDUAL = "individual"
    """Everybody alone."""
    CONSENSUS = "consensus"
    """The team agrees on one set of answers."""
    INDIVIDUAL_THEN_CONSENSUS = "individual_then_consensus"
    """Everybody alone; then, with those results frozen, the team agrees. Both are kept; the agreed ones drive needs."""


class WindowPhase(StrEnum):
    """Where a window stands."""

    INDIVIDUAL = "individual"
    CONSENSUS = "consensus"
    CLOSED = "closed"


ThenLevel = Annotated[int, Field(ge=1, le=4, strict=True)]
Roster = Annotated[int, Field(ge=1, le=100_000)]


class RetakeAnswers(BaseModel):
    """How the team sees the time of the earlier assessment now."""

    model_config = ConfigDict(extra="forbid")

    then: dict[Domain, ThenLevel] = Field(default={}, description="Where the team would now say that it was back then.")
    turnover: Literal["none", "some", "many"] | None = Field(
        default=None, description="How many members have joined or left since then; `many` is half or more."
    )


class NewAssessment(BaseModel):
    """A window to open."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"mode": "individual", "length": "full", "roster_size": 8, "closes_at": "2099-10-29T16:00:00Z"}
            ]
        },
    )

    mode: Mode = Mode.INDIVIDUAL
    length: Length = Length.FULL
    focus_domains: list[Domain] = Field(
        default=[], max_length=3, description="Domains that the short form asks in full; chosen by the team's lead."
    )
    set_aside: list[Domain] = Field(
        default=[], max_length=20, description="Domains that do not apply to the team, where the instrument allows it."
    )
    roster_size: Roster | None = Field(default=None, description="People who are asked, for the response rate.")
    opens_at: Moment | None = Field(default=None, description="Answers are taken from then on; default: now.")
    closes_at: Moment | None = Field(
        default=None, description="When the present phase ends by itself; without it, when somebody closes it."
    )
    previous_id: str | None = Field(
        default=None,
        max_length=200,
        description="The assessment that this one retakes; left out: the team's last one with results; null: none.",
    )
    retake: RetakeAnswers = RetakeAnswers()


class AssessmentChange(BaseModel):
    """What to change while the window is open; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    roster_size: Roster | None = Field(default=None, examples=[8])
    closes_at: Moment | None = Field(default=None, examples=["2099-11-05T16:00:00Z"])
    set_aside: list[Domain] | None = Field(default=None, max_length=20)
    retake: RetakeAnswers | None = Field(default=None, description="Replaces what was there.")


class InstrumentUsed(BaseModel):
    """The instrument that a window asks."""

    id: str
    version: str


class AssessmentView(BaseModel):
    """A window."""

    id: str
    team_id: str
    wave: int
    """1 for the team's first."""
    previous_id: str | None
    instrument: InstrumentUsed
    form: Form
    mode: Mode
    phase: WindowPhase
    length: Length
    focus_domains: list[Domain]
    set_aside: list[Domain]
    roster_size: int | None
    retake: RetakeAnswers
    opens_at: datetime
    closes_at: datetime | None
    closed_at: datetime | None
    created_at: datetime


def assessment_view(assessment: Assessment) -> AssessmentView:
    """A window as callers see it."""
    return AssessmentView.model_validate(
        {
            **{name: getattr(assessment, name) for name in AssessmentView.model_fields if name != "instrument"},
            "instrument": {"id": assessment.instrument_id, "version": assessment.instrument_version},
        }
    )
