"""Attack: two windows of the same people are subtracted, by their growth and by their profiles."""

import random
from copy import deepcopy

from recommender.diagnosis.growth import build_growth
from recommender.diagnosis.profiling import rater_scores
from tests.fixtures.solvers import posterior
from tests.fixtures.teams import INSTRUMENT
from tests.fixtures.twins import ITEMS, SCORING, Document, draw_document, parsed, released

DOMAIN = "shared-aim-and-theory"


def waves(level: int) -> list[Document]:
    """Five people twice; one of them gives an item this level the second time, and another one makes up for it."""
    first = draw_document(random.Random(8), 5)
    for response in first["responses"]:
        response["answers"] = {item: 2 for items in ITEMS.values() for item in items}
    second = deepcopy(first) | {"assessment_id": "asm-2", "retake": {"previous_id": "asm-1"}}
    item = ITEMS[DOMAIN][0]
    second["responses"][0]["answers"][item] = level
    second["responses"][1]["answers"][item] = 5 - level
    return [first, second]


def growth(documents: list[Document]) -> str:
    before, after = (one.release for one in released(documents))
    return build_growth(before, after, retake=None, instrument=INSTRUMENT, config=SCORING).model_dump_json()


def answers(documents: list[Document]) -> dict[str, float]:
    return rater_scores(
        parsed(documents[1]),
        next(iter(d for d in INSTRUMENT.domains if d == DOMAIN)),
        instrument=INSTRUMENT,
        config=SCORING,
    )


def test_growth_tells_no_more_than_the_two_releases() -> None:
    candidates = [waves(level) for level in range(1, 5)]
    for truth in range(4):
        in_full = [number for number, one in enumerate(candidates) if answers(one) == answers(candidates[truth])]
        assert in_full == [truth], "scores of people would tell"
        alike = [number for number, one in enumerate(candidates) if released(one) == released(candidates[truth])]
        assert len(alike) >= 2
        seen = growth(candidates[truth])
        assert [number for number, one in enumerate(candidates) if growth(one) == seen] == alike


def test_the_solver_is_not_blind_to_growth() -> None:
    later = waves(2)
    for response in later[1]["responses"]:
        response["answers"] |= dict.fromkeys(ITEMS[DOMAIN], 4)
    assert posterior([later[1]], growth(later), lambda _: growth(waves(2))) == []
