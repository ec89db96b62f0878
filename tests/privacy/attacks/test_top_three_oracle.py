"""Attack: one mark more than anybody may give is refused, so refusals count the marks that somebody else has given."""

from pathlib import Path

from recommender.pipeline import Recommender
from tests.fixtures.service import running_service
from tests.fixtures.twins import ITEMS
from tests.fixtures.windows import Window, everything


def test_faults_do_not_count_the_marks_of_whoever_answered_before(starter: Recommender, tmp_path: Path) -> None:
    """The lead renews an invitation and sends marks as that person: what is answered is the same whatever is stored."""
    with running_service(starter, tmp_path) as service:
        told = []
        for n_marks in (0, 3):
            window = Window(service)
            marks = dict.fromkeys(list(ITEMS)[:n_marks], "top_three")
            window.say("person-0", **everything(2), importance=marks)
            window.renew("person-0")
            tries = [{"importance": dict.fromkeys(list(ITEMS)[9 - n : 9], "top_three")} for n in range(1, 5)]
            told.append([window.try_to_say("person-0", **body) for body in tries])
        assert told[0] == told[1]
        assert told[0][-1][0] == 422, "what was sent itself is counted"
