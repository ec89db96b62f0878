"""Growth: two assessments of one team side by side, each change judged against its error.

Sources: Jacobson and Truax 1991 (reliable change index); Benjamini and Hochberg 1995 (many domains at once). Which
error term to use is debated (Maassen 2004; Blampied 2022): people who answered both times are compared by their own
spread; two groups by the standard errors of their means; two agreed ratings by the classical index, with the standard
error of an agreed rating in the place of SD sqrt(1 - r).
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from models.assessment import Assessment, Retake
from models.growth import ChangeMethod, ChangeVerdict, DomainGrowth, Growth, NoVerdict, ShownScore
from models.message import Message
from models.profile import CapacityProfile, DomainScore
from models.release import ReleasedChange, ReleasedChanges, ReleasedProfile
from models.vocab import AnswerMode, Domain, ScoreStatus, Visibility
from recommender.canonical import content_hash
from recommender.config import ScoringConfig
from recommender.diagnosis import irt
from recommender.diagnosis.profiling import rater_scores
from recommender.diagnosis.release import released_profile
from recommender.diagnosis.retake import benjamini_hochberg, paired_change, reliable_change, verdict_at
from recommender.diagnosis.suppression import shown_groups
from recommender.instruments import LoadedInstrument

__all__ = ["JudgedChange", "Wave", "build_growth", "judge_change", "released_changes"]

_FALSE_DISCOVERY_RATE = 0.10
_MANY_TIED = 3


class Wave(NamedTuple):
    """The answers of one assessment and their release. Not for showing."""

    assessment: Assessment
    release: ReleasedProfile


class JudgedChange(NamedTuple):
    """The change of one domain at full precision. Not for showing."""

    method: ChangeMethod
    difference: float
    """Later minus earlier, in levels; for `paired`, of the people who answered both times."""
    statistic: float
    """In units of its standard error; t for `paired`, which can be infinite."""
    p: float
    verdict: ChangeVerdict
    n_matched: int | None
    """People with a score both times, for `paired`."""

    @property
    def direction(self) -> Literal["up", "down"] | None:
        """Which way a reliable or possible change goes."""
        if self.verdict == "no clear change":
            return None
        return "up" if self.difference > 0 else "down"


def released_changes(
    earlier: Wave,
    later: Wave,
    *,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    item_parameters: Mapping[str, irt.GradedItem] | None = None,
) -> ReleasedChanges | None:
    """The words of change that the later release may hold, because they say more than the two releases side by side.

    People who answered both times are compared with themselves where at least `min_detail` did, and where nobody can
    be found by subtracting them from all. Only words follow: verdict and direction.

    Args:
        earlier: frozen before.
        later: being frozen, of the same team.
        instrument: of the later one.
        config: constants of scoring.
        item_parameters: as for `build_profile`.

    Returns:
        None where no domain can be compared so, or nothing can be compared at all.
    """
    linked = _linked(later.assessment.retake, earlier.release)
    if later.release.answer_mode is AnswerMode.CONSENSUS or _not_comparable(
        earlier.release, later.release, turnover=linked.turnover if linked else None
    ):
        return None
    before, after = (_by_domain(released_profile(wave.release, instrument, config)) for wave in (earlier, later))
    judged: dict[Domain, JudgedChange] = {}
    for domain, new in after.items():
        old = before.get(domain)
        if old is None or _not_told(old, new) is not None:
            continue
        paired = _paired(
            earlier, later, old, new, instrument=instrument, config=config, item_parameters=item_parameters
        )
        judged[domain] = paired or judge_change(old, new, agreed=False)
    if not any(change.method == "paired" for change in judged.values()):
        return None
    holds = _holds(judged)
    return ReleasedChanges(
        since=_hash(earlier.release),
        domains=tuple(
            ReleasedChange(
                domain=domain,
                method=change.method,
                verdict=change.verdict,
                direction=change.direction,
                n_matched=change.n_matched,
                holds_across_domains=holds[domain],
            )
            for domain, change in judged.items()
        ),
    )


def build_growth(
    earlier: ReleasedProfile,
    later: ReleasedProfile,
    *,
    retake: Retake | None,
    instrument: LoadedInstrument,
    config: ScoringConfig,
) -> Growth:
    """What changed from the earlier to the later release.

    Turnover and the marks for back then come from the later assessment's `retake`, when it names the earlier one.

    Args:
        earlier: of an assessment.
        later: of another one of the same team.
        retake: what the later assessment says of the earlier one.
        instrument: that of the later assessment.
        config: constants of scoring.

    Raises:
        ValueError: releases of two teams, or an instrument that is not the later one's.
    """
    if earlier.team_id != later.team_id:
        raise ValueError(f"two teams: {earlier.team_id!r} and {later.team_id!r}")
    if later.instrument != instrument.version:
        raise ValueError(f"the later assessment used {later.instrument}, not {instrument.version}")
    before, after = (_by_domain(released_profile(one, instrument, config)) for one in (earlier, later))
    linked = _linked(retake, earlier)
    not_comparable = _not_comparable(earlier, later, turnover=linked.turnover if linked else None)
    few = any(one.answer_mode is not AnswerMode.CONSENSUS and _tells_nothing(one) for one in (earlier, later))
    reasons: dict[Domain, NoVerdict | None] = {}
    judged: dict[Domain, JudgedChange] = {}
    for domain, new in after.items():
        old = before.get(domain)
        if new.status is ScoreStatus.NOT_ON_FORM and (old is None or old.status is ScoreStatus.NOT_ON_FORM):
            continue
        reasons[domain] = ("suppressed" if few else _not_told(old, new)) or not_comparable
        if reasons[domain] is None and old is not None:
            judged[domain] = judge_change(old, new, agreed=later.answer_mode is AnswerMode.CONSENSUS)
    released = later.changes if later.changes is not None and later.changes.since == _hash(earlier) else None
    in_words = {one.domain: one for one in released.domains} if released else {}
    holds = _holds(judged)
    domains = tuple(
        _domain_growth(
            before.get(domain),
            after[domain],
            reason=reason,
            change=judged.get(domain),
            released=in_words.get(domain),
            holds=holds.get(domain),
            then=linked.then.get(domain) if linked else None,
            instrument=instrument,
        )
        for domain, reason in reasons.items()
    )
    notices = _notices(domains, not_comparable)
    return Growth(
        team_id=later.team_id,
        earlier_id=earlier.assessment_id,
        later_id=later.assessment_id,
        domains=domains,
        notices=tuple(instrument.english.say(notice) for notice in notices),
        notice_messages=notices,
    )


def judge_change(old: DomainScore, new: DomainScore, *, agreed: bool) -> JudgedChange:
    """The change of a domain between two scores, each with its standard error, taken as independent.

    Where some people answered both times that errs on the side of no clear change.

    Raises:
        ValueError: one of them is no score.
    """
    if old.mean is None or old.se is None or new.mean is None or new.se is None:
        raise ValueError(f"no score in {new.domain} one of the times")
    change = reliable_change(old.mean, old.se, new.mean, new.se)
    return JudgedChange(
        "agreed" if agreed else "unmatched", new.mean - old.mean, change.rc, change.p, change.verdict, None
    )


def _paired(
    earlier: Wave,
    later: Wave,
    old: DomainScore,
    new: DomainScore,
    *,
    instrument: LoadedInstrument,
    config: ScoringConfig,
    item_parameters: Mapping[str, irt.GradedItem] | None,
) -> JudgedChange | None:
    """The change of the people with a score both times on the same items; None where it may not be told."""
    least = instrument.instrument.privacy.min_detail
    first, second = (
        rater_scores(wave.assessment, new.domain, instrument=instrument, config=config, item_parameters=item_parameters)
        for wave in (earlier, later)
    )
    # Nine decimals: the rest is binary noise, which would pass for a spread where all moved alike.
    differences = [round(second[name] - first[name], 9) for name in sorted(first.keys() & second.keys())]
    n = len(differences)
    if n < least or _asked(earlier.assessment, new.domain, instrument) != _asked(
        later.assessment, new.domain, instrument
    ):
        return None
    # A paired word beside two means would otherwise tell of the few who answered only once.
    others = [(score.n_raters or 0) - n for score in (old, new)]
    if not all("both" in shown_groups({"both": n, "one": other}, minimum=least) for other in others):
        return None
    paired = paired_change(differences)
    if paired is None:
        return None
    return JudgedChange("paired", paired.mean, paired.t, paired.p, verdict_at(paired.p), n)


def _holds(judged: Mapping[Domain, JudgedChange]) -> dict[Domain, bool]:
    """Which changes stand although several domains were judged at once."""
    adjusted = benjamini_hochberg([change.p for change in judged.values()])
    return {domain: p <= _FALSE_DISCOVERY_RATE for domain, p in zip(judged, adjusted, strict=True)}


def _hash(release: ReleasedProfile) -> str:
    return content_hash(release.model_dump(mode="json"))


def _linked(retake: Retake | None, earlier: ReleasedProfile) -> Retake | None:
    return retake if retake is not None and retake.previous_id == earlier.assessment_id else None


def _tells_nothing(release: ReleasedProfile) -> bool:
    return all(one.mean is None for one in release.domains)


def _by_domain(profile: CapacityProfile) -> dict[Domain, DomainScore]:
    return {score.domain: score for score in profile.domains}


def _asked(assessment: Assessment, domain: Domain, instrument: LoadedInstrument) -> list[str]:
    asked = instrument.asked(assessment.form, length=assessment.length, focus_domains=assessment.focus_domains)
    return [item.id for item in asked.get(domain, ())]


def _not_comparable(old: ReleasedProfile, new: ReleasedProfile, *, turnover: str | None) -> NoVerdict | None:
    """Why two scores of these assessments cannot be compared, whatever the domain."""
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
    released: ReleasedChange | None,
    holds: bool | None,
    then: int | None,
    instrument: LoadedInstrument,
) -> DomainGrowth:
    """One domain from its two scores, and the words that were released where there are some."""
    before, after = (None, None) if reason == "suppressed" else (_shown_score(old), _shown_score(new))
    if before is None or after is None:
        then = None  # it would hint at a score that is not shown
    if change is None:
        released = None
    in_numbers = change if released is None else None
    told = released or change
    growth = DomainGrowth(
        domain=new.domain,
        name=instrument.domains[new.domain].name,
        before=before,
        after=after,
        verdict=told.verdict if told else None,
        direction=told.direction if told else None,
        no_verdict=reason,
        method=told.method if told else None,
        statistic=round(in_numbers.statistic, 1) if in_numbers else None,
        p=round(in_numbers.p, 2) if in_numbers else None,
        n_matched=told.n_matched if told else None,
        holds_across_domains=released.holds_across_domains if released else holds,
        then=then,
        sentence="",
    )
    messages = _told(growth)
    sentence = " ".join(instrument.english.say(message) for message in messages)
    return growth.model_copy(update={"sentence": sentence, "sentence_messages": messages})


def _shown_score(score: DomainScore | None) -> ShownScore | None:
    if score is None or score.mean is None or score.level_words is None:
        return None
    return ShownScore(
        mean=score.mean, coded_end=score.coded_end, level_words=score.level_words, levels=score.levels or ()
    )


def _told(growth: DomainGrowth) -> tuple[Message, ...]:
    """What is said of one domain, a message a sentence."""
    before, after = growth.before, growth.after
    if growth.no_verdict == "suppressed":
        return (Message(key="growth.too_few_people"),)
    if before is None or after is None:
        when = "either" if before is after else ("last" if before is None else "this")
        return (Message(key=f"growth.no_score_{when}_time"),)
    way = Message(key="growth.from_to", values={"before": _mean(before), "after": _mean(after)})
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


def _mean(score: ShownScore) -> Message:
    return Message(key=f"mean.{score.coded_end or 'exact'}", values={"mean": score.mean})


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
