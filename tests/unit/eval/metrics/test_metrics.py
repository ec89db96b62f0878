"""Ranking metrics by hand: small lists whose values can be checked by eye, the edges, and the names."""

import math
from typing import Any

import pytest

from eval.measuring.exposure import catalog_coverage, exposure_gini
from eval.metrics import (
    ERR,
    METRICS,
    NDCG,
    RBP,
    AlphaNDCG,
    AveragePrecision,
    BPref,
    GateViolations,
    Hit,
    IntraListDiversity,
    Judged,
    NeedCoverage,
    Precision,
    RBPResidual,
    Recall,
    ReciprocalRank,
    Topic,
    parse_metric,
    rank_biased_overlap,
)

TOPIC = Topic(grades={"a": 3, "b": 2, "c": 0, "d": 1, "e": 2})
RANKING = ["c", "a", "x", "b"]
"""Grades 0, 3, unjudged, 2; the relevant e is never ranked."""


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        # DCG 3 / log2(3) + 2 / log2(5); ideal 3 + 2 / log2(3) + 2 / 2 + 1 / log2(5), from all judged.
        (NDCG(), (3 / math.log2(3) + 2 / math.log2(5)) / (3 + 2 / math.log2(3) + 1 + 1 / math.log2(5))),
        (
            NDCG(gain="exponential"),
            (7 / math.log2(3) + 3 / math.log2(5)) / (7 + 3 / math.log2(3) + 3 / 2 + 1 / math.log2(5)),
        ),
        (NDCG(k=1), 0.0),
        (NDCG(k=2), (3 / math.log2(3)) / (3 + 2 / math.log2(3))),
        (AveragePrecision(), (1 / 2 + 2 / 4 + 0) / 3),
        (ReciprocalRank(), 1 / 2),
        (ReciprocalRank(k=1), 0.0),
        (Precision(k=5), 2 / 5),
        (Precision(k=2), 1 / 2),
        (Recall(k=4), 2 / 3),
        (Hit(k=1), 0.0),
        (Hit(k=2), 1.0),
        (RBP(p=0.5), 0.5 * (0.5 + 0.125)),
        # The unjudged third place, and all beyond the fourth.
        (RBPResidual(p=0.5), 0.5 * 0.25 + 0.5**4),
        (ERR(), 7 / 8 / 2 + (1 / 8) * (3 / 8) / 4),
        # R = 3 relevant, N = 2 not, so min(R, N) = 2; a and b each have one irrelevant above.
        (BPref(), (1 / 2 + 1 / 2) / 3),
        (Judged(k=10), 3 / 4),
        (Judged(k=3), 2 / 3),
    ],
    ids=str,
)
def test_value_by_hand(metric: Any, expected: Any) -> None:
    assert metric(RANKING, TOPIC) == pytest.approx(expected, abs=1e-12)


NEEDS = Topic(
    grades={"a": 3, "b": 2, "c": 1, "d": 2},
    needs=("data", "aim"),
    aspects={
        "a": frozenset({"data"}),
        "b": frozenset({"data", "team"}),
        "c": frozenset({"aim"}),
        "d": frozenset({"aim"}),
        "x": frozenset({"aim"}),
    },
    forbidden=frozenset({"x"}),
)


def test_a_need_is_covered_only_by_a_good_document_that_names_it() -> None:
    assert NeedCoverage(k=10)(["a", "c", "x"], NEEDS) == 1 / 2
    assert NeedCoverage(k=10)(["a", "d"], NEEDS) == 1.0
    assert NeedCoverage(k=1)(["a", "d"], NEEDS) == 1 / 2


def test_alpha_ndcg_pays_half_for_the_second_document_on_a_need() -> None:
    # Ideal: a (data, 1), d (aim, 1), b (data again, 1/2). The list a, b, d swaps the last two.
    ideal = 1 + 1 / math.log2(3) + 0.5 / 2
    assert AlphaNDCG()(["a", "b", "d"], NEEDS) == pytest.approx((1 + 0.5 / math.log2(3) + 1 / 2) / ideal)
    assert AlphaNDCG()(["a", "d", "b"], NEEDS) == pytest.approx(1.0)


def test_intra_list_diversity_is_the_mean_distance_of_pairs() -> None:
    # a-b share data of {data, team}: 1/2; a-d and b-d share nothing: 1.
    assert IntraListDiversity()(["a", "b", "d"], NEEDS) == pytest.approx((0.5 + 1 + 1) / 3)
    assert IntraListDiversity()(["c", "d"], NEEDS) == 0.0


def test_gate_violations_count_forbidden_documents_within_k() -> None:
    assert GateViolations(k=10)(["a", "x"], NEEDS) == 1
    assert GateViolations(k=1)(["a", "x"], NEEDS) == 0


