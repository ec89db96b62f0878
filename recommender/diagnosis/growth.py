"""Growth: two assessments of one team side by side, each change judged against its error.

Sources: Jacobson and Truax 1991 (reliable change index); Benjamini and Hochberg 1995 (many domains at once). Which
error term to use is debated (Maassen 2004; Blampied 2022): people who answered both times are compared by their own
spread; two groups by the standard errors of their means; two agreed ratings by the classical index, with the standard
error of an agreed rating in the place of SD sqrt(1 - r).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from models.assessment import Assessment
from models.growth import ChangeMethod, ChangeVerdict, DomainGrowth, Growth, NoVerdict, ShownScore
from models.message import Message
from models.profile import CapacityProfile, DomainScore
from models.vocab import AnswerMode, Domain, ScoreStatus, Visibility
from recommender.config import ScoringConfig
from recommender.diagnosis import irt
from recommender.diagnosis.profiling import rater_scores, shown
from recommender.diagnosis.retake import benjamini_hochberg, paired_change, reliable_change, verdict_at
from recommender.diagnosis.suppression import shown_groups
from recommender.instruments import LoadedInstrument

__all__ = ["JudgedChange", "Wave", "build_growth", "judge_change"]

_FALSE_DISCOVERY_RATE = 0.10
_LARGEST_SHOWN = 99.9
_MANY_TIED = 3


@dataclass(frozen=True)
class Wave:
    """One assessment and its complete profile, which is not for showing.

    Raises:
        ValueError: the profile is of another assessment.
    """

    assessment: Assessment
    profile: CapacityProfile

    def __post_init__(self) -> None:
        if self.profile.assessment_id != self.assessment.assessment_id:
            raise ValueError(
                f"the profile is of {self.profile.assessment_id!r}, the assessment is {self.assessment.assessment_id!r}"
            )


class JudgedChange(NamedTuple):
    """The change of one domain at full precision. Not for showing: `build_growth` decides what may be."""

    method: ChangeMethod
    difference: float
    """Later minus earlier, in levels; for `paired`, of the people who answered both times."""
    statistic: float
    """In units of its standard error; t for `paired`, which can be infinite."""
    p: float
    verdict: ChangeVerdict
    n_matched: int | None
    """People with a score both times, for `paired`."""


def build_growth(
    earlier: Wave,
    later: Wave,
    *,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    item_parameters: Mapping[str, irt.GradedItem] | None = None,
) -> Growth:
    """What changed from the earlier to the later assessment, as the team or an officer may see it.

    A score is there when both times may be shown, so nothing that `shown` suppresses comes back as a difference.
    Changes are judged at full precision; the words follow where both means are shown, the numbers behind them where
    both times show details, and for `paired` where nobody can be found by subtracting the matched people from all.
    Turnover and the marks for back then come from the later assessment's `retake`, when it names the earlier one.

    Args:
        earlier: with the complete profile, from `build_profile`.
        later: likewise, of the same team.
        instrument: that of the later assessment.
        config: constants of scoring, those of both profiles.
        item_parameters: as for `build_profile`.

    Raises:
        ValueError: assessments of two teams, or an instrument that is not the later one's.
    """
    if earlier.profile.team_id != later.profile.team_id:
        raise ValueError(f"two teams: {earlier.profile.team_id!r} and {later.profile.team_id!r}")
    if later.profile.instrument != instrument.version:
        raise ValueError(f"the later assessment used {later.profile.instrument}, not {instrument.version}")
    privacy = instrument.instrument.privacy
    before = _by_domain(earlier.profile)
    seen_before, seen_after = (_by_domain(shown(wave.profile, privacy)) for wave in (earlier, later))
    retake = later.assessment.retake
    linked = retake if retake is not None and retake.previous_id == earlier.assessment.assessment_id else None
    not_comparable = _not_comparable(earlier, later, turnover=linked.turnover if linked else None)
    reasons: dict[Domain, NoVerdict | None] = {}
    judged: dict[Domain, JudgedChange] = {}
    for score in later.profile.domains:
        domain, old = score.domain, before.get(score.domain)
        if score.status is ScoreStatus.NOT_ON_FORM and (old is None or old.status is ScoreStatus.NOT_ON_FORM):
            continue
        reasons[domain] = _not_told(old, score) or not_comparable
        if reasons[domain] is None:
            judged[domain] = judge_change(
                earlier, later, domain=domain, instrument=instrument, config=config, item_parameters=item_parameters
            )
    adjusted = benjamini_hochberg([change.p for change in judged.values()])
    holds = {domain: p <= _FALSE_DISCOVERY_RATE for domain, p in zip(judged, adjusted, strict=True)}
    domains = tuple(
        _domain_growth(
            seen_before.get(domain),
            seen_after[domain],
            reason=reason,
            change=judged.get(domain),
            holds=holds.get(domain),
            then=linked.then.get(domain) if linked else None,
            instrument=instrument,
        )
        for domain, reason in reasons.items()
    )
    notices = _notices(domains, not_comparable)
    return Growth(
        team_id=later.profile.team_id,
        earlier_id=earlier.profile.assessment_id,
        later_id=later.profile.assessment_id,
        domains=domains,
        notices=tuple(instrument.english.say(notice) for notice in notices),
        notice_messages=notices,
    )


def judge_change(
    earlier: Wave,
    later: Wave,
    *,
    domain: Domain,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    item_parameters: Mapping[str, irt.GradedItem] | None = None,
) -> JudgedChange:
    """The change of a domain that both complete profiles score, at full precision, whoever may see it.

    `paired` when at least `min_detail` respondents have a score both times, on the same items; `agreed` for two
    consensus ratings; else `unmatched`, which takes the two groups as independent. Where some people answered both
    times that errs on the side of no clear change.

    Args:
        earlier: the earlier assessment and its profile.
        later: the later one, of the same form and instrument.
        domain: scored both times.
        instrument: of both.
        config: constants of scoring.
        item_parameters: as for `build_profile`.

    Raises:
        ValueError: a profile has no score in the domain.
    """
    if later.profile.answer_mode is not AnswerMode.CONSENSUS:
        first, second = (
            rater_scores(wave.assessment, domain, instrument=instrument, config=config, item_parameters=item_parameters)
            for wave in (earlier, later)
        )
        # Nine decimals: the rest is binary noise, which would pass for a spread where all moved alike.
        differences = [round(second[name] - first[name], 9) for name in sorted(first.keys() & second.keys())]
        enough = len(differences) >= instrument.instrument.privacy.min_detail
        same_items = _asked(earlier.assessment, domain, instrument) == _asked(later.assessment, domain, instrument)
        if enough and same_items and (paired := paired_change(differences)) is not None:
            return JudgedChange("paired", paired.mean, paired.t, paired.p, verdict_at(paired.p), len(differences))
    old, new = (_by_domain(wave.profile)[domain] for wave in (earlier, later))
    if old.mean is None or old.se is None or new.mean is None or new.se is None:
        raise ValueError(f"no score in {domain} one of the times")
    method: ChangeMethod = "agreed" if later.profile.answer_mode is AnswerMode.CONSENSUS else "unmatched"
    change = reliable_change(old.mean, old.se, new.mean, new.se)
    return JudgedChange(method, new.mean - old.mean, change.rc, change.p, change.verdict, None)


def _by_domain(profile: CapacityProfile) -> dict[Domain, DomainScore]:
    return {score.domain: score for score in profile.domains}


def _asked(assessment: Assessment, domain: Domain, instrument: LoadedInstrument) -> list[str]:
    asked = instrument.asked(assessment.form, length=assessment.length, focus_domains=assessment.focus_domains)
    return [item.id for item in asked.get(domain, ())]


def _not_comparable(earlier: Wave, later: Wave, *, turnover: str | None) -> NoVerdict | None:
    """Why two scores of these assessments cannot be compared, whatever the domain."""
    old, new = earlier.profile, later.profile
    if old.form is not new.form:
        return "other_form"
    if old.answer_mode is not new.answer_mode:
        return "other_answer_mode"
    if old.instrument != new.instrument:
        return "other_version"
    if old.scoring != new.scoring:
        return "other_scoring"
    return "turnover" if turnover == "many" else None


def _not_told(old: DomainScore | None, new: DomainScore) -> NoVerdict | None:
    """Why this domain has not two scores to show."""
    if old is None or old.status is not ScoreStatus.SCORED or new.status is not ScoreStatus.SCORED:
        return "not_scored"
    return "suppressed" if Visibility.NOTHING in (old.visibility, new.visibility) else None


def _domain_growth(
    old: DomainScore | None,
    new: DomainScore,
    *,
    reason: NoVerdict | None,
    change: JudgedChange | None,
    holds: bool | None,
    then: int | None,
    instrument: LoadedInstrument,
) -> DomainGrowth:
    """One domain from its two shown scores."""
    before, after = (None, None) if reason == "suppressed" else (_shown_score(old), _shown_score(new))
    if before is None or after is None:
        then = None  # it would hint at a score that is not shown
    numbers = change if change is not None and _tells_numbers(change, old, new, instrument) else None
    direction = None
    if change is not None and change.verdict != "no clear change":
        direction = "up" if change.difference > 0 else "down"
    growth = DomainGrowth(
        domain=new.domain,
        name=instrument.domains[new.domain].name,
        before=before,
        after=after,
        verdict=change.verdict if change else None,
        direction=direction,
        no_verdict=reason,
        method=change.method if change else None,
        statistic=round(max(-_LARGEST_SHOWN, min(_LARGEST_SHOWN, numbers.statistic)), 1) if numbers else None,
        p=round(numbers.p, 2) if numbers else None,
        n_matched=numbers.n_matched if numbers else None,
        holds_across_domains=holds,
        then=then,
        sentence="",
    )
    told = _told(growth)
    sentence = " ".join(instrument.english.say(message) for message in told)
    return growth.model_copy(update={"sentence": sentence, "sentence_messages": told})


def _shown_score(score: DomainScore | None) -> ShownScore | None:
    if score is None or score.mean is None or score.level_words is None:
        return None
    return ShownScore(mean=score.mean, level_words=score.level_words, levels=score.levels or ())


def _tells_numbers(
    change: JudgedChange, old: DomainScore | None, new: DomainScore, instrument: LoadedInstrument
) -> bool:
    """Whether the numbers behind a verdict give nobody away."""
    if old is None or old.visibility is not Visibility.DETAIL or new.visibility is not Visibility.DETAIL:
        return False
    if change.n_matched is None:
        return True
    least = instrument.instrument.privacy.min_detail
    others = [(score.n_raters or 0) - change.n_matched for score in (old, new)]
    return all("both" in shown_groups({"both": change.n_matched, "one": n}, minimum=least) for n in others)


def _told(growth: DomainGrowth) -> tuple[Message, ...]:
    """What is said of one domain, a message a sentence."""
    before, after = growth.before, growth.after
    if growth.no_verdict == "suppressed":
        return (Message(key="growth.too_few_people"),)
    if before is None or after is None:
        when = "either" if before is after else ("last" if before is None else "this")
        return (Message(key=f"growth.no_score_{when}_time"),)
    way = Message(key="growth.from_to", values={"before": before.mean, "after": after.mean})
    if growth.no_verdict is not None:
        because = Message(key=f"growth.because.{growth.no_verdict}")
        told = [Message(key="growth.not_judged", values={"way": way, "because": because})]
    else:
        told = [Message(key="growth.judged", values={"way": way, "verdict": _verdict(growth)})]
    if after.mean < before.mean or growth.direction == "down":
        told.append(Message(key="growth.lower_can_mean_more"))
    if growth.then is not None:
        told.append(Message(key="growth.then", values={"level": Message(key=f"level.{growth.then}")}))
    return tuple(told)


def _verdict(growth: DomainGrowth) -> Message:
    who = "_paired" if growth.method == "paired" else ""
    if growth.direction is None:
        return Message(key=f"growth.verdict.none{who}")
    chance = "_chance" if growth.verdict == "reliable" and not growth.holds_across_domains else ""
    return Message(key=f"growth.verdict.{growth.verdict}_{growth.direction}{who}{chance}")


def _notices(domains: Sequence[DomainGrowth], not_comparable: NoVerdict | None) -> tuple[Message, ...]:
    notices = []
    if not_comparable is not None:
        because = Message(key=f"growth.because.{not_comparable}")
        notices.append(Message(key="growth.none_judged", values={"because": because}))
    pairs = [(one.before.mean, one) for one in domains if one.before is not None and one.after is not None]
    if pairs:
        least = min(mean for mean, _ in pairs)
        lowest = tuple(Message(key=f"domain.{one.domain}") for mean, one in pairs if mean == least)
        many = len(lowest) > _MANY_TIED
        notices.append(
            Message(key="growth.lowest_rise") if many else Message(key="growth.these_rise", values={"domains": lowest})
        )
    if any(one.then is not None for one in domains):
        notices.append(Message(key="growth.looking_back"))
    return tuple(notices)
