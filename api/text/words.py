"""Words for what a profile holds, the same on a terminal and on a page."""

from collections.abc import Mapping

from api.text.language import speaker, word
from models.growth import ShownScore
from models.profile import Agreement, DomainScore
from models.vocab import ScoreStatus, SupportKind
from recommender.diagnosis.profiling import level_message
from recommender.instruments import LoadedInstrument
from recommender.words import key_of

__all__ = ["agreement_words", "counted", "counted_kinds", "importance_words", "level_words", "mean_words"]


def level_words(score: DomainScore, instrument: LoadedInstrument) -> str:
    """The level of a domain, or why it has no score; empty where its level is not to be shown."""
    if score.level_words is not None:
        level = level_message(score.levels) if score.levels else None
        return speaker(instrument).told(level, score.level_words)
    return "" if score.status is ScoreStatus.SCORED else word(score.status)


def mean_words(score: DomainScore | ShownScore) -> str:
    """A mean with one decimal, `1.4 or lower` and `3.6 or higher` at the ends; empty without one."""
    return "" if score.mean is None else speaker().tell(f"mean.{score.coded_end or 'exact'}", mean=score.mean)


def agreement_words(agreement: Agreement | None) -> str:
    """How close the views of people are; empty where that is not known, or not to be shown."""
    return speaker().tell(f"agreement.{agreement.word.replace(' ', '_')}") if agreement else ""


def importance_words(weight: float | None, instrument: LoadedInstrument) -> str:
    """The answer to the importance question that comes closest to a mean weight; empty without one.

    Args:
        weight: 0 to 1; halfway, the larger answer is taken.
        instrument: with the weights of the answers.
    """
    if weight is None:
        return ""
    weights = instrument.importance_weights
    nearest = min(weights, key=lambda key: (abs(weights[key] - weight), -weights[key]))
    return word(nearest)


def counted(kind: SupportKind, n: int) -> str:
    """`1 resource`, `1,204 providers`."""
    return speaker().tell(f"{key_of(kind)}.count", n=n)


def counted_kinds(sizes: Mapping[SupportKind, int]) -> str:
    """`442 resources, 109 providers`."""
    return ", ".join(counted(kind, n) for kind, n in sizes.items())
