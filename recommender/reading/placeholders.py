"""What people type into a box that they want to leave empty."""

import re

from recommender.reading.fold import fold

__all__ = ["says_nothing"]

# fmt: off
_PLACEHOLDERS = frozenset(
    {
        "n a", "na", "none", "none yet", "none really", "no", "nope", "nil", "null", "nothing", "nothing really",
        "nothing to add", "nothing to report", "nothing at this time", "none at this time", "not at this time",
        "not applicable", "not sure", "unsure", "i am not sure", "im not sure", "i m not sure", "no idea",
        "i have no idea", "i do not know", "i don t know", "i dont know", "don t know", "dont know", "idk", "dk",
        "unknown", "no comment", "no comments", "no answer", "not provided", "skip", "skipped", "pass", "same",
        "same as above", "same as before", "see above", "as above", "ditto", "tbd", "to be determined",
        "test", "asdf", "qwerty", "blank", "empty", "x", "xx", "xxx", "ninguno", "ninguna", "nada",
        "no se", "no lo se", "no aplica", "no sabe", "igual", "igual que arriba", "lo mismo", "n d", "n c",
    }
)
# fmt: on
"""Folded, with each run of signs as one blank."""


def says_nothing(text: str) -> bool:
    """Whether a text stands for an empty one: no word at all, or what people write where they have nothing to say.

    >>> [says_nothing(text) for text in ("N/A", "I don’t know.", "—", "No", "No time to meet")]
    [True, True, True, True, False]
    """
    words = re.sub(r"[\W_]+", " ", fold(text)).strip()
    return not words or words in _PLACEHOLDERS
