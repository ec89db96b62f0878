"""Attack: an evaluator reads features of decision logs, where an officer would read scores, and solves those back."""

import random
from pathlib import Path

from recommender.pipeline import Recommender
from tests.fixtures.solvers import assert_answers_would_tell, assert_release_tells_no_more, changed, run_of
from tests.fixtures.twins import ITEMS, draw_document
from tests.fixtures.worlds import world


def test_exports_tell_no_answer_of_a_team(starter: Recommender, migrated_file: Path, tmp_path: Path) -> None:
    """Two of five people disagree about an item, a little or a lot, around the same mean."""
    document = draw_document(random.Random(10), 5)
    for response in document["responses"]:
        response["answers"] = {item: 2 for items in ITEMS.values() for item in items}
    item = ITEMS["equity-and-voice"][2]
    candidates = [
        changed(changed(document, 0, answers={item: 2 - apart}), 1, answers={item: 3 + apart}) for apart in (0, 1)
    ]
    assert_answers_would_tell(candidates, 0, lambda source: run_of(starter, source))
    assert_release_tells_no_more(candidates, 0, lambda source: run_of(starter, source))
    exports = []
    for number, candidate in enumerate(candidates):
        (tmp_path / str(number)).mkdir()
        with world(starter, migrated_file, tmp_path / str(number)) as made:
            team = made.new_team()
            made.answered(team, candidate)
            made.act(made.run(team), action="release")
            paths = ("/v1/exports/decisions", "/v1/exports/judgments")
            exports.append([made.ask("evaluator", "GET", path).text for path in paths])
    assert all(exports[0]), "there is something to read"
    assert exports[1] == exports[0]
