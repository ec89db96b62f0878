"""From a profile to needs, most pressing first: gap times importance, each with the rubric text that explains it."""

import math

from models.instrument import Item
from models.needs import Need, RubricText
from models.profile import DomainScore
from models.vocab import Domain, NeedWord, ScoreStatus
from recommender.config import ScoringConfig
from recommender.diagnosis.evidence import TeamEvidence
from recommender.diagnosis.priority import Priority, draw_seed, need_priority, p_top_three
from recommender.instruments import LoadedInstrument

__all__ = ["derive_needs", "need_word"]

_START_HERE = 0.70
_CLOSE_CALL = 0.30
_PRIORITY_PLACES = 3
_TIE_DECIMALS = 9
"""Priorities that agree to this many decimals are ties: the rest is binary noise."""


def derive_needs(evidence: TeamEvidence, instrument: LoadedInstrument, config: ScoringConfig) -> tuple[Need, ...]:
    """The needs of a team, greatest first.

    Args:
        evidence: what is known of the team.
        instrument: the questionnaire that it answered.
        config: constants of scoring.

    Returns:
        One need for each domain with a score, by N; ties share a rank and follow the order of the instrument. Then the
        domains without enough answers, by importance, without numbers. Domains that are not on the form or set aside
        are no needs.
    """
    profile, advice = evidence.profile, evidence.readiness
    scored = [score for score in profile.domains if score.status is ScoreStatus.SCORED]
    missing = instrument.instrument.importance.missing_weight
    weights = {s.domain: missing if s.importance is None else s.importance for s in profile.domains}
    numbers = {score.domain: _priority(score, weights[score.domain]) for score in scored}
    seed = draw_seed(config.seed, profile.team_id, profile.assessment_id)
    chances = p_top_three(list(numbers.values()), draws=config.draws, seed=seed)
    p_top = {domain: float(p) for domain, p in zip(numbers, chances, strict=True)}
    compared = {domain: round(number.priority, _TIE_DECIMALS) for domain, number in numbers.items()}
    total = math.fsum(number.priority for number in numbers.values())
    needs = []
    for domain in sorted(numbers, key=lambda domain: -compared[domain]):
        number = numbers[domain]
        rank = 1 + sum(other > compared[domain] for other in compared.values())
        needs.append(
            Need(
                domain=domain,
                name=instrument.domains[domain].name,
                priority=number.priority,
                priority_se=number.se,
                gap=number.gap,
                importance=weights[domain],
                p_top_three=p_top[domain],
                word=need_word(p_top[domain]) if compared[domain] > 0 else NeedWord.LATER,
                rank=rank,
                share=number.priority / total if total > 0 else 0.0,
                is_priority=rank <= _PRIORITY_PLACES and compared[domain] > 0,
                readiness=advice.get(domain),
                rubric=_rubric(domain, evidence, instrument, limit=config.rubric_items),
            )
        )
    unscored = [score.domain for score in profile.domains if score.status is ScoreStatus.TOO_FEW_ANSWERS]
    needs.extend(
        Need(
            domain=domain,
            name=instrument.domains[domain].name,
            priority=None,
            priority_se=None,
            gap=None,
            importance=weights[domain],
            p_top_three=None,
            word=NeedWord.NOT_ENOUGH_ANSWERS,
            rank=None,
            share=0.0,
            is_priority=False,
            readiness=advice.get(domain),
        )
        for domain in sorted(unscored, key=lambda domain: -weights[domain])
    )
    return tuple(needs)


def need_word(p_top: float) -> NeedWord:
    """How sure a place among the first three is: from .70 start here, from .30 a close call, below it later."""
    if p_top >= _START_HERE:
        return NeedWord.START_HERE
    return NeedWord.CLOSE_CALL if p_top >= _CLOSE_CALL else NeedWord.LATER


def _priority(score: DomainScore, importance: float) -> Priority:
    if score.mean is None or score.se is None:
        raise ValueError(f"{score.domain} is scored but has no numbers")
    return need_priority(score.mean, score.se, importance)


def _rubric(
    domain: Domain, evidence: TeamEvidence, instrument: LoadedInstrument, *, limit: int
) -> tuple[RubricText, ...]:
    """The items of a domain furthest from level 4 whose picture may be told, at most `limit`; none that is there."""
    told = [item for item in instrument.domains[domain].items if item.id in evidence.pictures]
    means = [(evidence.items[item.id], item) for item in told if evidence.items[item.id] < 4]
    means.sort(key=lambda pair: pair[0])
    return tuple(_rubric_text(mean, item) for mean, item in means[:limit])


def _rubric_text(mean: float, item: Item) -> RubricText:
    level = math.ceil(mean - 0.5)  # the nearest level, the lower one halfway
    return RubricText(
        item_id=item.id,
        question=item.text,
        present_level=level,
        present=item.levels[level],
        next=item.levels.get(level + 1),
    )
