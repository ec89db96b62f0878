"""A recommendation run: ranked, explained matches with everything needed to repeat them."""

from datetime import date
from typing import Literal

from pydantic import Field

from models.base import AssessmentId, SupportId, TeamId, Value
from models.instrument import InstrumentVersion
from models.message import Message
from models.needs import Need
from models.profile import CapacityProfile
from models.vocab import Domain, Form, Phase, RuleEffect, RuleOutcome, SupportKind

__all__ = [
    "HonoredSupport",
    "Match",
    "MatchedText",
    "NeedShare",
    "PastStatus",
    "PastSupport",
    "PlanEntry",
    "PlanPhase",
    "RankedList",
    "RecommendationRun",
    "RuleTrace",
    "UnmetNeed",
    "Versions",
    "WhyNot",
]


PastStatus = Literal["finished", "in_use", "declined", "removed"]
"""What became of a support: the team finished it, uses it now or declined it, or a program officer removed it."""


class PastSupport(Value):
    """A support that was decided on before, and is therefore left out of new lists."""

    support_id: SupportId
    status: PastStatus
    since: date
    """The day it was finished, taken up, declined or removed."""
    detail: str = ""
    """Why, in words that the team may read; empty when nobody said."""


class HonoredSupport(Value):
    """A past support that would have a place in the list if it alone were allowed back."""

    support_id: SupportId
    kind: SupportKind
    title: str
    """As in a match."""
    url: str
    status: PastStatus
    since: date
    because: str
    """One sentence: left out, why and since when."""
    because_message: Message | None = None


class RuleTrace(Value):
    """What one rule said of one support for one team."""

    id: str
    outcome: RuleOutcome
    effect: RuleEffect
    because: str
    """The values seen on both sides, in a sentence."""
    because_values: dict[str, tuple[str, ...]] | None = None
    """These values, by placeholder of the rule's sentence; None in a run of schema 1."""

    @property
    def message(self) -> Message:
        """What `because` says."""
        return Message(key=f"rule.{self.id}.{self.outcome}", values=dict(self.because_values or {}))


class NeedShare(Value):
    """How much of a match's need part one need accounts for; shares of a match sum to 1."""

    domain: Domain
    share: float | None
    """None in a run before schema 3 where the team's numbers were suppressed."""


class MatchedText(Value):
    """The sentence of the support that matched, and the text of the need it matched."""

    support_text: str
    need_text: str
    source: Literal["open_text", "rubric"]
    """Whether the need text is the team's own words or the instrument's."""
    similarity: float
    """Cosine, -1 to 1."""


class Match(Value):
    """One support in a ranked list. `components` sum to `score` within 1e-9."""

    rank: int = Field(ge=1)
    support_id: SupportId
    kind: SupportKind
    title: str
    """A resource's title; a provider's name with its best fitting service."""
    url: str
    score: float
    """0 to 1, strictly decreasing with rank."""
    components: dict[str, float]
    needs: tuple[NeedShare, ...]
    why: tuple[str, ...]
    """One to three sentences, each backed by a component or a rule."""
    why_messages: tuple[Message, ...] | None = None
    rules: tuple[RuleTrace, ...]
    matched_text: MatchedText | None


class UnmetNeed(Value):
    """A need for which nothing in the catalog was good enough; recorded as demand on the catalog."""

    domain: Domain
    kind: SupportKind
    detail: str
    detail_message: Message | None = None


class RankedList(Value):
    """The matches of one kind, best first."""

    kind: SupportKind
    matches: tuple[Match, ...]
    unmet_needs: tuple[UnmetNeed, ...]
    n_eligible: int
    """Supports that no rule excluded."""
    n_excluded: int


class PlanEntry(Value):
    """One step of a plan."""

    support_id: SupportId
    kind: SupportKind
    title: str
    url: str
    domains: tuple[Domain, ...]
    """Needs it serves here, largest share first."""
    because: str
    because_message: Message | None = None


class PlanPhase(Value):
    """The supports of one phase, in the order to take them."""

    phase: Phase
    entries: tuple[PlanEntry, ...]


class Versions(Value):
    """Everything that, with the assessment, decides a run byte for byte."""

    trellis: str
    instrument: InstrumentVersion
    catalog: str
    """Content hash of the catalog, independent of line order."""
    ruleset: str
    """Id, version and content hash of the ruleset."""
    model: str
    """Name and weight hash of the embedding model."""
    config: str
    """Hash of the ranking configuration."""


class RecommendationRun(Value):
    """A team's profile, needs, ranked matches and plan. Immutable.

    Every sentence is stored twice: in English as it was said, and as a message (`why` and `why_messages`), of which
    the words of any language are made where it is read. Schema 1 had the sentences alone, and up to schema 2 runs were
    made from answers.
    """

    schema_version: Literal[1, 2, 3] = 3
    basis: Literal["answers", "release"] | None = None
    """What it was made from. None before schema 3: from answers, with some numbers taken out afterwards."""
    assessment_id: AssessmentId
    team_id: TeamId
    team_name: str
    form: Form
    as_of: date
    versions: Versions
    profile: CapacityProfile
    needs: tuple[Need, ...]
    lists: tuple[RankedList, ...]
    """One list a kind, in the order of `SupportKind`."""
    plan: tuple[PlanPhase, ...]
    notices: tuple[str, ...] = ()
    """Plain sentences on what is missing or not released."""
    notice_messages: tuple[Message, ...] | None = None
    honored: tuple[HonoredSupport, ...] = ()
    """Past supports that were left out, list by list, in the order of the places they would have taken."""


class WhyNot(Value):
    """Why one support is, or is not, in a team's list."""

    support_id: SupportId
    kind: SupportKind
    title: str
    outcome: Literal[
        "listed", "excluded", "already_used", "declined", "removed", "below_floor", "beyond_k", "near_duplicate"
    ]
    """The first reason that holds, in this order, but a near-duplicate of a listed support is called that first."""
    rank: int | None
    """Place among all eligible supports of its kind, by fit alone unless listed; None when excluded."""
    score: float | None
    margin: float | None
    """Score missing to the last listed place or the floor; None for every other outcome."""
    excluded_by: tuple[RuleTrace, ...] = ()
    components: dict[str, float] = {}
    detail: str
    """One sentence for a person."""
    detail_message: Message | None = None
