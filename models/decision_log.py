"""The log of lists that were shown to reviewers, for evaluators of other rankings.

Two parts in two lives: a list's probabilities (`LoggedList`) are stored with its run; a line of the log (`Decision`)
joins them with ids, time, policy and rewards, and is what the service exports and off-policy evaluation reads. Features
follow from the release that a list was made from, so that they tell no more of a team than it does.
"""

import math
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from models.base import Moment, SupportId, Value
from models.vocab import SupportKind

__all__ = ["SUM_TOLERANCE", "Decision", "DisplayedSupport", "LoggedCandidate", "LoggedList", "LoggedPlace"]

SUM_TOLERANCE = 1e-6
"""How far probabilities that must add up may miss it."""
_Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]
_Support = Annotated[SupportId, StringConstraints(pattern=r"^\S+$")]
_Positive = Annotated[float, Field(gt=0, le=1)]


class LoggedCandidate(Value):
    """A support that could have been shown."""

    support_id: _Support
    features: dict[str, Annotated[float, Field(allow_inf_nan=False)]]
    """Values of `recommender.ranking.features.FEATURES`, and `score`: what its own place is worth, before any swap. As
    they were when the list was made; the same names in the whole log."""
    propensity: float = Field(ge=0, le=1)
    """Probability that it is put first; over the candidates they sum to 1."""


class LoggedPlace(Value):
    """One place of the list as shown."""

    support_id: _Support
    propensity: float = Field(gt=0, le=1)
    """Probability that this support is put at this place, whatever stands elsewhere."""


class LoggedList(Value):
    """One list with the probabilities of the ranking that showed it."""

    kind: SupportKind
    candidates: tuple[LoggedCandidate, ...] = Field(min_length=1)
    """As ranked without chance: the places of the list, then the runner-up if there is one."""
    displayed: tuple[LoggedPlace, ...] = Field(min_length=1)
    """First place first."""
    slate_propensity: float = Field(gt=0, le=1)
    """Probability that exactly this list is shown."""


class DisplayedSupport(LoggedPlace):
    """One place of a list that was shown to a reviewer, and what the reviewer made of it."""

    reward: Annotated[float, Field(ge=0, le=1)] | None
    """1 approved, 0 rejected or swapped for another, between for approved with changes; None not decided."""


class Decision(Value):
    """One list that was shown to a reviewer, with its probabilities, and what became of it: a line of the log."""

    schema_version: Literal[1] = 1
    decision_id: _Word
    team_id: _Word
    decided_at: Moment
    policy_id: _Word
    """Which ranking showed the list: a hash of everything that decides it."""
    candidates: tuple[LoggedCandidate, ...] = Field(min_length=1)
    displayed: tuple[DisplayedSupport, ...] = Field(min_length=1)
    """First place first."""
    slate_propensity: _Positive
    """Probability that the logging ranking shows exactly this list."""

    @model_validator(mode="after")
    def _fits_together(self) -> "Decision":
        propensities = {item.support_id: item.propensity for item in self.candidates}
        shown = [item.support_id for item in self.displayed]
        if len(propensities) != len(self.candidates):
            raise ValueError("a support is a candidate twice")
        if len(set(shown)) != len(shown):
            raise ValueError("a support is displayed twice")
        if missing := [support_id for support_id in shown if support_id not in propensities]:
            raise ValueError(f"{', '.join(missing)} is displayed but no candidate")
        total = math.fsum(propensities.values())
        if abs(total - 1) > SUM_TOLERANCE:
            raise ValueError(f"the candidates' propensities sum to {total:.6g}, expected 1")
        first = self.displayed[0]
        if abs(first.propensity - propensities[first.support_id]) > SUM_TOLERANCE:
            raise ValueError("the first place's propensity is not its candidate's")
        if self.slate_propensity > min(item.propensity for item in self.displayed) + SUM_TOLERANCE:
            raise ValueError("the whole list is more probable than one of its places")
        if len({frozenset(item.features) for item in self.candidates}) > 1:
            raise ValueError("the candidates have different features")
        return self
