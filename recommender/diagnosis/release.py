"""From the answers of a window to its release, and from a release to the profile that readers get.

Whoever is not an author reads what follows from a release, and a release is what `docs/security.md` lists: nothing here
goes by rounding later numbers, because those were solved back to single answers.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from models.assessment import Answer, Assessment, OpenText, Response
from models.instrument import Privacy
from models.profile import Agreement, CapacityProfile, CodedEnd, DomainGroups, DomainScore, GroupMean
from models.release import ReleasedDomain, ReleasedProfile, ReleasedTeam
from models.vocab import AnswerMode, Domain, ImportanceKey, ReadinessAdvice, ScoreStatus, Visibility
from recommender.config import ScoringConfig
from recommender.diagnosis import irt
from recommender.diagnosis.groups import means_by_role, role_counts
from recommender.diagnosis.profiling import (
    build_profile,
    item_sampling_variance,
    level_message,
    level_probabilities,
    likely_levels,
    rater_score,
)
from recommender.diagnosis.suppression import shown_groups
from recommender.instruments import LoadedInstrument

__all__ = [
    "coded_end",
    "coded_mean",
    "left_out",
    "release_of",
    "released_groups",
    "released_profile",
    "released_team",
    "shared_texts",
    "with_answers",
]

LOWEST, HIGHEST = 1.4, 3.6
"""Means beyond these are released as `1.4 or lower` and `3.6 or higher`: a mean of 1 or 4 would tell every answer."""
_MOST_AREAS = 3


def release_of(
    assessment: Assessment,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    *,
    item_parameters: Mapping[str, irt.GradedItem] | None = None,
) -> ReleasedProfile:
    """What readers other than the authors may know of a window's answers.

    From `min_team` people with a score on, a domain has its mean, coded at the ends, and the word of its importance;
    from `min_detail` on also agreement, readiness and roles. An item has its nearest picture where `min_detail` people
    are in the window and `min_team` of them gave it a level. Fewer than `min_team` people in the window release the set
    of areas that they marked as their top three, unless every one of them agreed that matches may follow from the
    answers: then what `min_team` people would. Agreed answers are the team's own and released as they are.

    Args:
        assessment: parsed against `instrument`.
        instrument: the questionnaire, with its privacy block.
        config: constants of scoring.
        item_parameters: as for `build_profile`.
    """
    privacy = instrument.instrument.privacy
    profile = build_profile(assessment, instrument, config, item_parameters=item_parameters)
    consensus = assessment.answer_mode is AnswerMode.CONSENSUS
    n = len(assessment.responses)
    few = not consensus and n < privacy.min_team
    agreed = few and all(response.match_from_answers for response in assessment.responses)
    least = 1 if consensus or agreed else privacy.min_team
    readiness = {
        one.domain: one.advice for one in profile.readiness if consensus or (not few and one.n >= privacy.min_detail)
    }
    by_role = means_by_role(assessment, instrument, config, item_parameters=item_parameters)
    groups = {one.domain: one.groups for one in by_role}
    domains = tuple(
        _released_domain(
            score,
            consensus=consensus,
            least=least,
            privacy=privacy,
            readiness=readiness.get(score.domain),
            groups=groups.get(score.domain, ()),
            weights=instrument.importance_weights,
        )
        for score in profile.domains
    )
    detailed = consensus or n >= privacy.min_detail
    return ReleasedProfile(
        assessment_id=profile.assessment_id,
        team_id=profile.team_id,
        form=profile.form,
        answer_mode=profile.answer_mode,
        length=assessment.length,
        focus_domains=assessment.focus_domains,
        instrument=profile.instrument,
        scoring=profile.scoring,
        n_respondents=n,
        domains=domains,
        pictures=_pictures(assessment, instrument, least=least) if detailed else {},
        areas=_areas(assessment, instrument) if few and not agreed else (),
        roles=_roles(assessment, privacy),
        meets_priority_criterion=profile.meets_priority_criterion,
        meets_network_definition=profile.meets_network_definition,
    )


def released_team(
    assessment: Assessment,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    *,
    item_parameters: Mapping[str, irt.GradedItem] | None = None,
) -> ReleasedTeam:
    """A team's answers as the engine gets them for everybody but the authors; arguments as for `release_of`."""
    release = release_of(assessment, instrument, config, item_parameters=item_parameters)
    return ReleasedTeam(release=release, team=assessment.team, texts=shared_texts(assessment.responses))


