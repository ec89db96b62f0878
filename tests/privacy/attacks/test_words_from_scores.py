"""Attack: words that their author does not share, found by how supports score that hold the same words."""

import random

from recommender.pipeline import Recommender
from tests.fixtures.solvers import assert_answers_would_tell, assert_release_tells_no_more, changed, run_of
from tests.fixtures.twins import draw_document

GUESSES = (
    "",
    "Our principal leaves in June.",
    "Nobody trusts the data.",
    "We have no time to meet.",
    "Families do not come to meetings.",
    "I need a coach for running records.",
)


def test_no_score_tells_words_that_are_not_shared(starter: Recommender) -> None:
    document = draw_document(random.Random(3), 5)
    candidates = [changed(document, 0, open_text={"challenges": words}, share_text=False) for words in GUESSES]
    assert_answers_would_tell(candidates, 3, lambda source: run_of(starter, source))
    assert_release_tells_no_more(candidates, 3, lambda source: run_of(starter, source), least=len(GUESSES))
