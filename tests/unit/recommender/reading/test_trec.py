"""TREC runs and qrels: what is read, what is refused and where, and the round trip."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import InvalidQrels, InvalidRun
from recommender.reading.trec import ScoredDocument, count_ties, rank_scores, read_qrels, read_run, write_run


def test_the_score_sorts_and_the_rank_column_does_not() -> None:
    run = read_run(["q1 Q0 a 1 0.2 t", "q1 Q0 b 2 0.9 t"])
    assert run == {"q1": (ScoredDocument("b", 0.9), ScoredDocument("a", 0.2))}


def test_equal_scores_order_by_document_id_ascending_and_are_counted() -> None:
    run = read_run(["q1 Q0 b 1 0.5 t", "q1 Q0 a 2 0.5 t", "q1 Q0 c 3 0.1 t"])
    assert [scored.doc_id for scored in run["q1"]] == ["a", "b", "c"]
    assert count_ties(run["q1"]) == 1


def test_blank_lines_are_skipped_and_nothing_gives_an_empty_run() -> None:
    assert read_run(["", "  \n"]) == {}
    assert read_qrels([]) == {}


def test_every_fault_of_a_run_is_reported_with_file_and_line() -> None:
    lines = [
        "q1 Q0 a 1 0.9 t",
        "q1 Q0 b 2 nan t",
        "q1 Q0 c 3 0.1",
        "q1 Q0 a 4 0.3 t",
        "q2 Q0 a one 0.3 t",
        "q2 Q0 b 2 high t extra",
        "q2 Q0 c 3 inf t",
        "q2 Q0 d 4 0,5 t",
    ]
    with pytest.raises(InvalidRun) as caught:
        read_run(lines, file="bad.trec")
    faults = caught.value.faults
    assert [(fault.file, fault.line) for fault in faults] == [("bad.trec", line) for line in (2, 3, 4, 5, 6, 7, 8)]
    assert [fault.detail for fault in faults] == [
        "The score 'nan' is not a finite number.",
        "Expected 6 columns (query Q0 document rank score tag); found 5.",
        "a was already given for query q1 on line 1.",
        "The rank 'one' is not a whole number.",
        "Expected 6 columns (query Q0 document rank score tag); found 7.",
        "The score 'inf' is not a finite number.",
        "The score '0,5' is not a finite number.",
    ]


def test_every_fault_of_qrels_is_reported_with_file_and_line() -> None:
    with pytest.raises(InvalidQrels) as caught:
        read_qrels(["q1 0 a 3", "q1 0 a 3", "q1 0 b high", "q1 0 c", "q1 0 d 2.5"], file="qrels.txt")
    assert [(fault.line, fault.detail) for fault in caught.value.faults] == [
        (2, "a was already given for query q1 on line 1."),
        (3, "The grade 'high' is not a whole number."),
        (4, "Expected 4 columns (query iteration document grade); found 3."),
        (5, "The grade '2.5' is not a whole number."),
    ]


def test_a_negative_grade_is_unjudged_and_keeps_its_query() -> None:
    assert read_qrels(["q1 0 a -1", "q2 0 b 0"]) == {"q1": {}, "q2": {"b": 0}}


def test_written_lines_have_six_columns_ranks_from_one_and_17_digits() -> None:
    lines = list(write_run({"q1": [("a", 0.1 + 0.2), ("b", 0.25)]}, tag="trellis-resource"))
    assert lines == [
        "q1 Q0 a 1 0.30000000000000004 trellis-resource\n",
        "q1 Q0 b 2 0.25 trellis-resource\n",
    ]


@pytest.mark.parametrize(
    ("ranking", "detail"),
    [
        ([("a", 0.5), ("b", 0.5)], "score 0.5 at rank 2 is not below the one above it, 0.5"),
        ([("a", 0.4), ("b", 0.5)], "score 0.5 at rank 2 is not below the one above it, 0.4"),
        ([("a", 0.5), ("a", 0.4)], "a is listed again at rank 2"),
        ([("a", math.nan)], "score nan at rank 1 is not a finite number"),
        ([("a b", 0.5)], "document id 'a b' at rank 1 is empty or holds white space"),
    ],
)
def test_a_run_that_readers_would_see_differently_is_not_written(ranking: Any, detail: str) -> None:
    with pytest.raises(InvalidRun) as caught:
        list(write_run({"q1": ranking}, tag="t"))
    assert [fault.detail for fault in caught.value.faults] == [f"query q1: {detail}"]


words = st.text(alphabet=st.characters(categories=("L", "N", "P")), min_size=1)


@given(st.dictionaries(words, st.dictionaries(words, st.floats(allow_nan=False, allow_infinity=False)), max_size=4))
def test_writing_then_reading_gives_back_the_same_run(scores: Any) -> None:
    run = {}
    for query_id, by_doc in scores.items():
        distinct = {score: doc_id for doc_id, score in by_doc.items()}
        run[query_id] = rank_scores((doc_id, score) for score, doc_id in distinct.items())
    assert read_run(write_run(run, tag="t")) == {query_id: ranking for query_id, ranking in run.items() if ranking}
