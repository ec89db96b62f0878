"""Oracle T13 of the diagnostic's design: need priority."""

from typing import Any

import pytest

from models.vocab import NeedWord
from recommender.diagnosis.needs import need_word
from recommender.diagnosis.priority import (
    _normals,
    draw_seed,
    need_priority,
    p_top_three,
)

T13 = {
    "data": (1.8, 0.25, 0.75),
    "team": (2.3, 0.20, 1.0),
    "equity": (2.0, 0.30, 1.0),
    "lead": (3.1, 0.15, 0.5),
    "instr": (2.2, 0.25, 0.75),
}
NEEDS = {name: need_priority(*numbers) for name, numbers in T13.items()}


def near(value: Any) -> Any:
    return pytest.approx(value, abs=1e-4)


def test_t13_priorities_and_their_errors() -> None:
    assert [need.priority for need in NEEDS.values()] == near([0.5500, 0.5667, 0.6667, 0.1500, 0.4500])
    assert [need.se for need in NEEDS.values()] == near([0.0625, 0.0667, 0.1000, 0.0250, 0.0625])
    assert sorted(NEEDS, key=lambda name: -NEEDS[name].priority) == ["equity", "team", "data", "instr", "lead"]


@pytest.mark.parametrize("draws", [10_000, 200_000])
def test_t13_chance_of_the_first_three(draws: int) -> None:
    chances = p_top_three(list(NEEDS.values()), draws=draws, seed=draw_seed(1, "t-001"))
    assert chances == pytest.approx([0.895, 0.922, 0.977, 0.000, 0.206], abs=0.01)


def test_draws_depend_on_the_ids_and_the_seed_only() -> None:
    needs = list(NEEDS.values())
    seed = draw_seed(7, "t-001", "a-001")
    chances = list(p_top_three(needs, draws=500, seed=seed))
    assert list(p_top_three(needs[::-1], draws=500, seed=seed)) != chances
    assert list(p_top_three(needs, draws=500, seed=seed)) == chances, "kept draws are not used up"
    _normals.cache_clear()
    assert list(p_top_three(needs, draws=500, seed=seed)) == chances
    assert len({seed, draw_seed(8, "t-001", "a-001"), draw_seed(7, "t-002", "a-001"), draw_seed(7, "t-001", "a")}) == 4


def test_up_to_three_needs_are_surely_among_the_first_three() -> None:
    assert list(p_top_three(list(NEEDS.values())[:3], draws=10, seed=1)) == [1, 1, 1]
    assert list(p_top_three([], draws=10, seed=1)) == []


def test_certain_equals_all_count_at_the_third_place() -> None:
    level = need_priority(2.5, 0.0, 0.5)
    assert list(p_top_three([level] * 5, draws=10, seed=1)) == [1] * 5


@pytest.mark.parametrize(
    ("p", "word"),
    [
        (0.70, NeedWord.START_HERE),
        (0.69, NeedWord.CLOSE_CALL),
        (0.30, NeedWord.CLOSE_CALL),
        (0.29, NeedWord.LATER),
    ],
)
def test_words_start_at_their_cuts(p: float, word: Any) -> None:
    assert need_word(p) is word
