"""Attack: an officer asks why-not of support after support and solves the numbers back to one person's answers."""

import random
from collections.abc import Sequence

import pytest

from recommender.pipeline import ListTerms, Recommender, Source
from tests.fixtures.solvers import (
    TODAY,
    assert_answers_would_tell,
    assert_release_tells_no_more,
    changed,
    posterior,
)
from tests.fixtures.twins import ITEMS, Document, draw_document

DOMAIN = "data-and-measurement"


def candidates_of(n: int) -> list[Document]:
    """All pairs of levels of one person's answers to two items of a domain; the truth is one of them."""
    document = draw_document(random.Random(n), n)
    for response in document["responses"]:
        response["answers"] = {item: 2 for items in ITEMS.values() for item in items}
        response["match_from_answers"] = False
    first, second = ITEMS[DOMAIN][:2]
    return [changed(document, 0, answers={first: one, second: other}) for one in range(1, 5) for other in range(1, 5)]


def why_nots(recommender: Recommender, source: Source, supports: Sequence[str]) -> str:
    vectors = recommender.word_vectors(source)
    terms = ListTerms(TODAY, word_vectors=vectors)
    return "".join(recommender.why_not(source, support, terms).model_dump_json() for support in supports)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_why_nots_tell_no_answer_of_a_team(starter: Recommender, n: int) -> None:
    # Those whose features depend most on the domain.
    supports = [one.id for one in starter.catalog.supports if DOMAIN in map(str, one.domains)][::30]
    candidates = candidates_of(n)
    truth = 6

    def observe(source: Source) -> str:
        return why_nots(starter, source, supports)

    assert_answers_would_tell(candidates, truth, observe)
    assert_release_tells_no_more(candidates, truth, observe, least=16 if n < 3 else 2)


def test_the_solver_itself_keeps_only_what_fits() -> None:
    assert posterior([{"a": 1}, {"a": 2}, {"a": 2}], 2, lambda one: one["a"]) == [1, 2]
