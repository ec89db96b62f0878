"""Off-the-shelf rankers on a handful of documents whose order is plain to see."""

from typing import Any

import numpy as np
import pytest

from eval.inputs.baselines import (
    Query,
    TextToRank,
    best_dense_share,
    bm25,
    catalog_order,
    convex_fusion,
    dense,
    rank,
    reciprocal_rank_fusion,
    seeded_random,
    tfidf,
)
from eval.metrics import NDCG, Topic
from recommender.embedding import CachedEmbedder
from recommender.testing import HashingEmbedder

DOCUMENTS = [
    TextToRank("d-attendance", "Attendance teams use early warning data to support absent students."),
    TextToRank("d-math", "Coaching for middle school math teachers on proportional reasoning."),
    TextToRank("d-pdsa", "How to plan and study a small test of change, a PDSA cycle."),
]
QUERY = Query("q", "students who are absent: attendance data")


def ranked(scorer: Any, query: Any = QUERY, **options: Any) -> Any:
    return [scored.doc_id for scored in rank(scorer, DOCUMENTS, [query], **options)[query.query_id]]


def fixed(*scores: Any) -> Any:
    return lambda query: np.array(scores, dtype=np.float64)


@pytest.mark.parametrize(
    "make", [bm25, tfidf, lambda documents: dense(documents, CachedEmbedder(HashingEmbedder(256), None))]
)
def test_a_text_ranker_puts_the_document_with_the_query_words_first(make: Any) -> None:
    assert ranked(make(DOCUMENTS))[0] == "d-attendance"


def test_bm25_matches_stems() -> None:
    assert ranked(bm25(DOCUMENTS), Query("q", "coaches teaching"))[0] == "d-math"


@pytest.mark.parametrize("make", [bm25, tfidf])
@pytest.mark.parametrize("text", ["", "the of and", "zebra"])
def test_a_query_without_a_known_word_scores_all_the_same(make: Any, text: str) -> None:
    assert np.ptp(make(DOCUMENTS)(Query("q", text))) == 0


def test_random_depends_on_seed_query_and_document_never_on_order() -> None:
    scores = dict(zip([doc_id for doc_id, _ in DOCUMENTS], seeded_random(DOCUMENTS, seed=1)(QUERY), strict=True))
    again = seeded_random(DOCUMENTS[::-1], seed=1)(QUERY)[::-1]
    assert list(scores.values()) == again.tolist()
    assert again.tolist() != seeded_random(DOCUMENTS[::-1], seed=2)(QUERY)[::-1].tolist()
    assert again.tolist() != seeded_random(DOCUMENTS[::-1], seed=1)(Query("other", ""))[::-1].tolist()


def test_catalog_order_is_the_order_given() -> None:
    assert ranked(catalog_order(DOCUMENTS)) == [doc_id for doc_id, _ in DOCUMENTS]


def test_convex_fusion_stretches_each_side_before_weighing() -> None:
    fused = convex_fusion(fixed(0, 5, 10), fixed(0.9, 0.7, 0.8), dense_share=0.25)(QUERY)
    assert fused == pytest.approx([0.25, 0.375, 0.75 + 0.25 * 0.5])


def test_convex_fusion_of_a_side_that_says_nothing_is_the_other_side() -> None:
    assert convex_fusion(fixed(1, 1, 1), fixed(0, 1, 2), dense_share=0.5)(QUERY) == pytest.approx([0, 0.25, 0.5])


def test_reciprocal_rank_fusion_by_hand() -> None:
    fused = reciprocal_rank_fusion([fixed(3, 2, 1), fixed(1, 3, 2)], DOCUMENTS)(QUERY)
    assert fused == pytest.approx([1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62])


def test_equal_scores_rank_by_id_and_hidden_documents_are_left_out() -> None:
    assert ranked(fixed(1, 1, 1)) == ["d-attendance", "d-math", "d-pdsa"]
    assert ranked(fixed(1, 1, 1), without={"q": frozenset({"d-attendance"})}, k=1) == ["d-math"]


def test_the_best_dense_share_is_the_smallest_of_equally_good_ones() -> None:
    topics = {"q": Topic(grades={"d-math": 3})}
    # Lexical puts math last, dense first: with half and half they tie and the id decides against it.
    lexical, semantic = fixed(1, 0, 0), fixed(0, 1, 0)
    share = best_dense_share(lexical, semantic, DOCUMENTS, [QUERY], topics=topics, metric=NDCG(k=1))
    assert share == 0.6
