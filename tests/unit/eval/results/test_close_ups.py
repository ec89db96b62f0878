"""Exposure curves, score calibration, and the lists where ours loses."""

import math
from typing import Any

import pytest

from eval.metrics import NDCG, Topic
from eval.results.close_ups import record_calibration, record_exposure, record_regressions
from recommender.reading.trec import rank_scores


def run(**lists: Any) -> Any:
    return {name: rank_scores((doc, -place) for place, doc in enumerate(ids.split())) for name, ids in lists.items()}


def test_even_attention_is_a_diagonal_and_one_document_takes_all_at_the_end() -> None:
    catalog = [f"d{number}" for number in range(10)]
    even = {f"q{number}": rank_scores([(doc, 1.0)]) for number, doc in enumerate(catalog)}
    one = {name: rank_scores([("d0", 1.0)]) for name in even}
    curves = {item.system: item.lorenz for item in record_exposure({"even": even, "one": one}, list(even), catalog)}
    assert curves["even"] == pytest.approx([tenth / 10 for tenth in range(11)])
    assert curves["one"] == pytest.approx([0.0] * 10 + [1.0])


def test_a_system_that_shows_nothing_has_no_curve() -> None:
    assert record_exposure({"silent": {}}, ["q"], ["d"]) == []


def test_calibration_bins_hold_the_same_number_of_judged_pairs_lowest_scores_first() -> None:
    ours = {"q": rank_scores([("a", 0.9), ("b", 0.8), ("c", 0.2), ("d", 0.1), ("unjudged", 0.5)])}
    low, high = record_calibration("ours", ours, {"q": Topic(grades={"a": 3, "b": 2, "c": 1, "d": 0})}, n_bins=2)
    assert (low.low, low.high, low.mean_grade, low.relevant, low.n) == (0.1, 0.2, 0.5, 0.0, 2)
    assert [high.mean_score, high.mean_grade, high.relevant] == pytest.approx([0.85, 2.5, 1.0])


def test_nothing_judged_is_no_calibration() -> None:
    assert record_calibration("ours", run(q="a"), {"q": Topic(grades={})}) == ()


GRADES = {"best": 3, "good": 2, "poor": 0}
RUNS = {"ours": run(q="poor best good", r="best"), "theirs": run(q="best good poor", r="best")}
TOPICS = {"q": Topic(grades=GRADES), "r": Topic(grades={"best": 1})}
METRIC = NDCG()
VALUES = {
    name: [METRIC([doc for doc, _ in lists[query]], TOPICS[query]) for query in TOPICS] for name, lists in RUNS.items()
}


def regressions(**options: Any) -> Any:
    return record_regressions(
        RUNS,
        TOPICS,
        ours="ours",
        theirs="theirs",
        metric=str(METRIC),
        values=VALUES,
        titles={"best": "The best guide"},
        **options,
    )


def test_a_loss_shows_both_lists_with_grades_and_only_losses_are_shown() -> None:
    (loss,) = regressions()
    assert (loss.query_id, loss.theirs, loss.theirs_name) == ("q", 1.0, "theirs")
    assert [(item.rank, item.title, item.grade) for item in loss.ours_list] == [
        (1, "poor", 0),
        (2, "The best guide", 3),
        (3, "good", 2),
    ]


def test_what_cost_the_most_comes_first_and_the_costs_add_up_to_the_loss() -> None:
    (loss,) = regressions()
    assert loss.why[0].startswith("The best guide (grade 3) stands at 2 in ours and at 1 in theirs: 0.260")
    costs = [float(sentence.split(": ")[1].split()[0]) for sentence in loss.why]
    assert sum(costs) == pytest.approx(loss.theirs - loss.ours, abs=0.001)


def test_our_reasons_stand_beside_our_list_only() -> None:
    (loss,) = regressions(why=lambda query, doc: [f"{doc} fits {query}."])
    assert loss.ours_list[0].why == ("poor fits q.",)
    assert loss.theirs_list[0].why == ()


def test_a_support_that_ours_does_not_list_is_nowhere() -> None:
    runs = {"ours": run(q="good"), "theirs": run(q="best good")}
    (loss,) = record_regressions(
        runs,
        {"q": TOPICS["q"]},
        ours="ours",
        theirs="theirs",
        metric="m",
        values={"ours": [0.1], "theirs": [0.9]},
        titles={},
    )
    assert "best (grade 3) stands nowhere in ours and at 1 in theirs" in loss.why[0]


def test_queries_that_cannot_be_scored_are_no_losses() -> None:
    found = record_regressions(
        RUNS,
        TOPICS,
        ours="ours",
        theirs="theirs",
        metric="m",
        values={"ours": [None, 0.1], "theirs": [1.0, None]},
        titles={},
    )
    assert found == ()
    assert not any(map(math.isnan, VALUES["ours"]))
