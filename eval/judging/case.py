"""What a judge may know of a team: its situation, its needs as they are released, its shared words."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.assessment import Assessment
from models.instrument import Instrument
from models.needs import Need
from models.vocab import Domain, Form
from recommender.config import ScoringConfig
from recommender.diagnosis.evidence import evidence_of
from recommender.diagnosis.needs import derive_needs
from recommender.diagnosis.release import released_team
from recommender.instruments import LoadedInstrument

__all__ = ["JudgingCase", "make_case"]

_CONSENT = "share_with"
"""Whom a team shares its results with: consent, no trait of its work."""
_OWN_WORDS = ("strengths", "challenges", "hoped_for_support")


@dataclass(frozen=True)
class JudgingCase:
    """One team, ready to be read by a judge."""

    assessment_id: str
    name: str
    form: Form
    situation: tuple[tuple[str, str], ...]
    """Question and answer, in the instrument's words and order; what was not answered is left out."""
    needs: tuple[Need, ...]
    """Greatest first."""
    levels: dict[Domain, str]
    """The level of each domain in words; domains without one that may be shown are left out."""
    words: tuple[tuple[str, str], ...]
    """Heading and text of what authors wrote and let others read."""
    n_kept_words: int
    """Texts that their authors keep to the team."""


def make_case(
    assessment: Assessment, instrument: LoadedInstrument, *, scoring: ScoringConfig, invented: bool
) -> JudgingCase:
    """A team as a judge may see it.

    Args:
        assessment: The team's answers.
        instrument: The one they were given to.
        scoring: How they are scored.
        invented: Nobody real wrote the words, so all are shown; else only those whose authors share them.
    """
    known = evidence_of(released_team(assessment, instrument, scoring), instrument, scoring)
    texts = [
        (name, text, invented or response.share_text)
        for name in _OWN_WORDS
        for response in assessment.responses
        if (text := getattr(response.open_text, name).strip())
    ]
    headings = {question.id: question.text for question in instrument.instrument.open_text}
    return JudgingCase(
        assessment_id=assessment.assessment_id,
        name=assessment.team.name,
        form=assessment.form,
        situation=tuple(_situation(assessment, instrument.instrument)),
        needs=derive_needs(known, instrument, scoring),
        levels={score.domain: score.level_words for score in known.profile.domains if score.level_words},
        words=tuple((headings.get(name, name), text) for name, text, may_show in texts if may_show),
        n_kept_words=sum(not may_show for _, _, may_show in texts),
    )


def _situation(assessment: Assessment, instrument: Instrument) -> Iterator[tuple[str, str]]:
    for question in instrument.context:
        value = assessment.team.context.get(question.id)
        if question.id == _CONSENT or value is None or value == () or value == "":
            continue
        labels = {option.key: option.label for option in question.options}
        chosen = (value,) if isinstance(value, str | int) else value
        yield question.text, ", ".join(labels.get(str(key), str(key)) for key in chosen)
