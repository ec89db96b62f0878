"""Exact inner products: equal to the plain formula, the same bytes whatever stands beside them."""

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.retrieval import DenseIndex, top_candidates
from recommender.testing import synthetic_vectors

Vectors = NDArray[np.float32]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    rng = np.random.default_rng(7)
    base = rng.standard_normal((40, 384)).astype(np.float32)
    return synthetic_vectors(base / np.linalg.norm(base, axis=1, keepdims=True), 1_003, seed=7)


def test_similarities_are_inner_products() -> None:
    index = DenseIndex(np.array([[1, 0], [0.6, 0.8], [0, -1]], dtype=np.float32))
    assert index.similarities(np.array([[0.6, 0.8]], dtype=np.float32))[0] == pytest.approx([0.6, 1.0, -0.8])


def test_similarities_agree_with_a_matrix_product_in_double_precision(vectors: Vectors) -> None:
    queries = vectors[:50]
    expected = queries.astype(np.float64) @ vectors.T.astype(np.float64)
    assert np.abs(DenseIndex(vectors).similarities(queries) - expected).max() < 1e-6


def test_a_similarity_depends_on_its_two_vectors_alone(vectors: Vectors) -> None:
    together = DenseIndex(vectors).similarities(vectors[:30])
    singly = np.stack([DenseIndex(vectors).similarities(query[np.newaxis])[0] for query in vectors[:30]])
    assert singly.tobytes() == together.tobytes()
    order = np.random.default_rng(1).permutation(len(vectors))[:517]
    assert DenseIndex(vectors[order]).similarities(vectors[:30]).tobytes() == together[:, order].tobytes()


def test_search_finds_what_a_flat_faiss_index_finds(vectors: Vectors) -> None:
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    _, rows = flat.search(vectors[:10], 25)
    assert [found.rows.tolist() for found in DenseIndex(vectors).search(vectors[:10], 25)] == rows.tolist()


def test_equal_similarities_order_by_row_at_the_cut_too() -> None:
    index = DenseIndex(np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (9, 1)))
    (found,) = index.search(np.array([[1, 0]], dtype=np.float32), 4)
    assert found.rows.tolist() == [0, 1, 2, 3]


def test_empty_index_and_no_queries(vectors: Vectors) -> None:
    empty = DenseIndex(np.empty((0, 384), dtype=np.float32))
    assert empty.similarities(vectors[:2]).shape == (2, 0)
    assert [len(found.rows) for found in empty.search(vectors[:2], 5)] == [0, 0]
    assert DenseIndex(vectors).similarities(vectors[:0]).shape == (0, len(vectors))


@pytest.mark.parametrize("shape", [(1, 383), (384,)])
def test_queries_of_another_shape_are_refused(vectors: Vectors, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not fit vectors of length 384"):
        DenseIndex(vectors).similarities(np.zeros(shape, dtype=np.float32))


@pytest.mark.parametrize(
    ("n", "eligible", "rows"),
    [
        (0, None, []),
        (2, None, [1, 3]),
        (3, None, [1, 3, 0]),
        (99, None, [1, 3, 0, 2]),
        (2, [True, False, True, True], [3, 0]),
        (2, [False] * 4, []),
    ],
)
def test_top_candidates(n: int, eligible: list[bool] | None, rows: list[int]) -> None:
    scores = np.array([1.0, 2.0, 1.0, 2.0])
    found = top_candidates(scores, n, eligible=None if eligible is None else np.array(eligible))
    assert found.rows.tolist() == rows
    assert found.scores.tolist() == scores[rows].tolist()
