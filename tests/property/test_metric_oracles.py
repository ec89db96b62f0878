"""Metrics agree with independent implementations on random rankings; and behave as every such metric must."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import (
    ERR,
    NDCG,
    RBP,
    AlphaNDCG,
    AveragePrecision,
    BPref,
    Hit,
    Judged,
    Precision,
    RBPResidual,
    Recall,
    ReciprocalRank,
    Topic,
    rank_biased_overlap,
)

documents = [f"d{number:02}" for number in range(24)]
grade_maps = st.dictionaries(st.sampled_from(documents), st.integers(0, 3), min_size=1).filter(
    lambda grades: any(grade >= 2 for grade in grades.values())
)
rankings = st.lists(st.sampled_from(documents), unique=True, min_size=1)


@pytest.fixture(scope="module")
def ir_measures() -> Any:
    return pytest.importorskip("ir_measures", reason="NOT CHECKED against trec_eval: install the 'oracles' extra")


@given(grades=grade_maps, ranking=rankings)
def test_metrics_equal_trec_eval_through_ir_measures(ir_measures: Any, grades: Any, ranking: Any) -> None:
    im = ir_measures
    pairs = [
        (NDCG(k=10), im.nDCG @ 10),
        (NDCG(k=5), im.nDCG @ 5),
        (NDCG(k=None), im.nDCG),
        (AveragePrecision(), im.AP(rel=2)),
        (AveragePrecision(k=5), im.AP(rel=2) @ 5),
        (ReciprocalRank(), im.RR(rel=2)),
        (Precision(k=5), im.P(rel=2) @ 5),
        (Recall(k=10), im.R(rel=2) @ 10),
        (Hit(k=5), im.Success(rel=2) @ 5),
        (BPref(), im.Bpref(rel=2)),
        (Judged(k=10), im.Judged @ 10),
    ]
    run = {"q": {doc_id: float(-place) for place, doc_id in enumerate(ranking)}}
    theirs = im.calc_aggregate([measure for _, measure in pairs], {"q": grades}, run)
    ours = {str(metric): metric(ranking, Topic(grades=grades)) for metric, _ in pairs}
    assert ours == pytest.approx({str(metric): theirs[measure] for metric, measure in pairs}, abs=1e-6)


@given(grades=grade_maps, ranking=rankings)
def test_exponential_ndcg_equals_a_second_formula(grades: Any, ranking: Any) -> None:
    def total(order: Any) -> Any:
        return sum((2 ** grades.get(doc, 0) - 1) / math.log2(place + 2) for place, doc in enumerate(order[:10]))

    best = sorted(grades, key=grades.__getitem__, reverse=True)
    assert NDCG(gain="exponential")(ranking, Topic(grades=grades)) == pytest.approx(total(ranking) / total(best))


@given(grades=grade_maps, ranking=rankings)
def test_rbp_and_err_equal_the_readers_they_model_step_by_step(grades: Any, ranking: Any) -> None:
    def persistent(rest: Any) -> Any:
        return 0.2 * (grades.get(rest[0], 0) >= 2) + 0.8 * persistent(rest[1:]) if rest else 0.0

    def cascade(rest: Any, rank: int) -> Any:
        stop = (2 ** grades.get(rest[0], 0) - 1) / 8 if rest else 0.0
        return stop / rank + (1 - stop) * cascade(rest[1:], rank + 1) if rest else 0.0

    topic = Topic(grades=grades)
    assert RBP(p=0.8)(ranking, topic) == pytest.approx(persistent(ranking))
    assert ERR()(ranking, topic) == pytest.approx(cascade(ranking[:10], 1))


@given(grades=grade_maps, ranking=rankings)
def test_rbp_and_its_residual_bound_what_full_judging_could_show(grades: Any, ranking: Any) -> None:
    topic = Topic(grades=grades)
    generous = Topic(grades={doc_id: grades.get(doc_id, 3) for doc_id in ranking})
    beyond = 0.8 ** len(ranking)
    assert RBP()(ranking, generous) + beyond == pytest.approx(RBP()(ranking, topic) + RBPResidual()(ranking, topic))


@given(grades=grade_maps)
def test_the_ideal_order_scores_one_and_nothing_scores_more(grades: Any) -> None:
    ideal = sorted(grades, key=lambda doc_id: (-grades[doc_id], doc_id))
    for metric in (NDCG(), NDCG(gain="exponential"), AveragePrecision(), ReciprocalRank(), BPref()):
        assert metric(ideal, Topic(grades=grades)) == pytest.approx(1)


@given(grades=grade_maps, ranking=rankings, data=st.data())
def test_swapping_a_better_document_up_never_lowers_ndcg(grades: Any, ranking: Any, data: Any) -> None:
    lower = data.draw(st.integers(0, len(ranking) - 1))
    upper = data.draw(st.integers(0, lower))
    topic = Topic(grades=grades)
    swapped = list(ranking)
    swapped[upper], swapped[lower] = swapped[lower], swapped[upper]
    improves = grades.get(ranking[lower], 0) >= grades.get(ranking[upper], 0)
    before, after = NDCG()(ranking, topic), NDCG()(swapped, topic)
    assert (after >= before - 1e-12) if improves else (after <= before + 1e-12)


@given(one=rankings, other=rankings)
def test_rank_biased_overlap_is_symmetric_and_bounded(one: Any, other: Any) -> None:
    value = rank_biased_overlap(one, other)
    assert value == rank_biased_overlap(other, one)
    assert -1e-12 <= value <= 1 + 1e-12
    assert rank_biased_overlap(one, one) == pytest.approx(1)


needs = st.sets(st.sampled_from("xyz"))


@given(aspects=st.dictionaries(st.sampled_from(documents), needs, min_size=1), ranking=rankings)
def test_alpha_ndcg_equals_ndeval(aspects: Any, ranking: Any) -> None:
    pyndeval = pytest.importorskip("pyndeval", reason="NOT CHECKED against ndeval: install the 'oracles' extra")
    judged = [
        pyndeval.SubtopicQrel("q", need, doc_id, 1) for doc_id, named in aspects.items() for need in sorted(named)
    ]
    run = [pyndeval.ScoredDoc("q", doc_id, float(-place)) for place, doc_id in enumerate(ranking)]
    topic = Topic(
        grades=dict.fromkeys(aspects, 2),
        needs=tuple("xyz"),
        aspects={doc_id: frozenset(named) for doc_id, named in aspects.items()},
    )
    ours = AlphaNDCG(k=10)(ranking, topic)
    if not judged:
        assert math.isnan(ours)
        return
    theirs = pyndeval.ndeval(judged, run, ["alpha-nDCG@10"])["q"]["alpha-nDCG@10"]
    assert ours == pytest.approx(min(theirs, 1.0), abs=1e-6)
