"""BM25: the stated formula, and no surprise on empty or foreign input."""

import os
import subprocess
import sys
from math import log

import numpy as np
import pytest

from recommender.retrieval import LexicalIndex
from tests.fixtures.places import ROOT

TEXTS = ["Coaching cycles for coaches", "Attendance data", "Data routines and data walls"]


def test_scores_follow_the_stated_formula() -> None:
    # "Coaching" and "coaches" share the stem coach; "for" and "and" are stop words. Lengths 3, 2, 4; their mean is 3.
    idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5))  # "data" is in two of three texts
    attendance = idf * 1 / (1 + 1.5 * (1 - 0.75 + 0.75 * 2 / 3))
    routines = idf * 2 / (2 + 1.5 * (1 - 0.75 + 0.75 * 4 / 3))
    assert LexicalIndex(TEXTS).scores(["the data"])[0] == pytest.approx([0, attendance, routines], rel=1e-6)


def test_stems_match_and_case_does_not_matter() -> None:
    assert np.flatnonzero(LexicalIndex(TEXTS).scores(["COACHED"])[0]).tolist() == [0]


def test_a_repeated_query_word_counts_each_time() -> None:
    once, twice = LexicalIndex(TEXTS).scores(["data", "data data"])
    assert twice == pytest.approx(2 * once)


@pytest.mark.parametrize("query", ["", " ", "the and of", "zebra", "…!?", "家庭"])
def test_a_query_without_known_words_scores_zero_everywhere(query: str) -> None:
    scores = LexicalIndex(TEXTS).scores([query])
    assert scores.shape == (1, 3)
    assert not scores.any()


@pytest.mark.parametrize("texts", [[], [""], ["the of and", "!!!"]])
def test_an_index_without_words_scores_zero(texts: list[str]) -> None:
    scores = LexicalIndex(texts).scores(["data", ""])
    assert scores.shape == (2, len(texts))
    assert not scores.any()


def test_one_text_is_enough() -> None:
    assert LexicalIndex(["attendance data", ""]).scores(["data"])[0, 0] > 0
    assert LexicalIndex(["attendance data"]).scores(["data"])[0, 0] > 0


def test_no_queries_give_no_rows() -> None:
    assert LexicalIndex(TEXTS).scores([]).shape == (0, 3)


def test_words_of_other_languages_match_themselves() -> None:
    scores = LexicalIndex(["Guía para familias", "Guide for families"]).scores(["¿Cómo ayudar a las familias?"])
    assert scores[0, 0] > scores[0, 1]


@pytest.mark.parametrize("text", ["Colorín jóvenes", "colorin jovenes", "COLORI\u0301N JO\u0301VENES"])
@pytest.mark.parametrize("query", ["Jóvenes", "jovenes", "jo\u0301venes", "Colorín", "colorin"])
def test_accents_make_no_difference_however_they_are_written(text: str, query: str) -> None:
    index = LexicalIndex([text, "Guide for families"])
    assert np.flatnonzero(index.scores([query])[0]).tolist() == [0]
    assert index.coverage(query)[0] == LexicalIndex(["colorin jovenes", "Guide for families"]).coverage(query)[0]


def test_bytes_do_not_depend_on_the_hash_seed_of_the_process() -> None:
    program = (
        "from recommender.retrieval import LexicalIndex;"
        "texts = [f'word{n % 7} word{n % 11} word{n % 13} data' for n in range(50)];"
        "print(LexicalIndex(texts).scores(['word1 data word2 word3 word10 word12']).tobytes().hex())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
