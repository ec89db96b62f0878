"""Exact search: what faiss itself finds, with ties and faults spelled out."""

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.retrieval import FaissIndex, top_candidates
from recommender.testing import synthetic_vectors

Vectors = NDArray[np.float32]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    rng = np.random.default_rng(7)
    base = rng.standard_normal((40, 384)).astype(np.float32)
    return synthetic_vectors(base / np.linalg.norm(base, axis=1, keepdims=True), 1_003, seed=7)


def test_the_best_rows_are_those_that_a_flat_faiss_index_finds(vectors: Vectors) -> None:
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    _, rows = flat.search(vectors[:10], 25)
    found = [top_candidates(scores, 25) for scores in FaissIndex(vectors).similarities(vectors[:10])]
    assert [best.rows.tolist() for best in found] == rows.tolist()


def test_equal_similarities_order_by_row_at_the_cut_too() -> None:
    index = FaissIndex(np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (9, 1)))
    (scores,) = index.similarities(np.array([[1, 0]], dtype=np.float32))
    assert top_candidates(scores, 4).rows.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("shape", [(1, 383), (384,)])
def test_the_refusal_of_another_shape_says_what_fits(vectors: Vectors, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not fit vectors of length 384"):
        FaissIndex(vectors).similarities(np.zeros(shape, dtype=np.float32))


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
