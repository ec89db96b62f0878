"""Attack: a lead makes up people beside one real person, whose answers the difference of two releases would tell."""

import random
from pathlib import Path

from recommender.pipeline import Recommender
from tests.fixtures.service import running_service
from tests.fixtures.twins import ITEMS
from tests.fixtures.windows import Window, everything


def test_two_made_up_people_move_nothing(starter: Recommender, tmp_path: Path) -> None:
    """Releases of a team and two more: whatever these answer, and however often, the first results stand."""
    with running_service(starter, tmp_path) as service:
        window = Window(service)
        for number in range(4):
            window.say(f"person-{number}", **everything(2))
        assert window.close()
        before = window.results()["profile"]
        rng = random.Random(1)
        for _ in range(3):
            for number in range(2):
                window.say(f"made-up-{number}", **everything(rng.randint(1, 4)))
            assert not window.close()
        assert window.results()["profile"] == before


def test_a_window_that_made_up_people_fill_tells_one_persons_answers_only_as_its_release_does(
    starter: Recommender, tmp_path: Path
) -> None:
    """Two windows with the same made-up people and other answers of the one real person, which the release rounds."""
    with running_service(starter, tmp_path) as service:
        told = []
        for turned in (False, True):
            window = Window(service)
            for number in range(3):
                window.say(f"made-up-{number}", **everything(1))
            # Levels of 2 and 3 in another order: the same sum in each domain.
            levels = {
                item: 2 + (place % 2 == turned) if place < 4 else 2
                for items in ITEMS.values()
                for place, item in enumerate(items)
            }
            window.say("person-0", answers=levels)
            assert window.close()
            results = window.results()
            told.append({name: results[name] for name in ("profile", "notices", "response")})
            told[-1]["profile"] |= {"assessment_id": "", "team_id": ""}
        assert told[0] == told[1]
