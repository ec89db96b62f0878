"""Ranking settings: frozen, hashed, stored with every run. No environment is read here."""

from typing import Annotated

from pydantic import Field, field_validator

from models.base import Value
from models.vocab import SupportKind
from recommender.canonical import content_hash

__all__ = ["KindConfig", "Parts", "RankingConfig", "ScoringConfig"]


class ScoringConfig(Value):
    """Constants of the diagnosis; `docs/diagnosis.md` has the formulas."""

    rater_sd: float = Field(default=0.60, gt=0)
    """s0: prior standard deviation between raters of one team, in levels."""
    rater_sd_weight: float = Field(default=4.0, gt=0)
    """nu0: how many degrees of freedom the prior is worth."""
    item_sampling_sd: float = Field(default=0.35, ge=0)
    """sI: spread between items of a domain, for short forms."""
    consensus_se: float = Field(default=0.45, gt=0)
    """Standard error of an agreed rating, in levels."""
    clear_level: float = Field(default=0.70, gt=0, lt=1)
    """Least P(level) that is shown as one level rather than `between`."""
    unknown_mean: float = 2.5
    """Mean of the wide prior that stands for a domain without enough answers in level fit."""
    unknown_se: float = 0.75
    method: str = Field(default="classical", pattern="^(classical|eap)$")
    """`eap` scores with the graded response model; only for a calibrated instrument."""
    majority_threshold: int = Field(default=50, ge=0, le=100)
    """Percent, strictly exceeded, in the student criterion."""
    draws: int = Field(default=10_000, gt=0)
    """Seeded normal draws for P(top three)."""
    seed: int = 20261015
    rubric_items: int = Field(default=3, ge=1)
    """Items, largest gap first, whose rubric texts explain a need."""


class KindConfig(Value):
    """Settings of one ranked list. Weights are relative: scoring divides them by what they can add up to."""

    features: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]]
    """Weight of each feature of `recommender.ranking.features`, at least 0; features left out weigh nothing."""
    diversity: float = Field(default=0.05, ge=0, lt=1)
    """Share of the score that need coverage can earn; the rest is relevance."""
    floor: float = Field(default=0.0, ge=0, le=1)
    """Least relevance (score before diversification) that is good enough to show."""
    k: int = Field(default=10, ge=1)
    """How many matches a list has unless a caller says otherwise."""

    @field_validator("features")
    @classmethod
    def _in_one_order(cls, features: dict[str, float]) -> dict[str, float]:
        # Sums of floats depend on their order, the content hash does not: the same hash must give the same scores.
        return dict(sorted(features.items()))


class Parts(Value):
    """Which parts of the ranking work; all do unless an evaluation asks what one of them is worth.

    A part that is switched off adds nothing; the weights of the others stay as they are.
    """

    statements: bool = True
    """What a record's own statements of need say. Off: as though no record had any."""
    documents: bool = True
    """How close titles and summaries come to a team's own words, by meaning."""
    lexical: bool = True
    """Words that a record and a team share."""
    own_words: bool = True
    """A team's open text. Off: as though nobody had written any."""
    level_fit: bool = True
    """Whether a support suits a team's level."""
    rubric_items: bool = True
    """How close a record comes to the pictures of practice that a team chose."""
    facets: bool = True
    """Focus areas, grades, audience, modality and type of material."""
    preferences: bool = True
    """Rules that prefer or discourage. Gates always work."""
    diversification: bool = True
    """Need coverage and leaving out near-duplicates."""


class RankingConfig(Value):
    """Everything that decides a ranking besides the data and the rules."""

    id: str
    version: str
    scoring: ScoringConfig = ScoringConfig()
    dense_share: float = Field(default=0.7, ge=0, le=1)
    """Share of the dense side in the fused text score that picks candidates."""
    n_candidates_per_need: int = Field(default=1000, ge=1)
    """Supports taken from the text search for each need; a catalog no larger than this is ranked whole."""
    kinds: dict[SupportKind, KindConfig]
    parts: Parts = Parts()

    @property
    def content_hash(self) -> str:
        """Id, version and hash, for `Versions.config`."""
        return f"{self.id}@{self.version}+{content_hash(self.model_dump(mode='json'))}"
