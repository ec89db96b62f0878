"""Ranking settings: frozen, hashed, stored with every run. No environment is read here."""

import hashlib
import json

from pydantic import Field

from models.base import Value

__all__ = ["ScoringConfig", "content_hash"]


def content_hash(document: object) -> str:
    """SHA-256 of a JSON-able document in canonical form (sorted keys, no spaces), 64 hexadecimal digits."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class ScoringConfig(Value):
    """Constants of the diagnostic's scoring; names follow `docs/design/diagnostic`."""

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
