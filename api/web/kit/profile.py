"""A capacity profile, domain by domain, as pages draw it. Made of shown values alone: what is hidden is not in here."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from api.text.language import _, capitalized, ngettext, speaker
from api.text.scales import band
from api.text.words import agreement_words, importance_words, level_words, mean_words
from api.web.kit.scale import ScaleMark, Tick, mark_at, ticks
from models.needs import Need
from models.profile import CapacityProfile, DomainScore
from models.vocab import AnswerMode, Domain, NeedWord, ScoreStatus, Visibility
from recommender.instruments import LoadedInstrument

__all__ = ["DomainRow", "NextStep", "ProfileChart", "band_words", "domain_rows", "profile_chart"]

_STEPS = 2
"""Pictures of the next level in a row; a team can hold few in mind."""


class NextStep(NamedTuple):
    """What the next level looks like in one feature of practice, in the instrument's words."""

    question: str
    now: str
    """What is seen now; empty where that would give answers away."""
    next: str


class DomainRow(NamedTuple):
    """One domain. Words are empty where there is nothing to say or to show."""

    domain: Domain
    name: str
    level: str
    """Its level in words, or why there is none."""
    mark: ScaleMark | None
    """Dot and bar; None without a number to show."""
    mean: str
    """1 to 4 with one decimal; `1.4 or lower` and `3.6 or higher` at the ends."""
    band: str
    """`2.7 to 3.5`, the 95 % band."""
    who: str
    """How many people stand behind it, or that they agreed."""
    agreement: str
    """How close their views are: close, mixed, far apart."""
    flags: tuple[str, ...]
    """`many cannot see this`, `two pictures`."""
    importance: str
    """top three, important, useful, not now."""
    need: NeedWord | None
    """Where to start; None for a domain that is no need of the team."""
    steps: tuple[NextStep, ...]
    """Where the widest gaps are first; empty at the top level, and where no level is shown."""


class ProfileChart(NamedTuple):
    """All domains with their scale."""

    ticks: tuple[Tick, ...]
    rows: tuple[DomainRow, ...]


def profile_chart(profile: CapacityProfile, needs: Sequence[Need], instrument: LoadedInstrument) -> ProfileChart:
    """The rows of `domain_rows` with the scale to draw them on."""
    return ProfileChart(ticks(instrument), domain_rows(profile, needs, instrument))


def domain_rows(profile: CapacityProfile, needs: Sequence[Need], instrument: LoadedInstrument) -> tuple[DomainRow, ...]:
    """One row a domain of the team's form: needs first, the most pressing on top, then the others as they are asked.

    Args:
        profile: as a run and a frozen result hold it.
        needs: of the same release, in their order; empty when they cannot be worked out.
        instrument: that of the profile.
    """
    by_domain = {need.domain: need for need in needs}
    places = {domain: place for place, domain in enumerate(by_domain)}
    scores = [score for score in profile.domains if score.status is not ScoreStatus.NOT_ON_FORM]
    return tuple(
        _row(score, by_domain.get(score.domain), profile, instrument)
        for score in sorted(scores, key=lambda score: places.get(score.domain, len(places)))
    )


def _row(score: DomainScore, need: Need | None, profile: CapacityProfile, instrument: LoadedInstrument) -> DomainRow:
    mean, se = score.mean, score.se
    flags = [_("many cannot see this")] if score.many_cannot_see else []
    flags += [_("two pictures")] if score.two_pictures else []
    return DomainRow(
        domain=score.domain,
        name=speaker(instrument).tell(f"domain.{score.domain}"),
        level=_("Not shown: too few people")
        if profile.visibility is Visibility.NOTHING
        else capitalized(level_words(score, instrument)),
        mark=None if mean is None else mark_at(mean, se),
        mean=mean_words(score),
        band="" if mean is None or se is None else band_words(mean, se),
        who=_who(score, profile),
        agreement=agreement_words(score.agreement),
        flags=tuple(flags),
        importance=importance_words(score.importance, instrument),
        need=need.word if need else None,
        steps=_steps(score, need, profile, instrument),
    )


def band_words(mean: float, se: float) -> str:
    """The 95 % band of a mean, such as `2.7 to 3.5`."""
    low, high = band(mean, se)
    return _("{low} to {high}", low=f"{low:.1f}", high=f"{high:.1f}")


def _who(score: DomainScore, profile: CapacityProfile) -> str:
    if score.mean is None:
        return ""
    if profile.answer_mode is AnswerMode.CONSENSUS:
        return _("agreed together")
    return "" if score.n_raters is None else ngettext("{n} person", "{n} people", score.n_raters)


def _steps(
    score: DomainScore, need: Need | None, profile: CapacityProfile, instrument: LoadedInstrument
) -> tuple[NextStep, ...]:
    """From the need's own pictures where they may be told, else from the level that is shown, by core items."""
    if need is not None and need.rubric:
        told = [NextStep(text.question, text.present, text.next) for text in need.rubric if text.next]
        return tuple(told[:_STEPS])
    if score.mean is None:
        return ()
    level = math.ceil(score.mean - 0.5)  # the nearest level, the lower one halfway
    items = [item for item in instrument.domains[score.domain].items if profile.form in item.forms]
    items.sort(key=lambda item: not item.core)
    return tuple(NextStep(item.text, "", item.levels[level + 1]) for item in items[:_STEPS] if level + 1 in item.levels)
