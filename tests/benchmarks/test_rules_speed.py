"""How long the shipped rules take, on the starter catalog and on copies of it; a slow machine needs more."""

from datetime import date

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from recommender.catalog.load import starter_catalog
from recommender.instruments import default_instrument
from recommender.rules.columns import SupportColumns
from recommender.rules.evaluate import evaluate
from recommender.rules.facts import TeamFacts, team_words
from recommender.rules.load import starter_ruleset

FACTS = TeamFacts(
    {field: (words or ("en",))[:2] for field, words in team_words(default_instrument()).items()} | {"form": ("team",)}
)


@pytest.mark.parametrize("n_supports", [551, 10_000, 100_000])
def test_speed_of_evaluating_the_shipped_rules(benchmark: BenchmarkFixture, n_supports: int) -> None:
    supports = starter_catalog().supports
    columns = SupportColumns.of((supports * (n_supports // len(supports) + 1))[:n_supports])
    results = benchmark(evaluate, starter_ruleset(), columns, FACTS, as_of=date(2026, 11, 21))
    assert results.eligible.shape == (n_supports,)


def test_speed_of_one_trace(benchmark: BenchmarkFixture) -> None:
    columns = SupportColumns.of(starter_catalog().supports)
    results = evaluate(starter_ruleset(), columns, FACTS, as_of=date(2026, 11, 21))
    assert benchmark(results.trace, 0)
