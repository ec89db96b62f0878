"""Vectors of own words that are kept for a while."""

from datetime import date

import numpy as np

from api.engine.recent_words import RecentWords
from models.assessment import Assessment
from models.vocab import SupportKind
from recommender.pipeline import ListTerms, Recommender


def test_the_same_results_are_encoded_once_and_again_after_ten_minutes(
    starter: Recommender, judged: tuple[Assessment, ...]
) -> None:
    now = [0.0]
    words = RecentWords(lambda: now[0])
    first = words.of("results-1", starter, judged[0])
    assert np.array_equal(first, starter.word_vectors(judged[0]))
    assert words.of("results-1", starter, judged[0]) is first
    now[0] = 599.0
    assert words.of("results-1", starter, judged[0]) is first
    now[0] = 601.0
    assert words.of("results-1", starter, judged[0]) is not first


def test_only_the_latest_are_kept(starter: Recommender, judged: tuple[Assessment, ...]) -> None:
    words = RecentWords(lambda: 0.0)
    first = words.of("results-0", starter, judged[0])
    for number in range(1, 40):
        words.of(f"results-{number}", starter, judged[0])
    assert words.of("results-0", starter, judged[0]) is not first


def test_given_vectors_change_nothing(starter: Recommender, judged: tuple[Assessment, ...]) -> None:
    team, day = judged[0], date(2026, 10, 15)
    vectors = starter.word_vectors(team)
    assert starter.recommend(team, ListTerms(day, word_vectors=vectors)) == starter.recommend(team, ListTerms(day))
    support = starter.catalog.by_kind[SupportKind.RESOURCE][0].id
    told = starter.why_not(team, support, ListTerms(day, word_vectors=vectors))
    assert told == starter.why_not(team, support, ListTerms(day))
