"""What helps a team to talk before it agrees on an answer: its frozen results, as far as they may be shown."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.assessments.profiles import ProfileView
from api.text.language import _
from api.text.words import level_words
from models.profile import AgreementWord, DomainScore
from models.vocab import Domain, ScoreStatus, Visibility
from recommender.instruments import LoadedInstrument

__all__ = ["Guide", "guide_for"]


class Guide(NamedTuple):
    """Beside the questions of one domain, while a team agrees."""

    results: str
    """What people said alone, or why that is not shown."""
    prompts: Sequence[str]
    """What to do, in this order."""
    has_results: bool
    """Whether there are results to look at, on their own page."""


def guide_for(domain: Domain, alone: ProfileView | None, instrument: LoadedInstrument) -> Guide:
    """The guide to one domain.

    Args:
        domain: which.
        alone: frozen results of what people answered alone, as they were released; None without any.
        instrument: names of levels, and how many people it takes.
    """
    score = next((one for one in alone.profile.domains if one.domain is domain), None) if alone else None
    prompts = [
        _(
            "Go around once. Each person says which picture they see, and one thing they saw that shows it. "
            "No debate yet."
        ),
        *([] if score is None else _about_answers(score)),
        _("Choose the picture that is closest today. If you are split between two, choose the lower one."),
    ]
    return Guide(_results(score, instrument), prompts, has_results=alone is not None)


def _about_answers(score: DomainScore) -> Iterator[str]:
    if score.two_pictures:
        yield _(
            "Your team has two pictures of this part: some of you see it near the start, and some see it well in "
            "place. Let each side tell what they see. You may be looking at different parts of the work, and both may "
            "be right."
        )
    elif score.agreement is not None:
        yield _talk(score.agreement.word)
    if score.many_cannot_see:
        yield _("Many of you could not see this part of the work. Ask who can see it, and what they see.")


def _talk(agreement: AgreementWord) -> str:
    match agreement:
        case "far apart":
            return _("Your answers were far apart. Ask what each of you had in mind before you ask who is right.")
        case "mixed":
            return _("Your answers were mixed. Stay longest with the lines where you see different things.")
        case "close":
            return _("Your answers were close. Move fast here, and stop where someone sees it in another way.")


def _results(score: DomainScore | None, instrument: LoadedInstrument) -> str:
    if score is None:
        return _("There are no results from people alone to look at. Start from what each of you sees.")
    if score.status is ScoreStatus.TOO_FEW_ANSWERS or score.visibility is Visibility.NOTHING:
        return _(
            "Fewer than {n} people could answer this part alone, so no result is shown. Start from what you see.",
            n=instrument.instrument.privacy.min_team,
        )
    if score.mean is None or score.level_words is None:
        return _("No result is shown for this part.")
    mean, words = f"{score.mean:.1f}", level_words(score, instrument)
    for level in instrument.instrument.levels:
        if score.levels == (level.value,) or (score.levels is None and score.level_words == level.name):
            return _(
                "Alone, your team came out at {level}, {mean} on a scale from 1 to 4. {level} means: {meaning}.",
                level=words,
                mean=mean,
                meaning=level.meaning,
            )
    return _("Alone, your team came out {between}, {mean} on a scale from 1 to 4.", between=words, mean=mean)
