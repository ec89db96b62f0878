"""What helps a team to talk before it agrees on an answer: its frozen results, as far as they may be shown."""

from collections.abc import Sequence
from typing import NamedTuple

from api.assessments.profiles import ProfileView
from models.instrument import Instrument
from models.profile import DomainScore
from models.vocab import Domain, ScoreStatus, Visibility

__all__ = ["Guide", "guide_for"]

_AROUND = (
    "Go around once. Each person says which picture they see, and one thing they saw that shows it. No debate yet."
)
_TWO_PICTURES = (
    "Your team has two pictures of this part: some of you see it near the start, and some see it well in place. "
    "Let each side tell what they see. You may be looking at different parts of the work, and both may be right."
)
_BY_AGREEMENT = {
    "far apart": "Your answers were far apart. Ask what each of you had in mind before you ask who is right.",
    "mixed": "Your answers were mixed. Stay longest with the lines where you see different things.",
    "close": "Your answers were close. Move fast here, and stop where someone sees it in another way.",
}
_UNSEEN = "Many of you could not see this part of the work. Ask who can see it, and what they see."
_LOWER = "Choose the picture that is closest today. If you are split between two, choose the lower one."


class Guide(NamedTuple):
    """Beside the questions of one domain, while a team agrees."""

    results: str
    """What people said alone, or why that is not shown."""
    prompts: Sequence[str]
    """What to do, in this order."""
    has_results: bool
    """Whether there are results to look at, on their own page."""


def guide_for(domain: Domain, alone: ProfileView | None, instrument: Instrument) -> Guide:
    """The guide to one domain.

    Args:
        domain: which.
        alone: frozen results of what people answered alone, suppressed as they may be shown; None without any.
        instrument: names of levels, and how many people it takes.
    """
    score = next((one for one in alone.profile.domains if one.domain is domain), None) if alone else None
    prompts = [_AROUND]
    if score is not None and score.two_pictures:
        prompts.append(_TWO_PICTURES)
    elif score is not None and score.agreement is not None:
        prompts.append(_BY_AGREEMENT[score.agreement.word])
    if score is not None and score.many_cannot_see:
        prompts.append(_UNSEEN)
    return Guide(_results(score, instrument), [*prompts, _LOWER], has_results=alone is not None)


def _results(score: DomainScore | None, instrument: Instrument) -> str:
    if score is None:
        return "There are no results from people alone to look at. Start from what each of you sees."
    if score.status is ScoreStatus.TOO_FEW_ANSWERS or score.visibility is Visibility.NOTHING:
        few = instrument.privacy.min_team
        return f"Fewer than {few} people could answer this part alone, so no result is shown. Start from what you see."
    if score.mean is None or score.level_words is None:
        return "No result is shown for this part."
    meaning = next((level.meaning for level in instrument.levels if level.name == score.level_words), None)
    told = f"Alone, your team came out {_at(score.level_words)}, {score.mean:.1f} on a scale from 1 to 4."
    return f"{told} {score.level_words} means: {meaning}." if meaning else told


def _at(level_words: str) -> str:
    return level_words if level_words.startswith("between") else f"at {level_words}"
