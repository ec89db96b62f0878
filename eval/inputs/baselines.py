"""Off-the-shelf rankers, always shown beside ours. Each scores every document for one query; none knows a rule."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.metrics import Metric, Topic
from recommender.embedding import CachedEmbedder
from recommender.ports import OnProgress
from recommender.reading.trec import ScoredDocument, TrecRun
from recommender.retrieval.lexical import LexicalIndex

__all__ = [
    "DENSE_SHARES",
    "Query",
    "Scorer",
    "TextToRank",
    "best_dense_share",
    "bm25",
    "catalog_order",
    "convex_fusion",
    "dense",
    "rank",
    "reciprocal_rank_fusion",
    "seeded_random",
    "tfidf",
]

DENSE_SHARES = tuple(step / 10 for step in range(11))
"""The shares that the best convex fusion is chosen from."""


class TextToRank(NamedTuple):
    """Something to rank."""

    doc_id: str
    text: str


class Query(NamedTuple):
    """Something to rank for."""

    query_id: str
    text: str


Scorer = Callable[[Query], NDArray[np.float64]]
"""Scores of all documents for a query, in the order the scorer was given them; higher is better."""


def seeded_random(documents: Sequence[TextToRank], *, seed: int) -> Scorer:
    """Random scores that depend on the seed, the query and the document alone, never on any order."""

    def score(query: Query) -> NDArray[np.float64]:
        return np.array([_uniform(f"{seed}\n{query.query_id}\n{doc_id}") for doc_id, _ in documents])

    return score


def catalog_order(documents: Sequence[TextToRank]) -> Scorer:
    """The documents as they come, the same for every query."""
    scores = -np.arange(len(documents), dtype=np.float64)
    return lambda query: scores


def bm25(documents: Sequence[TextToRank]) -> Scorer:
    """BM25 in Lucene's form with the usual k1 and b, over stems without English stop words (see `LexicalIndex`)."""
    index = LexicalIndex([text for _, text in documents])
    return lambda query: index.scores([query.text])[0].astype(np.float64)


def tfidf(documents: Sequence[TextToRank]) -> Scorer:
    """Cosine of TF-IDF vectors with sublinear term frequency, without English stop words, by scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    matrix = vectorizer.fit_transform([text for _, text in documents])

    def score(query: Query) -> NDArray[np.float64]:
        return np.asarray((matrix @ vectorizer.transform([query.text]).T).todense(), np.float64).ravel()

    return score


def dense(documents: Sequence[TextToRank], embedder: CachedEmbedder, *, progress: OnProgress | None = None) -> Scorer:
    """Cosine of the embedding of the whole query with that of the whole document. Queries are never kept on disk."""
    vectors = embedder.encode([text for _, text in documents], progress=progress).astype(np.float64)

    @cache
    def embedded(text: str) -> NDArray[np.float64]:
        return np.asarray(embedder.encode_live([text])[0], np.float64)

    return lambda query: np.asarray(vectors @ embedded(query.text))


def convex_fusion(lexical: Scorer, dense: Scorer, *, dense_share: float) -> Scorer:
    """Weighted mean of two scores, each stretched to 0 to 1 within the query.

    Source: Bruch, Gai and Ingber, TOIS 2023, doi:10.1145/3596512.
    """

    def score(query: Query) -> NDArray[np.float64]:
        return (1 - dense_share) * _stretched(lexical(query)) + dense_share * _stretched(dense(query))

    return score


def reciprocal_rank_fusion(
    scorers: Sequence[Scorer], documents: Sequence[TextToRank], *, rank_offset: int = 60
) -> Scorer:
    """Sum of 1 / (rank_offset + rank) over the scorers' rankings, ranks from 1, ties by document id.

    Source: Cormack, Clarke and Büttcher, SIGIR 2009, doi:10.1145/1571941.1572114.
    """
    doc_ids = [doc_id for doc_id, _ in documents]

    def score(query: Query) -> NDArray[np.float64]:
        total = np.zeros(len(doc_ids))
        for scorer in scorers:
            total[_order(doc_ids, scorer(query))] += 1 / (rank_offset + np.arange(1, len(doc_ids) + 1))
        return total

    return score


def rank(
    scorer: Scorer,
    documents: Sequence[TextToRank],
    queries: Iterable[Query],
    *,
    k: int | None = None,
    without: Mapping[str, frozenset[str]] | None = None,
) -> TrecRun:
    """The ranking of every query: score descending, then document id.

    Args:
        scorer: Scores these documents.
        documents: In the order that the scorer was given them.
        queries: Ids unique.
        k: Longest list; None ranks all.
        without: Documents to leave out, by query id.
    """
    doc_ids = [doc_id for doc_id, _ in documents]
    run: TrecRun = {}
    for query in queries:
        scores = scorer(query)
        hidden = (without or {}).get(query.query_id, frozenset())
        listed = [
            ScoredDocument(doc_ids[i], float(scores[i])) for i in _order(doc_ids, scores) if doc_ids[i] not in hidden
        ]
        run[query.query_id] = tuple(listed[:k])
    return run


def best_dense_share(
    lexical: Scorer,
    dense: Scorer,
    documents: Sequence[TextToRank],
    queries: Sequence[Query],
    *,
    topics: Mapping[str, Topic],
    metric: Metric,
) -> float:
    """The share of `DENSE_SHARES` with the highest mean on these very topics, the smallest of equal ones.

    Chosen on the topics that it is then shown on, so the fusion baseline is flattered: beating it is the harder test.
    """

    def quality(share: float) -> float:
        run = rank(convex_fusion(lexical, dense, dense_share=share), documents, queries)
        values = [metric([doc_id for doc_id, _ in run[query.query_id]], topics[query.query_id]) for query in queries]
        return math.fsum(value for value in values if not math.isnan(value))

    return max(DENSE_SHARES, key=lambda share: (quality(share), -share))


def _order(doc_ids: Sequence[str], scores: NDArray[np.float64]) -> list[int]:
    return sorted(range(len(doc_ids)), key=lambda i: (-scores[i], doc_ids[i]))


def _stretched(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = (float(scores.min()), float(scores.max())) if len(scores) else (0.0, 0.0)
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def _uniform(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64