def test_catalog_coverage_counts_each_document_once_and_only_within_k() -> None:
    assert catalog_coverage([["a", "b"], ["a", "c"]], {"a", "b", "c", "d"}, k=2) == 3 / 4
    assert catalog_coverage([["a", "b"], ["a", "c"]], {"a", "b", "c", "d"}, k=1) == 1 / 4
    assert math.isnan(catalog_coverage([["a"]], set()))


def test_exposure_gini_is_zero_when_even_and_one_minus_one_over_n_when_one_takes_all() -> None:
    assert exposure_gini([["a"], ["b"]], ["a", "b"]) == pytest.approx(0)
    assert exposure_gini([["a"], ["a"]], ["a", "b", "c", "d"]) == pytest.approx(3 / 4)
    # Exposure 1 and 1/log2(3) = 0.6309: (1 - 0.6309) / (2 * 1.6309).
    assert exposure_gini([["a", "b"]], ["a", "b"]) == pytest.approx(
        (1 - 1 / math.log2(3)) / (2 * (1 + 1 / math.log2(3)))
    )
    assert math.isnan(exposure_gini([], ["a"]))


def test_rank_biased_overlap_of_equal_disjoint_and_partly_equal_rankings() -> None:
    assert rank_biased_overlap("abc", "abc") == pytest.approx(1)
    assert rank_biased_overlap("abc", "xyz") == pytest.approx(0)
    # Depth 1: 0, depth 2: 1 (ab, ba), the last agreement 1 goes on: p.
    assert rank_biased_overlap("ab", "ba", p=0.9) == pytest.approx(0.9)
    assert rank_biased_overlap("", "") == 1
    assert rank_biased_overlap("", "a") == 0


def test_rank_biased_overlap_of_unequal_lengths_is_symmetric_and_extrapolates() -> None:
    # Equation 32 by hand for "a" against "ab", p = 0.5: overlap 1 at depth 1 and 1 at depth 2, s = 1, n = 2.
    # (1-p)/p [1*p + (1/2)*p^2 + 1*(2-1)/(1*2)*p^2] + [(1-1)/2 + 1/1] p^2 = 1 * (0.5 + 0.125 + 0.125) + 0.25 = 1.
    assert rank_biased_overlap("a", "ab", p=0.5) == pytest.approx(1)
    assert rank_biased_overlap("abcd", "ba", p=0.7) == rank_biased_overlap("ba", "abcd", p=0.7)


@pytest.mark.parametrize("metric", [NDCG(), AveragePrecision(), Recall(), BPref(), AlphaNDCG()], ids=str)
def test_a_topic_with_nothing_relevant_cannot_be_scored(metric: Any) -> None:
    assert math.isnan(metric(["a"], Topic(grades={"a": 0})))
    assert math.isnan(metric([], Topic(grades={})))


@pytest.mark.parametrize("metric", [Judged(), IntraListDiversity()], ids=str)
def test_an_empty_list_has_no_share_and_no_diversity(metric: Any) -> None:
    assert math.isnan(metric([], TOPIC))


def test_an_empty_list_scores_zero_on_quality() -> None:
    values = [metric([], TOPIC) for metric in (NDCG(), AveragePrecision(), Precision(), Recall(), Hit(), RBP(), ERR())]
    assert values == [0] * 7
    assert RBPResidual()([], TOPIC) == 1


def test_bpref_without_judged_irrelevant_documents_is_the_share_found() -> None:
    assert BPref()(["a"], Topic(grades={"a": 2, "b": 2})) == 1 / 2


def test_a_grade_above_the_scale_is_refused_by_err() -> None:
    with pytest.raises(ValueError, match="grade 4, above max_grade"):
        ERR()(["a"], Topic(grades={"a": 4}))


def test_a_cutoff_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="cutoff k is 0"):
        NDCG(k=0)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_metric_prints_as_a_name_that_reads_back(name: Any) -> None:
    metric = METRICS[name]()
    assert str(metric).startswith(name)
    assert parse_metric(str(metric)) == metric


def test_names_carry_cutoff_and_parameters() -> None:
    assert str(NDCG()) == "ndcg@10(gain=linear)"
    assert str(Precision(k=5)) == "p@5(rel=2)"
    assert str(RBP()) == "rbp(p=0.8,rel=2)"
    assert parse_metric("ndcg@5(gain=exponential)") == NDCG(k=5, gain="exponential")
    assert parse_metric("judged@3") == Judged(k=3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nDCG@10", "is not a metric"),
        ("ndcg@ten", "is not a metric"),
        ("judged@3(rel=2)", "no parameter rel; judged has k"),
        ("ndcg@10(gain=square)", "gain is 'square', expected linear or exponential"),
        ("p@5(rel=high)", "rel is 'high', expected a number"),
    ],
)
def test_a_wrong_metric_name_says_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_metric(text)
