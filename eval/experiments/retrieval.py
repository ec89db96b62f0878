"""The retrieval part alone on a public collection: by words, by meaning, and merged, with one dense share for all."""

import json
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.inputs.baselines import Query, tfidf
from eval.inputs.collection import Collection
from eval.measuring.harness import Table, evaluate, summarize
from eval.measuring.stats import compare, holm
from eval.metrics import NDCG, Metric, Recall, ReciprocalRank, Topic
from eval.results.markdown import interval, number, p_value, signed, table
from eval.results.records import (
    ComparisonRecord,
    Environment,
    IntervalRecord,
    comparison_record,
    environment,
    interval_record,
)
from models.base import SupportId, Value
from recommender.embedding import CachedEmbedder
from recommender.ports import OnProgress
from recommender.reading.trec import ScoredDocument, TrecRun
from recommender.retrieval import FaissIndex, LexicalIndex, fuse_convex, fuse_reciprocal_ranks, top_candidates
from recommender.retrieval.fusion import DENSE_SHARE

__all__ = ["CollectionResult", "CollectionSystem", "collection_markdown", "evaluate_collection"]

DEPTH = 1000
"""Length of each list, as is usual; reciprocal ranks are merged from lists of this length."""

METRICS: dict[str, Metric] = {
    "ndcg@10": NDCG(k=10),
    "recall@100": Recall(k=100, rel=1),
    "mrr@10": ReciprocalRank(k=10, rel=1),
}
FUSION, SIDES = "fusion", ("bm25", "dense")


class CollectionSystem(Value):
    """One way to rank a collection."""

    description: str
    metrics: dict[str, float | None]
    """Mean over queries, by short name; None when no query could be scored."""
    intervals: dict[str, IntervalRecord]
    ms_per_query: float
    """Wall time of scoring and ordering one query, mean; without encoding the query."""
    n_ties: int


class CollectionResult(Value):
    """All systems on one collection."""

    name: str
    version: str
    """SHA-256 of documents, queries and judgments."""
    n_documents: int
    n_queries: int
    n_unjudged: int
    """Queries that nobody judged; left out."""
    n_dangling: int
    """Judgments of a query or a document that is not there."""
    n_own: int
    """Queries that are documents themselves; that document was left out of their rankings."""
    metric_names: dict[str, str]
    """Short name -> name with every parameter."""
    dense_share: float
    model: str
    seed: int
    environment: Environment
    systems: dict[str, CollectionSystem]
    fusion_against: dict[str, ComparisonRecord]
    """The fusion against each of its two sides, paired by query, on nDCG@10."""

    def to_json(self) -> str:
        """The result file's text: each system's values stand directly under its name."""
        document: dict[str, Any] = self.model_dump(mode="json")
        document["systems"] = {name: one.pop("metrics") | one for name, one in document["systems"].items()}
        return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def evaluate_collection(
    collection: Collection,
    embedder: CachedEmbedder,
    *,
    dense_share: float = DENSE_SHARE,
    seed: int,
    progress: OnProgress | None = None,
) -> CollectionResult:
    """BM25, TF-IDF, dense, reciprocal ranks and convex fusion on one collection.

    BM25, dense and the two mergers are the very functions that our ranking uses; scores are stretched over all
    documents before they are merged.

    Args:
        collection: Documents, judged queries, judgments.
        embedder: Encodes documents and queries; vectors of both are kept in its cache.
        dense_share: Of the convex fusion; the default is the one that our ranking uses, fitted to no collection.
        seed: For intervals and tests.
        progress: Called as texts are encoded and queries ranked.
    """
    documents = [text for _, text in collection.documents]
    words = LexicalIndex(documents)
    meanings = FaissIndex(embedder.encode(documents, progress=progress))
    vectors = embedder.encode([text for _, text in collection.queries], query=True, progress=progress)
    row_of = {query.query_id: row for row, query in enumerate(collection.queries)}
    weighted = tfidf(collection.documents)

    row_of_document = {doc_id: row for row, (doc_id, _) in enumerate(collection.documents)}

    def quiet(query: Query, scores: NDArray[Any]) -> NDArray[np.float64]:
        """The scores, where a query's own document scores no more than any: it must not stretch those of others."""
        scores = np.array(scores, np.float64)
        if query.query_id in collection.own:
            scores[row_of_document[query.query_id]] = scores.min()
        return scores

    def lexical(query: Query) -> NDArray[np.float64]:
        return quiet(query, words.scores([query.text])[0])

    def dense(query: Query) -> NDArray[np.float64]:
        return quiet(query, meanings.similarities(vectors[row_of[query.query_id]][np.newaxis])[0])

    def fused(query: Query) -> NDArray[np.float64]:
        return fuse_convex(dense(query), lexical(query), dense_share=dense_share)

    def ranked(score: _Score) -> _Rank:
        return lambda query: _listed(collection, query, score(query))

    def reciprocal(query: Query) -> tuple[ScoredDocument, ...]:
        sides = [
            [SupportId(doc_id) for doc_id, _ in _listed(collection, query, score(query))] for score in (lexical, dense)
        ]
        return tuple(ScoredDocument(*found) for found in fuse_reciprocal_ranks(sides)[:DEPTH])

    rankers: dict[str, tuple[str, _Rank]] = {
        "bm25": (f"Lucene form, stemmed, k1 {words.K1:g}, b {words.B:g}", ranked(lexical)),
        "tfidf": ("cosine, sublinear term frequency", ranked(weighted)),
        "dense": (f"{embedder.name}, exact cosine", ranked(dense)),
        "rrf": ("bm25 and dense by reciprocal rank, offset 60", reciprocal),
        FUSION: (f"bm25 and dense, each stretched to 0 to 1, dense share {dense_share:g}", ranked(fused)),
    }
    runs: dict[str, TrecRun] = {}
    milliseconds: dict[str, float] = {}
    for done, (name, (_, rank)) in enumerate(rankers.items()):
        if progress:
            progress(done, len(rankers), "systems ranked")
        start = time.perf_counter()
        runs[name] = {query.query_id: rank(query) for query in collection.queries}
        milliseconds[name] = (time.perf_counter() - start) * 1000 / len(collection.queries)
    if progress:
        progress(len(rankers), len(rankers), "systems ranked")
    topics = {query.query_id: Topic(grades=collection.qrels[query.query_id]) for query in collection.queries}
    table = evaluate(runs, topics, tuple(METRICS.values()))
    return CollectionResult(
        name=collection.name,
        version=collection.version,
        n_documents=len(documents),
        n_queries=len(collection.queries),
        n_unjudged=collection.n_unjudged,
        n_dangling=collection.n_dangling,
        n_own=sum(query.query_id in collection.own for query in collection.queries),
        metric_names={short: str(metric) for short, metric in METRICS.items()},
        dense_share=dense_share,
        model=f"{embedder.name} {embedder.fingerprint}",
        seed=seed,
        environment=environment(),
        systems={
            name: _system(table, name, description, milliseconds[name], seed=seed)
            for name, (description, _) in rankers.items()
        },
        fusion_against=_against_sides(table, seed=seed),
    )


