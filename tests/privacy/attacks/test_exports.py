"""Attack: an evaluator reads features of decision logs, where an officer would read scores, and solves those back."""

import random
from pathlib import Path

from recommender.pipeline import Recommender
from tests.fixtures.solvers import assert_answers_would_tell, changed, run_of
from tests.fixtures.twins import ITEMS, draw_document
from tests.fixtures.worlds import world


def test_exports_tell_no_answer_of_a_team_of_one(starter: Recommender, migrated_file: Path, tmp_path: Path) -> None:
    document = draw_document(random.Random(10), 1)
    document["responses"][0] |= {
        "answers": {item: 2 for items in ITEMS.values() for item in items},
        "match_from_answers": False,
        "importance": {"equity-and-voice": "top_three"},
    }
    item = ITEMS["equity-and-voice"][2]
    candidates = [changed(document, 0, answers={item: level}) for level in range(1, 5)]
    assert_answers_would_tell(candidates, 2, lambda source: run_of(starter, source))
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
    assert all(one == exports[0] for one in exports)
