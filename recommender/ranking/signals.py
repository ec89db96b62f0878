"""What the ranking reads of a team: needs, levels and items as arrays, and its own words in pieces."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assessment import Team
from models.needs import Need
from models.vocab import Domain, ScoreStatus
from recommender.config import ScoringConfig
from recommender.diagnosis.evidence import TeamEvidence
from recommender.diagnosis.profiling import level_probabilities
from recommender.index.documents import pieces
from recommender.instruments import LoadedInstrument

__all__ = ["DOMAINS", "OwnWords", "TeamSignals", "own_words", "rubric_queries", "team_signals"]

DOMAINS = tuple(Domain)
"""Axis of every per-domain array."""

MAX_PIECES = 2
"""Pieces of each open text that are searched with: each costs one live encoding."""

EXPERIENCE_STEPS = {"new": 0.0, "under-1": 1.0, "1-3": 2.0, "over-3": 3.0}
PHASE_STEPS = {
    phase: 0.6 * step
    for step, phase in enumerate(("getting-ready", "understanding", "choosing", "testing", "spreading", "sustaining"))
}
UNKNOWN_EXPERIENCE, UNKNOWN_PHASE = 1.5, 1.2
STAGE_SE = 0.5


@dataclass(frozen=True)
class OwnWords:
    """A team's open text, all authors together that the reader may know."""

    challenges: tuple[str, ...]
    """Pieces of what makes the work hard, at most `MAX_PIECES`."""
    hoped_for: tuple[str, ...]
    """Pieces of what kind of help the team hopes for, at most `MAX_PIECES`."""
    shareable: frozenset[str]
    """Pieces that may be quoted."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """Everything to search with, challenges first."""
        return self.challenges + self.hoped_for


@dataclass(frozen=True)
class TeamSignals:
    """One team as numbers. Domain arrays follow `DOMAINS`, item arrays the instrument."""

    need: NDArray[np.float64]
    """N per domain, 0 to 1. A domain without enough answers takes the wide prior's mean for its gap; a domain that is
    not on the form or is set aside has 0."""
    importance: NDArray[np.float64]
    """Mean importance weight per domain, 0 to 1; 0 where the domain is not asked."""
    p_levels: NDArray[np.float64]
    """P(level 1..4) per domain, shape (11, 4)."""
    present: NDArray[np.intp]
    """Level 1 to 4 of the anchor nearest to where the team stands, per item; 0 where nothing is known."""
    item_weight: NDArray[np.float64]
    """Gap times importance per item, 0 to 1; 0 where nothing is known."""
    p_stage: NDArray[np.float64]
    """P(level 1..4) of the work as a whole, from scores, experience and phase; shape (4,)."""


def rubric_queries(instrument: LoadedInstrument) -> tuple[str, ...]:
    """The text of every picture of practice, four an item in the order of level: everything closed answers can ask."""
    return tuple(f"{item.text}: {item.levels[level]}" for item in instrument.items.values() for level in (1, 2, 3, 4))


def own_words(evidence: TeamEvidence) -> OwnWords:
    """A team's challenges and hopes, cut into pieces. Strengths are not searched with."""
    searched = ("challenges", "hoped_for_support")
    cut = {name: pieces(" ".join(evidence.words[name]), max_count=MAX_PIECES) for name in searched}
    shareable = frozenset(piece for name in searched if name in evidence.quotable for piece in cut[name])
    return OwnWords(cut["challenges"], cut["hoped_for_support"], shareable)


def team_signals(
    evidence: TeamEvidence, instrument: LoadedInstrument, needs: Sequence[Need], config: ScoringConfig
) -> TeamSignals:
    """The arrays of one team."""
    profile = evidence.profile
    mean = np.full(len(DOMAINS), config.unknown_mean)
    p_levels = np.tile(level_probabilities(config.unknown_mean, config.unknown_se), (len(DOMAINS), 1))
    importance = np.zeros(len(DOMAINS))
    by_domain = {need.domain: need for need in needs}
    for row, domain in enumerate(DOMAINS):
        score = next((one for one in profile.domains if one.domain is domain), None)
        need = by_domain.get(domain)
        if score is None or need is None or score.status in (ScoreStatus.NOT_ON_FORM, ScoreStatus.SET_ASIDE):
            continue
        importance[row] = need.importance or 0.0
        if score.mean is not None and score.p_levels is not None:
            mean[row] = score.mean
            p_levels[row] = score.p_levels
    asked = importance > 0
    present, item_weight = _items(evidence, instrument, dict(zip(DOMAINS, importance, strict=True)))
    return TeamSignals(
        need=(4 - mean) / 3 * importance,
        importance=importance,
        p_levels=p_levels,
        present=present,
        item_weight=item_weight,
        p_stage=np.array(level_probabilities(_stage(evidence.team, mean[asked], importance[asked]), STAGE_SE)),
    )


def _stage(team: Team, mean: NDArray[np.float64], importance: NDArray[np.float64]) -> float:
    """How far along the work is as a whole, on the level scale: a mean of what scores, experience and phase say."""
    context = team.context
    scores = math.fsum(mean * importance) / math.fsum(importance) if len(mean) else 2.5
    experience = EXPERIENCE_STEPS.get(str(context.get("experience")), UNKNOWN_EXPERIENCE)
    phase = PHASE_STEPS.get(str(context.get("cycle_phase")), UNKNOWN_PHASE)
    return (scores + (1 + experience) + (1 + phase)) / 3


def _items(
    evidence: TeamEvidence, instrument: LoadedInstrument, importance: dict[Domain, float]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    present = np.zeros(len(instrument.items), dtype=np.intp)
    weight = np.zeros(len(instrument.items))
    for row, item_id in enumerate(instrument.items):
        mean = evidence.items.get(item_id)
        domain_importance = importance[instrument.domain_of[item_id]]
        if mean is not None and domain_importance > 0:
            # Between two pictures the lower one is the truer, as the instrument tells its respondents.
            present[row] = math.ceil(mean - 0.5)
            weight[row] = (4 - mean) / 3 * domain_importance
    return present, weight
