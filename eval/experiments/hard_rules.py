"""The rules that no ranking may break, checked on every team: gates, sums, order and repetition."""

from collections.abc import Callable, Sequence
from datetime import date

from eval.inputs.gates import forbidden_supports
from eval.measuring.explanation import explanation_sum_error, rising_scores
from eval.measuring.replay import replay_mismatches
from eval.results.findings import HardRules
from models.assessment import Assessment
from recommender.catalog.load import Catalog
from recommender.pipeline import ListTerms, Recommender

__all__ = ["check_hard_rules"]

DEPTH = 100
"""Places of each list that are checked."""


def check_hard_rules(
    assessments: Sequence[Assessment],
    build: Callable[[Catalog], Recommender],
    *,
    catalog: Catalog,
    as_of: date,
    progress: Callable[[int, int, str], None] | None = None,
) -> HardRules:
    """What the rankings of these teams break.

    Each team's recommendation is made a second time by a recommender that is built anew from the catalog in another
    order and that meets the teams in another order: whatever leaks from team to team or depends on an order shows.

    Args:
        assessments: The teams.
        build: Makes our ranking of a catalog.
        catalog: What is ranked.
        as_of: For teams that name no date.
        progress: Called as teams are done.
    """
    recommender = build(catalog)
    first: dict[str, bytes] = {}
    violations, rising, error, n_lists = 0, 0, 0.0, 0
    for done, assessment in enumerate(assessments, start=1):
        day = assessment.as_of or as_of
        forbidden = forbidden_supports(assessment, catalog.supports)
        for ranked in recommender.rank(assessment, as_of=day, k=DEPTH):
            n_lists += 1
            violations += sum(match.support_id in forbidden for match in ranked.matches)
            error = max(error, explanation_sum_error(ranked.matches))
            rising += rising_scores(ranked.matches)
        first[assessment.assessment_id] = _run(recommender, assessment, day)
        if progress:
            progress(done, len(assessments), "hard rules checked")
    again = build(Catalog.of(reversed(catalog.supports)))
    second = {item.assessment_id: _run(again, item, item.as_of or as_of) for item in reversed(assessments)}
    return HardRules(
        n_lists=n_lists,
        gate_violations=violations,
        explanation_sum_error=error,
        rising_scores=rising,
        replay_mismatches=len(replay_mismatches(first, second)),
    )


def _run(recommender: Recommender, assessment: Assessment, day: date) -> bytes:
    return recommender.recommend(assessment, ListTerms(day)).model_dump_json().encode()
