"""Attack: numbers with all their digits, and public weights, solved back to what each of three people answered."""

import random
from itertools import combinations_with_replacement

from recommender.pipeline import ListTerms, Recommender, Source
from tests.fixtures.solvers import TODAY, assert_answers_would_tell, assert_release_tells_no_more
from tests.fixtures.twins import ITEMS, Document, draw_document

DOMAIN = "culture-and-adult-learning"


def candidates() -> list[Document]:
    """Every way in which three people can share out the sums of their levels in a domain, names aside."""
    document = draw_document(random.Random(2), 3)
    for response in document["responses"]:
        response["answers"] = {item: 3 for items in ITEMS.values() for item in items}
    found = []
    for sums in combinations_with_replacement(range(8, 18, 3), 3):
        for response, total in zip(document["responses"], sums, strict=True):
            base, extra = divmod(total, 5)
            levels = [base + (number < extra) for number in range(5)]
            response["answers"] |= dict(zip(ITEMS[DOMAIN], levels, strict=True))
        found.append(
            {**document, "responses": [dict(one, answers=dict(one["answers"])) for one in document["responses"]]}
        )
    return found


def test_no_digit_of_a_score_tells_how_three_people_answered(starter: Recommender) -> None:
    def observe(source: Source) -> object:
        run = starter.recommend(source, ListTerms(TODAY, k=50))
        score = next(one for one in run.profile.domains if one.domain == DOMAIN)
        parts = [(match.support_id, match.score, match.components) for ranked in run.lists for match in ranked.matches]
        return score.mean, score.se, score.p_levels, [need for need in run.needs if need.domain == DOMAIN], parts

    teams = candidates()
    truth = 9
    assert_answers_would_tell(teams, truth, observe)
    assert_release_tells_no_more(teams, truth, observe)