def collection_markdown(result: CollectionResult) -> str:
    """The result as Markdown."""
    names = list(result.metric_names)
    rows = [
        [
            name,
            *(number(system.metrics[short]) for short in names),
            interval(system.intervals[names[0]]),
            f"{system.ms_per_query:.2f}",
            system.description,
        ]
        for name, system in result.systems.items()
    ]
    against = [
        [
            side,
            signed(one.difference),
            interval(one.interval),
            p_value(one.p_holm),
            f"{one.wins}/{one.ties}/{one.losses}",
        ]
        for side, one in result.fusion_against.items()
    ]
    left_out = f"; left out for lack of judgments: {result.n_unjudged}" if result.n_unjudged else ""
    notes = []
    if result.n_own:
        notes.append(
            f"{result.n_own} queries are documents themselves (same id, same text); each ranking leaves its own out."
        )
    if result.n_dangling:
        notes.append(
            f"{result.n_dangling} judgments name a query or a document that is not there. Such documents count in the "
            "ideal, and nothing can find them."
        )
    parts = [
        f"## {result.name}: {result.n_queries} queries, {result.n_documents} documents{left_out}",
        *notes,
        table(["system", *names, f"95% interval of {names[0]}", "ms a query", "how"], rows),
        f"The fusion against each side on {names[0]}, paired by query:",
        table(["side", "difference", "95% interval", "p (Holm)", "win/tie/loss"], against),
        f"Model {result.model}. Milliseconds are without encoding the query. Seed {result.seed}.",
    ]
    return "\n\n".join(parts) + "\n"


_Score = Callable[[Query], NDArray[np.float64]]
_Rank = Callable[[Query], tuple[ScoredDocument, ...]]


def _listed(collection: Collection, query: Query, scores: NDArray[np.float64]) -> tuple[ScoredDocument, ...]:
    # Documents are in the order of their ids, so that equal scores order by id as everywhere.
    best = top_candidates(scores, DEPTH + 1)
    listed = [
        ScoredDocument(collection.documents[row].doc_id, score)
        for row, score in zip(best.rows.tolist(), best.scores.tolist(), strict=True)
    ]
    own = query.query_id if query.query_id in collection.own else None
    return tuple(one for one in listed if one.doc_id != own)[:DEPTH]


def _system(table: Table, name: str, description: str, ms_per_query: float, *, seed: int) -> CollectionSystem:
    summaries = {short: summarize(table, name, metric, seed=seed) for short, metric in METRICS.items()}
    return CollectionSystem(
        description=description,
        metrics={short: None if math.isnan(one.value) else one.value for short, one in summaries.items()},
        intervals={short: interval_record(one.interval) for short, one in summaries.items()},
        ms_per_query=ms_per_query,
        n_ties=table.n_ties[name],
    )


def _against_sides(table: Table, *, seed: int) -> dict[str, ComparisonRecord]:
    short = "ndcg@10"
    fusion = table.of(FUSION, METRICS[short])
    found = {side: compare(fusion, table.of(side, METRICS[short]), seed=seed) for side in SIDES}
    adjusted = holm([comparison.test.p for comparison in found.values()])
    return {
        side: comparison_record(short, comparison, p)
        for (side, comparison), p in zip(found.items(), adjusted, strict=True)
    }
