"""Attack: a lead writes a guess in somebody's place, closes, and watches whether there are new results."""

from pathlib import Path

import pytest

from recommender.pipeline import Recommender
from tests.fixtures.service import running_service
from tests.fixtures.windows import Window, everything


@pytest.mark.parametrize("people", [1, 3])
def test_closing_tells_no_right_guess_from_a_wrong_one(starter: Recommender, tmp_path: Path, people: int) -> None:
    """With one place to write in the results stand; with three they are new, whether or not anything is."""
    with running_service(starter, tmp_path) as service:
        told = []
        for guess in (2, 3):  # everybody answered 2
            window = Window(service)
            for number in range(5):
                window.say(f"person-{number}", **everything(2))
            assert window.close()
            for number in range(people):
                window.renew(f"person-{number}")
                window.say(f"person-{number}", **everything(guess))
            told.append(window.close())
        assert told[0] == told[1] == (people >= 3)
