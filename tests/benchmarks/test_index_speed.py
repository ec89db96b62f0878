"""Speed of encoding, building and searching, each search beside a plain numpy product; run with --benchmark-only.

The vectors at scale are mixtures of real ones (see `recommender.testing.synthetic_vectors`).
"""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from recommender.catalog.load import starter_catalog
from recommender.embedding import CachedEmbedder, SentenceEmbedder
from recommender.index import CatalogIndex
from recommender.retrieval import Candidates, FaissIndex, LexicalIndex, top_candidates
from recommender.testing import HashingEmbedder, synthetic_supports, synthetic_vectors

N_QUERIES = 10
N_FOUND = 100
SIZES = [3_000, 10_000, 100_000]


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder()


@pytest.fixture(scope="module")
def real_vectors(embedder: SentenceEmbedder) -> NDArray[np.float32]:
    return embedder.encode([support.summary for support in starter_catalog().supports[:200]])


@pytest.mark.parametrize("n_words", [20, 48, 100])
def test_encode_one_text(benchmark: BenchmarkFixture, embedder: SentenceEmbedder, n_words: int) -> None:
    words = " ".join(support.summary for support in starter_catalog().supports[:20]).split()
    benchmark.group = "encode one text"
    assert benchmark(embedder.encode, [" ".join(words[:n_words])]).shape == (1, 384)


def test_fingerprint_of_the_model(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "start"
    assert benchmark(lambda: SentenceEmbedder().fingerprint)


def test_build_the_starter_index_from_cached_vectors(benchmark: BenchmarkFixture) -> None:
    supports = starter_catalog().supports
    cached = CachedEmbedder(HashingEmbedder(384), None)
    CatalogIndex.build(supports, cached)
    benchmark.group = "start"
    assert len(benchmark(CatalogIndex.build, supports, cached).supports) == len(supports)


@pytest.mark.parametrize("n_rows", SIZES)
def test_dense_search(benchmark: BenchmarkFixture, real_vectors: NDArray[np.float32], n_rows: int) -> None:
    index = FaissIndex(synthetic_vectors(real_vectors, n_rows, seed=1))
    benchmark.group = f"dense search, {N_QUERIES} queries, {n_rows} vectors"

    def search() -> Sequence[Candidates]:
        return [top_candidates(scores, N_FOUND) for scores in index.similarities(real_vectors[:N_QUERIES])]

    assert len(benchmark(search)) == N_QUERIES


@pytest.mark.parametrize("n_rows", SIZES)
def test_dense_search_baseline_numpy(
    benchmark: BenchmarkFixture, real_vectors: NDArray[np.float32], n_rows: int
) -> None:
    vectors = synthetic_vectors(real_vectors, n_rows, seed=1)

    def search() -> Sequence[Candidates]:
        return [top_candidates(scores, N_FOUND) for scores in real_vectors[:N_QUERIES] @ vectors.T]

    benchmark.group = f"dense search, {N_QUERIES} queries, {n_rows} vectors"
    assert len(benchmark(search)) == N_QUERIES


@pytest.mark.parametrize("n_rows", SIZES)
def test_lexical_search(benchmark: BenchmarkFixture, n_rows: int) -> None:
    supports = synthetic_supports(starter_catalog().supports, n_rows, seed=1, n_statements=0)
    index = LexicalIndex([support.summary for support in supports])
    queries = [" ".join(support.summary.split()[:40]) for support in supports[:N_QUERIES]]
    benchmark.group = f"BM25, {N_QUERIES} queries of 40 words, texts"
    assert benchmark(index.scores, queries).shape == (N_QUERIES, n_rows)


def test_signals_of_the_starter_catalog(benchmark: BenchmarkFixture) -> None:
    cached = CachedEmbedder(HashingEmbedder(384), None)
    index = CatalogIndex.build(starter_catalog().supports, cached)
    texts = [" ".join(support.summary.split()[:40]) for support in index.supports[:N_QUERIES]]
    vectors = cached.encode(texts, query=True)
    benchmark.group = f"all signals of the starter catalog, {N_QUERIES} queries of 40 words"
    assert benchmark(index.signals, vectors, texts).dense().shape == (N_QUERIES, len(index.supports))