def shared_texts(responses: Sequence[Response]) -> tuple[OpenText, ...]:
    """Own words of the authors who share them, sorted by what they say: who wrote them leaves no trace."""
    shared = [response.open_text for response in responses if response.share_text]
    written = [text for text in shared if any(text.model_dump().values())]
    return tuple(sorted(written, key=lambda text: tuple(text.model_dump().values())))


def released_profile(release: ReleasedProfile, instrument: LoadedInstrument, config: ScoringConfig) -> CapacityProfile:
    """The profile that follows from a release: what pages and programs read, and what the engine ranks by.

    Standard errors come from how many people have a score and from the constants of scoring, not from their spread,
    which stays hidden.

    Args:
        release: of any window.
        instrument: its questionnaire, or a later version: domains that it lacks have no name for their levels.
        config: constants of scoring.
    """
    asked = instrument.asked(release.form, length=release.length, focus_domains=release.focus_domains)
    n_on_form = {
        domain: sum(release.form in item.forms for item in instrument.domains[domain].items) for domain in asked
    }
    eap = release.scoring == "eap"
    scores = []
    for one in release.domains:
        in_full = n_on_form.get(one.domain, 1)
        n_asked = in_full if eap else len(asked.get(one.domain, ())) or in_full
        unasked = item_sampling_variance(n_asked, in_full, config)
        scores.append(_score(one, release, instrument, config, unasked=unasked))
    privacy = instrument.instrument.privacy
    return CapacityProfile(
        assessment_id=release.assessment_id,
        team_id=release.team_id,
        form=release.form,
        answer_mode=release.answer_mode,
        instrument=release.instrument,
        scoring=release.scoring,
        n_respondents=release.n_respondents,
        visibility=_visibility(release, privacy),
        domains=tuple(scores),
        meets_priority_criterion=release.meets_priority_criterion,
        meets_network_definition=release.meets_network_definition,
    )


def released_groups(release: ReleasedProfile) -> tuple[DomainGroups, ...]:
    """The means of roles that are released, for each domain that is asked and not set aside; none of agreed answers."""
    if release.answer_mode is AnswerMode.CONSENSUS:
        return ()
    unasked = (ScoreStatus.NOT_ON_FORM, ScoreStatus.SET_ASIDE)
    return tuple(
        DomainGroups(domain=one.domain, groups=one.groups) for one in release.domains if one.status not in unasked
    )


def left_out(
    release: ReleasedProfile, answers: Mapping[str, Answer], instrument: LoadedInstrument
) -> dict[Domain, list[str]]:
    """Items that answers would also have to name to stand for whole domains, by domain; none of agreed answers.

    What people answered alone is not in a release, so a domain cannot be made of some new answers and the old rest.
    """
    if release.answer_mode is AnswerMode.CONSENSUS:
        return {}
    tried = _tried(release, answers, instrument)
    missing = {domain: [item for item in items if item not in answers] for domain, items in tried.items()}
    return {domain: items for domain, items in missing.items() if items}


