"""From a profile to needs, most pressing first: gap times importance, each with the rubric text that explains it."""

import math
from collections.abc import Sequence

from models.assessment import Assessment
from models.instrument import Item
from models.needs import Need, RubricText
from models.profile import CapacityProfile, DomainScore
from models.vocab import AnswerMode, NeedWord, ScoreStatus, Visibility
from recommender.config import ScoringConfig
from recommender.diagnosis.priority import Priority, draw_seed, need_priority, p_top_three
from recommender.diagnosis.profiling import importance_shown, shown
from recommender.instruments import LoadedInstrument

__all__ = ["derive_needs", "need_word", "pictures_shown", "shown_needs"]

_START_HERE = 0.70
_CLOSE_CALL = 0.30
_PRIORITY_PLACES = 3
_TIE_DECIMALS = 9
"""Priorities that agree to this many decimals are ties: the rest is binary noise."""


def derive_needs(
    profile: CapacityProfile, assessment: Assessment, instrument: LoadedInstrument, config: ScoringConfig
) -> tuple[Need, ...]:
    """The needs of a team, greatest first.

    Args:
        profile: the complete profile of `assessment`, not the shown one.
        assessment: the answers, for the rubric texts.
        instrument: the questionnaire of both.
        config: constants of scoring.

    Returns:
        One need for each domain with a score, by N; ties share a rank and follow the order of the instrument. Then the
        domains without enough answers, by importance, without numbers. Domains that are not on the form or set aside
        are no needs.
    """
    scored = [score for score in profile.domains if score.status is ScoreStatus.SCORED]
    missing = instrument.instrument.importance.missing_weight
    weights = {s.domain: missing if s.importance is None else s.importance for s in profile.domains}
    numbers = {score.domain: _priority(score, weights[score.domain]) for score in scored}
    seed = draw_seed(config.seed, profile.team_id, profile.assessment_id)
    chances = p_top_three(list(numbers.values()), draws=config.draws, seed=seed)
    p_top = {domain: float(p) for domain, p in zip(numbers, chances, strict=True)}
    compared = {domain: round(number.priority, _TIE_DECIMALS) for domain, number in numbers.items()}
    total = math.fsum(number.priority for number in numbers.values())
    advice = {summary.domain: summary.advice for summary in profile.readiness}
    asked = instrument.asked(assessment.form, length=assessment.length, focus_domains=assessment.focus_domains)
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
                rubric=_rubric(asked[domain], assessment, limit=config.rubric_items),
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


def pictures_shown(profile: CapacityProfile, assessment: Assessment, instrument: LoadedInstrument) -> frozenset[str]:
    """Items whose present picture may be told: of domains shown in detail, agreed or with at least `min_team` levels.

    A domain can have raters enough while a single person answered one of its items.

    Args:
        profile: of `assessment`, complete or shown.
        assessment: the answers.
        instrument: the questionnaire of both, with its privacy block.
    """
    least = 1 if profile.answer_mode is AnswerMode.CONSENSUS else instrument.instrument.privacy.min_team
    detailed = {score.domain for score in profile.domains if score.visibility is Visibility.DETAIL}
    return frozenset(
        item
        for item, domain in instrument.domain_of.items()
        if domain in detailed and len(_levels(item, assessment)) >= least
    )


def shown_needs(
    needs: Sequence[Need], profile: CapacityProfile, assessment: Assessment, instrument: LoadedInstrument
) -> tuple[Need, ...]:
    """The needs as people may see them: same order and words, without numbers that would give a hidden answer away.

    A need keeps its gap, to two decimals, where its domain is shown in detail, and its priority where its importance
    is shown too. Shares and chances add up over the needs, so they are shown when every priority is, or not at all.
    The rubric tells answers to single items and stays for `pictures_shown`; readiness stays where it is agreed or
    comes from at least `min_team` people.

    Args:
        needs: from `derive_needs`.
        profile: the complete profile that they were derived from.
        assessment: the answers.
        instrument: the questionnaire, with its privacy block.
    """
    privacy = instrument.instrument.privacy
    consensus = profile.answer_mode is AnswerMode.CONSENSUS
    detailed = {score.domain for score in profile.domains if score.visibility is Visibility.DETAIL}
    told = detailed & {s.domain for s in profile.domains if importance_shown(s, privacy, consensus=consensus)}
    all_told = all(need.domain in told for need in needs if need.priority is not None)
    ready = {one.domain for one in profile.readiness if consensus or one.n >= privacy.min_team}
    importance = {score.domain: score.importance for score in shown(profile, privacy).domains}
    pictures = pictures_shown(profile, assessment, instrument)

    def kept(value: float | None, may_tell: bool) -> float | None:
        return round(value, 2) if may_tell and value is not None else None

    return tuple(
        need.model_copy(
            update={
                "priority": kept(need.priority, need.domain in told),
                "priority_se": kept(need.priority_se, need.domain in told),
                "gap": kept(need.gap, need.domain in detailed),
                "importance": importance[need.domain],
                "p_top_three": kept(need.p_top_three, all_told),
                "share": kept(need.share, all_told and need.domain in told),
                "readiness": need.readiness if need.domain in ready else None,
                "rubric": tuple(text for text in need.rubric if text.item_id in pictures),
            }
        )
        for need in needs
    )


def _priority(score: DomainScore, importance: float) -> Priority:
    if score.mean is None or score.se is None:
        raise ValueError(f"the profile shows no numbers for {score.domain}: derive needs from the complete profile")
    return need_priority(score.mean, score.se, importance)


def _levels(item_id: str, assessment: Assessment) -> list[int]:
    return [level for r in assessment.responses if isinstance(level := r.answers.get(item_id), int)]


def _rubric(asked: Sequence[Item], assessment: Assessment, *, limit: int) -> tuple[RubricText, ...]:
    """The items furthest from level 4, at most `limit`; items already there are left out."""
    means: list[tuple[float, Item]] = []
    for item in asked:
        levels = _levels(item.id, assessment)
        if levels and (mean := math.fsum(levels) / len(levels)) < 4:
            means.append((mean, item))
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
