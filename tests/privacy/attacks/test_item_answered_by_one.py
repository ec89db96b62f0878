"""Attack: an item that one person alone answered, whose level would be the item's mean."""

import random

from recommender.pipeline import Recommender
from tests.fixtures.solvers import assert_answers_would_tell, assert_release_tells_no_more, changed, run_of
from tests.fixtures.twins import ITEMS, draw_document


def test_the_level_of_an_item_that_one_person_answered_stays_hidden(starter: Recommender) -> None:
    document = draw_document(random.Random(1), 5)
    item, *rest = ITEMS["improvement-methods"]
    for number, response in enumerate(document["responses"]):
        response["answers"] = {one: 2 for items in ITEMS.values() for one in items if one != item}
        response["answers"] |= dict.fromkeys(rest, 1 + number % 3)
    candidates = [changed(document, 4, answers={item: level}) for level in range(1, 5)]
    assert_answers_would_tell(candidates, 2, lambda source: run_of(starter, source))
    assert_release_tells_no_more(candidates, 2, lambda source: run_of(starter, source))
