"""Hard rules: ours break none, and a recommender that breaks one is caught."""

from datetime import date
from typing import Any

from eval.experiments.hard_rules import check_hard_rules
from eval.results.findings import HardRules
from models.assessment import Assessment
from recommender.catalog.load import Catalog
from recommender.testing import make_provider, make_resource
from tests.fixtures.engines import make_recommender
from tests.fixtures.teams import make_team

DAY = date(2026, 11, 21)
CATALOG = Catalog.of([make_resource("res-a"), make_resource("res-b", cost="paid"), make_provider("prov-a")])
TEAMS = [make_team(2, context={"budget": "none"}), make_team(3, assessment_id="a-002")]


def check(recommender_of: Any) -> Any:
    return check_hard_rules(TEAMS, recommender_of, catalog=CATALOG, as_of=DAY)


class Changed:
    """A recommender whose lists are changed before anyone sees them."""

    def __init__(self, catalog: Catalog, change: Any) -> None:
        self.inner = make_recommender(catalog.supports)
        self.change = change

    def rank(self, assessment: Assessment, **options: Any) -> Any:
        lists = self.inner.rank(assessment, **options)
        return [one.model_copy(update={"matches": tuple(self.change(list(one.matches)))}) for one in lists]

    def recommend(self, assessment: Assessment, terms: Any) -> Any:
        return self.inner.recommend(assessment, terms)


def test_our_ranking_breaks_no_rule() -> None:
    found = check(lambda catalog: make_recommender(catalog.supports))
    assert found.n_lists == 4
    assert found.broken == ()


def test_a_listed_support_behind_a_closed_gate_is_counted() -> None:
    def change(matches: Any) -> Any:
        return [match.model_copy(update={"support_id": "res-b"}) for match in matches]

    assert check(lambda catalog: Changed(catalog, change)).gate_violations == 2, "two lists of the team without money"


def test_a_score_that_its_parts_miss_is_measured() -> None:
    def change(matches: Any) -> Any:
        return [match.model_copy(update={"score": match.score + 0.25}) for match in matches]

    assert round(check(lambda catalog: Changed(catalog, change)).explanation_sum_error, 9) == 0.25


def test_scores_that_do_not_fall_are_counted() -> None:
    assert check(lambda catalog: Changed(catalog, lambda matches: matches * 2)).rising_scores >= 4


def test_what_depends_on_how_often_it_was_asked_is_caught() -> None:
    made = []

    def unstable(catalog: Catalog) -> Any:
        made.append(catalog)
        kept = catalog.supports if len(made) == 1 else catalog.supports[:1]
        return make_recommender(kept)

    assert check(unstable).replay_mismatches == 2


def test_every_broken_rule_has_its_line() -> None:
    broken = HardRules(n_lists=2, gate_violations=1, explanation_sum_error=1e-6, rising_scores=2, replay_mismatches=1)
    assert len(broken.broken) == 4
    assert broken.model_copy(update={"explanation_sum_error": 1e-10}).broken[1] == broken.broken[2]
