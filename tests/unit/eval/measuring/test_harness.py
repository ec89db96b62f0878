"""Runs against topics: what is counted, what is left out, what is compared."""

import math
from typing import Any

import numpy as np
import pytest

from eval.measuring.harness import compare_with, condense, evaluate, summarize
from eval.metrics import NDCG, GateViolations, Judged, Precision, Topic
from recommender.reading.trec import rank_scores

TOPICS = {
    "q1": Topic(grades={"a": 3, "b": 0}, forbidden=frozenset({"x"})),
    "q2": Topic(grades={"a": 0, "b": 2}),
    "q3": Topic(grades={"a": 0}),
}
GOOD = {
    "q1": rank_scores([("a", 2.0), ("x", 1.0)]),
    "q2": rank_scores([("b", 2.0), ("a", 2.0)]),
    "unjudged": rank_scores([("a", 1.0)]),
}
BAD = {query_id: rank_scores([("x", 1.0)]) for query_id in TOPICS}
METRICS = (NDCG(), Precision(k=1), Judged(), GateViolations())


@pytest.fixture(scope="module")
def table() -> Any:
    return evaluate({"good": GOOD, "bad": BAD}, TOPICS, METRICS)


def test_values_stand_by_query_in_the_order_of_the_topics(table: Any) -> None:
    assert table.query_ids == ("q1", "q2", "q3")
    assert table.of("good", Precision(k=1)).tolist() == [1.0, 0.0, 0.0]


def test_missing_unknown_and_tied_are_counted(table: Any) -> None:
    assert (table.n_missing, table.n_unknown) == ({"good": 1, "bad": 0}, {"good": 1, "bad": 0})
    assert table.n_ties == {"good": 1, "bad": 0}


def test_a_missing_query_scores_what_the_metric_declares(table: Any) -> None:
    assert table.of("good", NDCG())[2] == 0.0
    assert math.isnan(table.of("good", Judged())[2])


def test_a_query_that_cannot_be_scored_is_left_out_of_the_mean(table: Any) -> None:
    summary = summarize(table, "bad", NDCG(), seed=1)
    assert (summary.value, summary.n) == (0.0, 2)


def test_counts_are_summed_not_averaged(table: Any) -> None:
    assert summarize(table, "good", GateViolations(), seed=1).value == 1
    assert summarize(table, "good", GateViolations(), seed=1).interval.low is None


def test_the_condensed_run_has_judged_documents_only_and_no_unjudged_query() -> None:
    condensed = condense(GOOD, TOPICS)
    assert {query_id: [item.doc_id for item in listed] for query_id, listed in condensed.items()} == {
        "q1": ["a"],
        "q2": ["a", "b"],
    }


def test_every_other_system_is_compared_and_the_family_is_adjusted(table: Any) -> None:
    compared = compare_with(table, "bad", Precision(k=1), systems=table.systems, seed=1)
    assert list(compared) == ["good"]
    comparison, p_holm = compared["good"]
    assert comparison.difference == pytest.approx(1 / 3)
    assert comparison.record == (1, 2, 0)
    assert p_holm == comparison.test.p == 1.0


def test_no_topics_give_empty_values() -> None:
    table = evaluate({"good": GOOD}, {}, METRICS)
    assert table.values.shape == (1, 4, 0)
    assert math.isnan(summarize(table, "good", NDCG(), seed=1).value)
    assert np.isnan(table.values).sum() == 0
