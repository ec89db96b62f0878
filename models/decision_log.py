"""What could have been shown, what was, and how probable that was: a list's half of a line in the decision log.

The other half (ids, time, policy, rewards) is the service's to add. Features are complete, also where a team's numbers
are hidden from people: a log is for evaluators, not for officers or teams.
"""

from pydantic import Field

from models.base import SupportId, Value
from models.vocab import SupportKind

__all__ = ["LoggedCandidate", "LoggedList", "LoggedPlace"]


class LoggedCandidate(Value):
    """A support that could have been shown."""

    support_id: SupportId
    features: dict[str, float]
    """Values of `recommender.ranking.features.FEATURES`, and `score`: what its own place is worth, before any swap."""
    propensity: float = Field(ge=0, le=1)
    """Probability that it is put first; over the candidates they sum to 1."""


class LoggedPlace(Value):
    """One place of the list as shown."""

    support_id: SupportId
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
