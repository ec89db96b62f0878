"""Notes to staff on answering styles that may mean haste. They never remove anyone: a steady team may truly be steady.

Timing is not part of an assessment file, so the fourth sign (seconds an item) is left to whoever records it.
"""

from collections.abc import Sequence
from itertools import groupby

from models.assessment import Response
from models.instrument import Item
from models.profile import StyleFlag
from models.vocab import SpecialAnswer
from recommender.diagnosis.agreement import sample_variance

__all__ = ["longest_run", "own_sd", "style_flags"]

_MIN_ITEMS = 20
_LONG_RUN = 12
_LITTLE_SPREAD = 0.25
_MOSTLY = 0.5


def longest_run(levels: Sequence[int]) -> int:
    """Length of the longest run of one answer; 0 for none."""
    return max((sum(1 for _ in run) for _, run in groupby(levels)), default=0)


def own_sd(levels: Sequence[int]) -> float:
    """Standard deviation (n - 1) of one respondent's answers, in levels."""
    return float(sample_variance(levels) ** 0.5)


def style_flags(responses: Sequence[Response], items: Sequence[Item]) -> tuple[StyleFlag, ...]:
    """The flags of all respondents, in their order.

    Args:
        responses: the respondents.
        items: the items they were asked, in the order asked. Answers without a level neither make nor break a run.
    """
    flags: list[StyleFlag] = []
    for response in responses:
        answers = [response.answers.get(item.id, SpecialAnswer.SKIPPED) for item in items]
        levels = [answer for answer in answers if isinstance(answer, int)]
        shown = sum(answer != SpecialAnswer.NOT_APPLICABLE for answer in answers)
        unsure = sum(answer == SpecialAnswer.NOT_SURE for answer in answers)
        name = response.respondent
        if len(levels) >= _MIN_ITEMS:
            run, sd = longest_run(levels), own_sd(levels)
            if run >= _LONG_RUN:
                detail = f"The same answer {run} times in a row, over {len(levels)} items."
                flags.append(StyleFlag(respondent=name, flag="long_run", value=run, detail=detail))
            if sd < _LITTLE_SPREAD:
                detail = f"Answers hardly differ: a standard deviation of {sd:.2f} over {len(levels)} items."
                flags.append(StyleFlag(respondent=name, flag="little_spread", value=sd, detail=detail))
        if shown and unsure / shown > _MOSTLY:
            detail = f"Not sure of {unsure} of {shown} items."
            flags.append(StyleFlag(respondent=name, flag="mostly_not_sure", value=unsure / shown, detail=detail))
    return tuple(flags)
