"""The texts that off-the-shelf rankers see: the same words that our own ranking has, as one document and one query."""

from collections.abc import Iterator, Sequence

from models.assessment import Assessment
from models.instrument import Instrument
from models.needs import Need
from models.support import Support
from models.vocab import Form
from recommender.index.documents import document_text, statements

__all__ = ["support_text", "team_text"]

_SITUATION = ("focus_areas", "grade_bands", "locale", "cycle_phase", "experience", "modality")
"""Context questions whose answers are words of the work; numbers, money and places are no search terms."""


def support_text(support: Support) -> str:
    """All that our own search reads of a support, as one text."""
    return " ".join((document_text(support), *statements(support)))


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
