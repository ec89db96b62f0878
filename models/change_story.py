"""Why two ranked lists of one team differ: every entry, exit and move, with how much each changed factor did."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from models.base import SupportId, Value
from models.message import Message
from models.vocab import Domain, SupportKind

__all__ = [
    "ChangeEvidence",
    "ChangeFactor",
    "ChangeStory",
    "KindChanges",
    "ListChange",
    "NeedChange",
    "RecordChange",
    "SupportDecision",
]


class ChangeFactor(StrEnum):
    """What a ranking depends on, and what can therefore change it."""

    ANSWERS = "answers"
    """Answers, importance and the team's own words."""
    CONTEXT = "context"
    """The team's situation."""
    DATE = "date"
    """Season and freshness."""
    CATALOG = "catalog"
    RULES = "rules"
    MODEL = "model"
    """The embedding model, the ranking configuration and the version of Trellis, taken together."""
    DECISIONS = "decisions"
    """Supports used, declined or removed, and what officers decided in their review."""


RecordChange = Literal["new", "gone", "changed"]

SupportDecision = Literal["used", "declined", "removed", "pinned", "added", "reordered"]


class NeedChange(Value):
    """One need at two times, where both runs show its number."""

    domain: Domain
    name: str
    before: float
    """N, 0 to 1."""
    after: float


class ChangeEvidence(Value):
    """What is known beside the lists. Only what stands here is said of a support; empty says nothing."""

    needs: tuple[NeedChange, ...] = ()
    served: dict[SupportId, tuple[Domain, ...]] = {}
    """Needs that each support works on, largest share first."""
    records: dict[SupportId, RecordChange] = {}
    """Records that differ between the two catalogs."""
    rules: dict[SupportId, tuple[str, ...]] = {}
    """Ids of the rules that say something else of a support than before."""
    decisions: dict[SupportId, SupportDecision] = {}
    """What was decided on a support between the two lists."""


class ListChange(Value):
    """One support whose place differs. A support that is not listed has the place after the last, k + 1."""

    support_id: SupportId
    title: str
    before: int | None = Field(ge=1)
    """Place from 1; None when not listed."""
    after: int | None = Field(ge=1)
    places: int
    """Places gained: before minus after, never 0; negative when lost."""
    parts: dict[ChangeFactor, float]
    """Places gained because of each factor that changed, 0 for one without effect; they sum to `places` within
    1e-9."""
    sentence: str
    """The main causes, for a person."""
    sentence_message: Message | None = None


class KindChanges(Value):
    """The changes of one list."""

    kind: SupportKind
    overlap: float
    """Rank-biased overlap of the two lists (p = 0.9, extrapolated): 0 has nothing in common, 1 is the same list."""
    entries: tuple[ListChange, ...]
    """By place now."""
    exits: tuple[ListChange, ...]
    """By place before."""
    moves: tuple[ListChange, ...]
    """Listed both times; by place now."""
    n_stayed: int
    """Supports at the same place both times."""


class ChangeStory(Value):
    """Why the lists changed, as far as the factors go that did."""

    schema_version: Literal[1, 2] = 2
    changed: tuple[ChangeFactor, ...]
    """The factors that changed, at least one, in the order of `ChangeFactor`."""
    residual: ChangeFactor | None
    """The factor that could not be switched on its own: its parts are what the others leave to explain."""
    kinds: tuple[KindChanges, ...]
    """One entry a kind, in the order of `SupportKind`."""
    weights: dict[ChangeFactor, float]
    """Places moved because of each factor, up or down, over all lists."""
    needs: tuple[NeedChange, ...] = ()
    """Needs that changed, the largest change first."""
    headline: str
    """One sentence for a person."""
    headline_message: Message | None = None
