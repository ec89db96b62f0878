"""From answers to a capacity profile: a score per domain with its uncertainty and the raters' agreement."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from models.assessment import Assessment, Response
from models.base import AssessmentId, TeamId
from models.instrument import Item, Privacy
from models.message import Message
from models.profile import CapacityProfile, DomainScore, ReadinessSummary
from models.vocab import AnswerMode, Domain, ImportanceKey, ReadinessAdvice, ScoreStatus, SpecialAnswer, Visibility
from recommender.config import ScoringConfig
from recommender.diagnosis import irt
from recommender.diagnosis.agreement import agreement, sample_variance, shows_two_pictures
from recommender.diagnosis.answer_style import style_flags
from recommender.diagnosis.criterion import meets_network_definition, meets_priority_criterion
from recommender.instruments import LoadedInstrument

__all__ = [
    "build_profile",
    "item_sampling_variance",
    "level_message",
    "level_probabilities",
    "likely_levels",
    "not_sure_rate",
    "rater_score",
    "rater_scores",
    "readiness_advice",
    "team_se",
]

LEVEL_CUTS = (1.5, 2.5, 3.5)
"""A mean belongs to its nearest level."""
_CANNOT_SEE = 1 / 3


class _RaterScore(NamedTuple):
    mean: float
    error_variance: float
    """Known uncertainty of this rater's own score; 0 under classical scoring, where the raters' spread holds it."""


def build_profile(
    assessment: Assessment,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    *,
    item_parameters: Mapping[str, irt.GradedItem] | None = None,
) -> CapacityProfile:
    """The complete profile of one assessment: for its authors, or for whoever owns the answers. Others get a release.

    Args:
        assessment: parsed against `instrument`.
        instrument: the questionnaire, with its privacy block.
        config: constants of scoring; with `method` `eap` a rater's score is the posterior mean of the expected item
            score over all items of the domain, which keeps the scale 1 to 4 and makes different items comparable.
        item_parameters: calibrated parameters by item id, for `eap` only; items without any take the placeholder.

    Returns:
        Every domain of the instrument, in its order. Scores do not depend on the order of raters or answers.
    """
    asked = instrument.asked(assessment.form, length=assessment.length, focus_domains=assessment.focus_domains)
    privacy = instrument.instrument.privacy
    consensus = assessment.answer_mode is AnswerMode.CONSENSUS
    scores = []
    for domain in instrument.domains:
        if domain not in asked:
            score = DomainScore(domain=domain, status=ScoreStatus.NOT_ON_FORM, visibility=Visibility.NOTHING)
        elif domain in assessment.set_aside:
            score = DomainScore(domain=domain, status=ScoreStatus.SET_ASIDE, visibility=Visibility.NOTHING)
        else:
            on_form = [item for item in instrument.domains[domain].items if assessment.form in item.forms]
            score = _score_domain(
                domain, asked[domain], on_form, assessment, instrument, config=config, parameters=item_parameters or {}
            )
        scores.append(score)
    items = [item for its_items in asked.values() for item in its_items]
    context = assessment.team.context
    return CapacityProfile(
        assessment_id=AssessmentId(assessment.assessment_id),
        team_id=TeamId(assessment.team.id),
        form=assessment.form,
        answer_mode=assessment.answer_mode,
        instrument=instrument.version,
        scoring="eap" if config.method == "eap" else "classical",
        n_respondents=len(assessment.responses),
        visibility=_visibility(len(assessment.responses), privacy, consensus=consensus),
        domains=tuple(scores),
        readiness=_readiness(assessment, instrument),
        style_flags=() if consensus else style_flags(assessment.responses, items),
        meets_priority_criterion=meets_priority_criterion(context, threshold=config.majority_threshold),
        meets_network_definition=meets_network_definition(context, assessment.form),
    )


def rater_score(answers: Sequence[int | str | None]) -> float | None:
    """One rater's score in one domain: the mean of the levels given, or None when too few were.

    Args:
        answers: one entry an item shown: a level, `not_sure`, `not_applicable`, or `skipped` (None is the same).

    Returns:
        1 to 4. At least max(2, 60 percent) of the items that apply must carry a level; a missing one is never
        counted as low.
    """
    levels = [answer for answer in answers if isinstance(answer, int)]
    apply = sum(answer != SpecialAnswer.NOT_APPLICABLE for answer in answers)
    needed = max(2, -(-3 * apply // 5))  # ceil(0.6 K') in whole numbers, free of binary noise
    return math.fsum(levels) / len(levels) if len(levels) >= needed else None


def rater_scores(
    assessment: Assessment,
    domain: Domain,
    *,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    item_parameters: Mapping[str, irt.GradedItem] | None = None,
) -> dict[str, float]:
    """Each respondent's own score in one domain, by respondent, 1 to 4. Never for showing.

    Empty for a domain that the form does not ask; respondents with too few answers are left out. The arguments are
    those of `build_profile`.
    """
    asked = instrument.asked(assessment.form, length=assessment.length, focus_domains=assessment.focus_domains)
    if domain not in asked:
        return {}
    on_form = [item for item in instrument.domains[domain].items if assessment.form in item.forms]
    ids = [item.id for item in asked[domain]]
    rows = [[response.answers.get(item_id) for item_id in ids] for response in assessment.responses]
    scored = _scored_rows(rows, asked[domain], on_form, config=config, parameters=item_parameters or {})
    names = [response.respondent for response in assessment.responses]
    return {name: score.mean for name, score in zip(names, scored, strict=True) if score is not None}


def not_sure_rate(answers: Sequence[int | str | None]) -> float | None:
    """Share of not-sure answers among the items shown that apply, skipped ones included; None when none apply."""
    shown_items = sum(answer != SpecialAnswer.NOT_APPLICABLE for answer in answers)
    return sum(answer == SpecialAnswer.NOT_SURE for answer in answers) / shown_items if shown_items else None


def team_se(
    rater_means: Sequence[float],
    *,
    config: ScoringConfig,
    n_asked: int = 1,
    n_items: int = 1,
    error_variance: float = 0,
) -> float:
    """Standard error of a team's mean, in levels, honest from one rater upward.

    The raters' variance is moderated toward `rater_sd` ^ 2, which counts `rater_sd_weight` degrees of freedom; raters
    are a sample of informed views, so the error never reaches 0. A short form adds the error of having asked `n_asked`
    of `n_items` items.

    Args:
        rater_means: at least one.
        config: constants of scoring.
        n_asked: items asked in the domain.
        n_items: items the full form asks in it.
        error_variance: mean known error variance of one rater's score, for scores that carry one.
    """
    n = len(rater_means)
    freedom = config.rater_sd_weight + n - 1
    prior = config.rater_sd_weight * config.rater_sd**2
    moderated = (prior + (n - 1) * sample_variance(rater_means)) / freedom
    return math.sqrt((moderated + error_variance) / n + item_sampling_variance(n_asked, n_items, config))


def item_sampling_variance(n_asked: int, n_items: int, config: ScoringConfig) -> float:
    """Variance of a domain's mean, in levels squared, from having asked only `n_asked` of its `n_items` items."""
    return config.item_sampling_sd**2 / n_asked * (1 - n_asked / n_items) if n_asked < n_items else 0.0