def with_answers(
    release: ReleasedProfile, answers: Mapping[str, Answer], instrument: LoadedInstrument
) -> ReleasedProfile:
    """The release as if everybody had given these answers, item by item; other domains stay as they are.

    Args:
        release: of the answers as they are.
        answers: whole domains, as `left_out` says; of agreed answers also single items.
        instrument: the questionnaire.
    """
    consensus = release.answer_mode is AnswerMode.CONSENSUS
    given = {**release.pictures, **answers} if consensus else answers
    means = {
        domain: rater_score([given.get(item) for item in items])
        for domain, items in _tried(release, answers, instrument).items()
    }
    levels = {item: answer for item, answer in answers.items() if isinstance(answer, int)}
    kept = {item: level for item, level in release.pictures.items() if item not in answers}
    return release.model_copy(
        update={
            "domains": tuple(
                _with_mean(one, means[one.domain], release) if one.domain in means else one for one in release.domains
            ),
            "pictures": kept | levels,
        }
    )


def _tried(
    release: ReleasedProfile, answers: Mapping[str, Answer], instrument: LoadedInstrument
) -> dict[Domain, list[str]]:
    """The items asked in each domain that answers name an item of."""
    asked = instrument.asked(release.form, length=release.length, focus_domains=release.focus_domains)
    ids = {domain: [item.id for item in items] for domain, items in asked.items()}
    return {domain: items for domain, items in ids.items() if any(item in answers for item in items)}


def _with_mean(one: ReleasedDomain, mean: float | None, release: ReleasedProfile) -> ReleasedDomain:
    consensus = release.answer_mode is AnswerMode.CONSENSUS
    facts: dict[str, object] = {"agreement": None, "two_pictures": False, "many_cannot_see": False, "groups": ()}
    if mean is None:
        return one.model_copy(update={**facts, "status": ScoreStatus.TOO_FEW_ANSWERS, "mean": None, "n_raters": None})
    n = None if consensus else one.n_raters or release.n_respondents
    kept = mean if consensus else coded_mean(mean)
    return one.model_copy(update={**facts, "status": ScoreStatus.SCORED, "mean": kept, "n_raters": n})


def coded_mean(mean: float) -> float:
    """A mean as it is released: one decimal, nothing beyond `1.4 or lower` and `3.6 or higher`."""
    return min(max(round(mean, 1), LOWEST), HIGHEST)


def coded_end(mean: float) -> CodedEnd | None:
    """Whether a released mean stands for everything beyond it."""
    if mean <= LOWEST:
        return "or_lower"
    return "or_higher" if mean >= HIGHEST else None


def _released_domain(
    score: DomainScore,
    *,
    consensus: bool,
    least: int,
    privacy: Privacy,
    readiness: ReadinessAdvice | None,
    groups: Sequence[GroupMean],
    weights: Mapping[ImportanceKey, float],
) -> ReleasedDomain:
    if score.status in (ScoreStatus.NOT_ON_FORM, ScoreStatus.SET_ASIDE):
        return ReleasedDomain(domain=score.domain, status=score.status)
    n = 1 if consensus and score.mean is not None else score.n_raters or 0
    importance = None
    if score.importance is not None and (score.n_importance or 0) >= least:
        importance = _nearest_word(score.importance, weights)
    common = {
        "domain": score.domain,
        "many_cannot_see": score.many_cannot_see,
        "importance": importance,
        "readiness": readiness,
    }
    if score.mean is None or n < least:
        return ReleasedDomain.model_validate({"status": ScoreStatus.TOO_FEW_ANSWERS, **common})
    detailed = not consensus and n >= privacy.min_detail
    return ReleasedDomain.model_validate(
        {
            "status": ScoreStatus.SCORED,
            "n_raters": None if consensus else n,
            "mean": score.mean if consensus else coded_mean(score.mean),
            "agreement": score.agreement.word if detailed and score.agreement else None,
            "two_pictures": detailed and score.two_pictures,
            "groups": tuple(
                group.model_copy(update={"mean": (mean := coded_mean(group.mean)), "coded_end": coded_end(mean)})
                for group in groups
            ),
            **common,
        }
    )


