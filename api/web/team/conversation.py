"""What a profile gives a team to talk about: what is strong, and where its members see different pictures."""

from collections.abc import Sequence
from typing import NamedTuple

from api.text.language import capitalized, speaker
from api.text.words import level_words
from models.needs import Need
from models.profile import CapacityProfile, DomainScore
from models.vocab import Form, NeedWord
from recommender.instruments import LoadedInstrument

__all__ = ["Prompt", "Strength", "prompts", "strengths"]

_STRENGTHS = 2
_TO_SHARE = 3.5
_CLEAR = 0.70
"""At leading practice, and likely so: from here on other teams can learn from this one."""


class Strength(NamedTuple):
    """A domain in which the team is strong, by its own measure."""

    name: str
    level: str
    meaning: str
    """Of the level, in the instrument's words."""
    to_share: bool
    """Whether other teams could learn from this one."""


class Prompt(NamedTuple):
    """Something to talk about where people see two pictures."""

    name: str
    question: str
    """A feature of practice of the domain; nobody's answer."""
    low: str
    high: str


def strengths(profile: CapacityProfile, needs: Sequence[Need], instrument: LoadedInstrument) -> tuple[Strength, ...]:
    """The two domains with the highest shown means, in the order of the instrument where these are equal.

    A domain in which the team should start comes last, so that it is not called both. Fewer where fewer are shown.
    """
    first = {need.domain for need in needs if need.word is NeedWord.START_HERE}
    scored = [score for score in profile.domains if score.mean is not None]
    scored.sort(key=lambda score: (score.domain in first, -(score.mean or 0)))
    return tuple(_strength(score, instrument) for score in scored[:_STRENGTHS])


def prompts(profile: CapacityProfile, instrument: LoadedInstrument) -> tuple[Prompt, ...]:
    """One for each domain with two pictures, in the order of the instrument."""
    return tuple(_prompt(score, profile.form, instrument) for score in profile.domains if score.two_pictures)


def _strength(score: DomainScore, instrument: LoadedInstrument) -> Strength:
    mean, levels = score.mean or 1.0, instrument.instrument.levels
    named = (level for level in levels if score.levels == (level.value,) or score.level_words == level.name)
    return Strength(
        name=speaker(instrument).tell(f"domain.{score.domain}"),
        level=capitalized(level_words(score, instrument)),
        meaning=next((level.meaning for level in named), ""),
        to_share=mean >= _TO_SHARE and score.p_levels is not None and score.p_levels[3] >= _CLEAR,
    )


def _prompt(score: DomainScore, form: Form, instrument: LoadedInstrument) -> Prompt:
    spec = instrument.domains[score.domain]
    item = min((item for item in spec.items if form in item.forms), key=lambda item: not item.core)
    return Prompt(speaker(instrument).tell(f"domain.{score.domain}"), item.text, item.levels[1], item.levels[4])