def level_probabilities(mean: float, se: float) -> tuple[float, float, float, float]:
    """P(level = 1..4) of a normal with this mean and standard error, cut at 1.5, 2.5 and 3.5; sums to 1."""
    below = [0.5 * math.erfc((mean - cut) / (se * math.sqrt(2))) for cut in LEVEL_CUTS]
    return (below[0], below[1] - below[0], below[2] - below[1], 1 - below[2])


def likely_levels(probabilities: Sequence[float], *, clear_level: float = 0.70) -> tuple[int, ...]:
    """The level if it is clear, else the two most likely (the lower of equals), the lower first."""
    likely = sorted(range(len(probabilities)), key=lambda index: (-probabilities[index], index))
    shown = likely[:1] if probabilities[likely[0]] >= clear_level else sorted(likely[:2])
    return tuple(index + 1 for index in shown)


def level_message(levels: Sequence[int]) -> Message:
    """A level's name, or `between X and Y` of two."""
    names = [Message(key=f"level.{level}") for level in levels]
    return names[0] if len(names) == 1 else Message(key="level.between", values={"low": names[0], "high": names[1]})


def readiness_advice(parts: Sequence[float]) -> ReadinessAdvice:
    """How to begin, from the mean answer of each part (1 to 4, at least one). It never lowers a need."""
    if min(parts) < 1.5:
        return ReadinessAdvice.PREPARE_FIRST
    ready = math.fsum(parts) / len(parts) >= 2.5
    return ReadinessAdvice.START if ready else ReadinessAdvice.START_SMALL