def _nearest_word(weight: float, weights: Mapping[ImportanceKey, float]) -> ImportanceKey:
    """The word whose weight is nearest, the lower of two."""
    return min(weights, key=lambda key: (round(abs(weights[key] - weight), 9), weights[key]))


def _pictures(assessment: Assessment, instrument: LoadedInstrument, *, least: int) -> dict[str, int]:
    asked = instrument.asked(assessment.form, length=assessment.length, focus_domains=assessment.focus_domains)
    pictures = {}
    for domain, items in asked.items():
        if domain in assessment.set_aside:
            continue
        for item in items:
            levels = [level for one in assessment.responses if isinstance(level := one.answers.get(item.id), int)]
            if len(levels) >= least:
                # The nearest picture, and the lower of two, as the instrument tells its respondents.
                pictures[item.id] = math.ceil(math.fsum(levels) / len(levels) - 0.5)
    return pictures


def _areas(assessment: Assessment, instrument: LoadedInstrument) -> tuple[Domain, ...]:
    """The areas that most people marked as their top three, at most three; those of equal count as they are asked."""
    order = [one for one in instrument.form_domains(assessment.form) if one not in assessment.set_aside]
    marks = Counter(
        domain
        for response in assessment.responses
        for domain, key in response.importance.items()
        if key is ImportanceKey.TOP_THREE
    )
    first = sorted((domain for domain in order if marks[domain]), key=lambda domain: -marks[domain])[:_MOST_AREAS]
    return tuple(domain for domain in order if domain in first)


def _roles(assessment: Assessment, privacy: Privacy) -> tuple[str, ...]:
    if assessment.answer_mode is AnswerMode.CONSENSUS:
        return tuple(response.role for response in assessment.responses if response.role)
    named = {response.role for response in assessment.responses}
    shown = shown_groups(role_counts(assessment.responses), minimum=privacy.min_detail)
    return tuple(role for role in shown if role in named)


def _score(
    one: ReleasedDomain,
    release: ReleasedProfile,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    *,
    unasked: float,
) -> DomainScore:
    privacy = instrument.instrument.privacy
    consensus = release.answer_mode is AnswerMode.CONSENSUS
    if one.mean is None:
        visibility = Visibility.NOTHING
    else:
        detailed = consensus or (one.n_raters or 0) >= privacy.min_detail
        visibility = Visibility.DETAIL if detailed else Visibility.MEAN_AND_LEVEL
    importance = None if one.importance is None else instrument.importance_weights[one.importance]
    if one.domain in release.areas:
        importance = instrument.importance_weights[ImportanceKey.TOP_THREE]
    score = DomainScore(
        domain=one.domain,
        status=one.status,
        visibility=visibility,
        n_raters=one.n_raters,
        many_cannot_see=one.many_cannot_see,
        importance=importance,
    )
    if one.mean is None:
        return score
    spread = config.consensus_se if consensus else config.rater_sd
    se = math.sqrt(spread**2 / (one.n_raters or 1) + unasked)
    probabilities = level_probabilities(one.mean, se)
    levels = likely_levels(probabilities, clear_level=config.clear_level)
    return score.model_copy(
        update={
            "mean": one.mean,
            "coded_end": None if consensus else coded_end(one.mean),
            "se": se,
            "p_levels": probabilities,
            "level_words": instrument.english.say(level_message(levels)),
            "levels": levels,
            "two_pictures": one.two_pictures,
            "agreement": None if one.agreement is None else Agreement(word=one.agreement),
        }
    )


def _visibility(release: ReleasedProfile, privacy: Privacy) -> Visibility:
    if release.answer_mode is AnswerMode.CONSENSUS or release.n_respondents >= privacy.min_detail:
        return Visibility.DETAIL
    told = release.n_respondents >= privacy.min_team or any(one.mean is not None for one in release.domains)
    return Visibility.MEAN_AND_LEVEL if told else Visibility.NOTHING
