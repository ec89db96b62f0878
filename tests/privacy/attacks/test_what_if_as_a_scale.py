"""Attack: what-if as a scale: some answers are put in place of the team's, and the balance tells the others."""

import random
from collections.abc import Mapping

from models.release import ReleasedTeam
from recommender.diagnosis.release import left_out, with_answers
from recommender.pipeline import ListTerms, Recommender
from tests.fixtures.solvers import TODAY, changed
from tests.fixtures.teams import INSTRUMENT
from tests.fixtures.twins import ITEMS, Document, draw_document, parsed, released

DOMAIN = "leadership-alignment"
REST = ITEMS[DOMAIN][1:]


def candidates() -> list[Document]:
    document = draw_document(random.Random(9), 1)
    document["responses"][0] |= {
        "answers": {item: 2 for items in ITEMS.values() for item in items},
        "match_from_answers": False,
    }
    return [changed(document, 0, answers={ITEMS[DOMAIN][0]: level}) for level in range(1, 5)]


def weighed_in_full(recommender: Recommender, document: Document) -> list[str]:
    """What-if over answers: the rest of a domain at each level in turn."""
    tried = [changed(document, 0, answers=dict.fromkeys(REST, level)) for level in range(1, 5)]
    return [recommender.recommend(parsed(one), ListTerms(TODAY)).model_dump_json() for one in tried]


def weighed(recommender: Recommender, source: ReleasedTeam) -> list[str]:
    """What-if over the release: whole domains, which is all that it takes."""
    tried: list[Mapping[str, int]] = [dict.fromkeys(ITEMS[DOMAIN], level) for level in range(1, 5)]
    runs = []
    for answers in tried:
        assert not left_out(source.release, answers, INSTRUMENT)
        release = with_answers(source.release, answers, INSTRUMENT)
        changed_team = source.model_copy(update={"release": release})
        runs.append(recommender.recommend(changed_team, ListTerms(TODAY)).model_dump_json())
    return runs


def test_a_balance_of_tried_answers_tells_none_that_was_given(starter: Recommender) -> None:
    teams = candidates()
    in_full = [weighed_in_full(starter, one) for one in teams]
    assert all(in_full.count(one) == 1 for one in in_full), "over answers it would tell"
    on_service = [weighed(starter, released([one])[0]) for one in teams]
    assert all(one == on_service[0] for one in on_service)


def test_part_of_a_domain_is_not_tried_over_what_people_answered_alone() -> None:
    release = released([candidates()[0]])[0].release
    missing = left_out(release, dict.fromkeys(REST, 3), INSTRUMENT)
    assert {str(domain): items for domain, items in missing.items()} == {DOMAIN: [ITEMS[DOMAIN][0]]}
