"""The texts that off-the-shelf rankers see: the same words that our own ranking has, as one document and one query."""

from collections.abc import Iterator, Sequence

from models.assessment import Assessment
from models.instrument import Instrument
from models.needs import Need
from models.support import Provider, Resource, Support
from models.vocab import Form

__all__ = ["support_text", "team_text"]

_SITUATION = ("focus_areas", "grade_bands", "locale", "cycle_phase", "experience", "modality")
"""Context questions whose answers are words of the work; numbers, money and places are no search terms."""


def support_text(support: Support, *, needs_met: bool = True) -> str:
    """All that a record says of itself in words, one part a line.

    Args:
        support: The record.
        needs_met: Whether to add its statements of needs in a team's voice.
    """
    parts = [support.display_title, support.summary]
    if isinstance(support, Resource):
        parts.append(support.resource_type)
    if isinstance(support, Provider):
        parts += [service.description for service in support.services]
    parts += [_spaced(word) for word in (*support.domains, *support.focus_areas, *support.grade_bands)]
    if needs_met:
        parts += support.needs_met
    return "\n".join(parts)


def team_text(assessment: Assessment, instrument: Instrument, *, needs: Sequence[Need]) -> str:
    """What a team would type into a search box: its situation, its priority needs, its challenges and hopes.

    The pictures of practice and the team's strengths are left out on purpose: they lower every baseline, and a
    baseline deserves its best query.

    Args:
        assessment: The team's answers.
        instrument: Gives the words for the chosen options.
        needs: The team's needs; priority ones add their names.
    """
    whom = "network hub" if assessment.form is Form.HUB else "school improvement team"
    parts = [whom, *_situation(assessment, instrument), *(need.name for need in needs if need.is_priority)]
    for response in assessment.responses:
        parts += [response.open_text.challenges, response.open_text.hoped_for_support]
    return "\n".join(part for part in parts if part)


def _situation(assessment: Assessment, instrument: Instrument) -> Iterator[str]:
    for question in instrument.context:
        if question.id not in _SITUATION:
            continue
        labels = {option.key: option.label for option in question.options}
        value = assessment.team.context.get(question.id, ())
        for key in (value,) if isinstance(value, str | int) else value:
            yield labels.get(str(key), str(key))


def _spaced(word: str) -> str:
    return word.replace("-", " ")