def _score_domain(
    domain: Domain,
    asked: Sequence[Item],
    on_form: Sequence[Item],
    assessment: Assessment,
    instrument: LoadedInstrument,
    *,
    config: ScoringConfig,
    parameters: Mapping[str, irt.GradedItem],
) -> DomainScore:
    privacy = instrument.instrument.privacy
    consensus = assessment.answer_mode is AnswerMode.CONSENSUS
    ids = [item.id for item in asked]
    rows = [[response.answers.get(item_id) for item_id in ids] for response in assessment.responses]
    scored = _scored_rows(rows, asked, on_form, config=config, parameters=parameters)
    raters = [(row, score) for row, score in zip(rows, scored, strict=True) if score is not None]
    # People who said anything of the domain: with fewer than the minimum, a rate would point at one of them.
    n_saw = sum(any(answer not in (None, *_NO_VIEW) for answer in row) for row in rows)
    rate = not_sure_rate([answer for row in rows for answer in row])
    importance = [r.importance[domain] for r in assessment.responses if domain in r.importance]
    weights = [instrument.importance_weights[key] for key in importance]
    score = DomainScore(
        domain=domain,
        status=ScoreStatus.SCORED if raters else ScoreStatus.TOO_FEW_ANSWERS,
        visibility=_visibility(len(raters), privacy, consensus=consensus and bool(raters)),
        n_raters=None if consensus and raters else len(raters),
        not_sure_rate=rate,
        many_cannot_see=rate is not None and rate >= _CANNOT_SEE and n_saw >= privacy.min_detail,
        importance=math.fsum(weights) / len(weights) if weights else None,
        n_importance=len(weights),
        n_top_three=importance.count(ImportanceKey.TOP_THREE),
    )
    if not raters:
        return score
    means = [rater.mean for _, rater in raters]
    mean = math.fsum(means) / len(means)
    # A posterior already carries the error of unasked items.
    n_asked = len(on_form) if config.method == "eap" else len(asked)
    if consensus:
        se = math.sqrt(config.consensus_se**2 + item_sampling_variance(n_asked, len(on_form), config))
    else:
        error = math.fsum(rater.error_variance for _, rater in raters) / len(raters)
        se = team_se(means, config=config, n_asked=n_asked, n_items=len(on_form), error_variance=error)
    probabilities = level_probabilities(mean, se)
    levels = likely_levels(probabilities, clear_level=config.clear_level)
    detailed = not consensus and len(raters) >= privacy.min_detail
    return score.model_copy(
        update={
            "mean": mean,
            "se": se,
            "p_levels": probabilities,
            "level_words": instrument.english.say(level_message(levels)),
            "levels": levels,
            "agreement": agreement(_levels_by_item([row for row, _ in raters])) if detailed else None,
            "two_pictures": detailed and shows_two_pictures(means),
        }
    )


def _scored_rows(
    rows: Sequence[Sequence[int | str | None]],
    asked: Sequence[Item],
    on_form: Sequence[Item],
    *,
    config: ScoringConfig,
    parameters: Mapping[str, irt.GradedItem],
) -> list[_RaterScore | None]:
    """The score of each rater's row of answers to the items asked; None for too few."""
    if config.method == "eap":
        own = [parameters.get(item.id, irt.PLACEHOLDER) for item in on_form]
        places = [on_form.index(item) for item in asked]
        return [_eap_score(row, own, places) for row in rows]
    return [None if (mean := rater_score(row)) is None else _RaterScore(mean, 0.0) for row in rows]


_NO_VIEW = (SpecialAnswer.SKIPPED, SpecialAnswer.NOT_APPLICABLE)


def _levels_by_item(rows: Sequence[Sequence[int | str | None]]) -> list[list[int]]:
    return [[answer for answer in column if isinstance(answer, int)] for column in zip(*rows, strict=True)]


def _eap_score(
    row: Sequence[int | str | None], items: Sequence[irt.GradedItem], places: Sequence[int]
) -> _RaterScore | None:
    levels = [answer if isinstance(answer, int) else None for answer in row]
    if all(level is None for level in levels):
        return None
    posterior = irt.eap([items[place] for place in places], levels)
    curve = np.mean([irt.expected_score(item, irt.GRID) for item in items], axis=0)
    mean = float(posterior.weights @ curve)
    return _RaterScore(mean, float(posterior.weights @ (curve - mean) ** 2))


def _visibility(n: int, privacy: Privacy, *, consensus: bool) -> Visibility:
    if consensus or n >= privacy.min_detail:
        return Visibility.DETAIL
    return Visibility.MEAN_AND_LEVEL if n >= privacy.min_team else Visibility.NOTHING


def _readiness(assessment: Assessment, instrument: LoadedInstrument) -> tuple[ReadinessSummary, ...]:
    summaries = []
    for domain in instrument.form_domains(assessment.form):
        if domain in assessment.set_aside:
            continue
        parts = _part_means(domain, assessment.responses, instrument)
        if parts:
            advice = readiness_advice(list(parts.values()))
            n = sum(bool(response.readiness.get(domain)) for response in assessment.responses)
            summaries.append(ReadinessSummary(domain=domain, n=n, parts=parts, advice=advice))
    return tuple(summaries)


def _part_means(domain: Domain, responses: Sequence[Response], instrument: LoadedInstrument) -> dict[str, float]:
    parts = {}
    for item in instrument.instrument.readiness:
        given = [r.readiness[domain][item.id] for r in responses if item.id in r.readiness.get(domain, {})]
        if given:
            parts[item.part] = math.fsum(given) / len(given)
    return parts
