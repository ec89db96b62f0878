"""Words for what a profile holds, the same on a terminal and on a page."""

from models.vocab import ScoreStatus
from recommender.instruments import LoadedInstrument

__all__ = ["STATUS_WORDS", "importance_words"]

STATUS_WORDS = {
    ScoreStatus.TOO_FEW_ANSWERS: "too few answers",
    ScoreStatus.SET_ASIDE: "set aside",
    ScoreStatus.NOT_ON_FORM: "not on this form",
}
"""Why a domain has no score."""


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
    return nearest.replace("_", " ")
