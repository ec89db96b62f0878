"""Attack: consents are given, taken back and compared, so that the difference tells what one person said."""

import random
from pathlib import Path

from recommender.pipeline import Recommender
from tests.fixtures.service import running_service
from tests.fixtures.solvers import assert_answers_would_tell, assert_release_tells_no_more, changed, run_of
from tests.fixtures.twins import ITEMS, draw_document, released
from tests.fixtures.windows import Window, everything


def test_one_of_two_who_agrees_opens_nothing(starter: Recommender) -> None:
    document = draw_document(random.Random(6), 2)
    for number, response in enumerate(document["responses"]):
        response["match_from_answers"] = number == 0
    item = ITEMS["team-and-time"][0]
    candidates = [changed(document, 0, answers={item: level}) for level in range(1, 5)]
    assert_answers_would_tell(candidates, 1, lambda source: run_of(starter, source))
    assert_release_tells_no_more(candidates, 1, lambda source: run_of(starter, source), least=4)
    for response in document["responses"]:
        response["match_from_answers"] = True
    assert any(one.mean is not None for one in released([document])[0].release.domains), "both together open it"


def test_taking_a_consent_back_after_closing_makes_no_second_release(starter: Recommender, tmp_path: Path) -> None:
    with running_service(starter, tmp_path) as service:
        window = Window(service)
        for number in range(5):
            window.say(f"person-{number}", **everything(2), share_text=True, open_text={"challenges": f"Word {number}"})
        assert window.close()
        before = window.results()
        for number in range(5):
            for agrees in (False, True):
                window.say(f"person-{number}", share_text=agrees, match_from_answers=agrees)
                assert not window.close()
        assert window.results() == before
