"""What stands for an empty box."""

import pytest

from recommender.reading.placeholders import says_nothing


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "?", "…", "🙂", "N/A", "n.a.", "NA", "None", "none.", "No", "I don't know", "I don’t know.", "idk",
     "same as above", "(same as above)", "x", "X", "Ninguno", "No sé", "N/D"],
)  # fmt: skip
def test_placeholders_say_nothing(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    ["No time", "None of us has time to meet.", "I don't know how to read a run chart", "Same as above, and a coach",
     "Coaching", "時間", "¿Cómo ayudar?", "Math x science"],
)  # fmt: skip
def test_words_say_something(text: str) -> None:
    assert not says_nothing(text)
