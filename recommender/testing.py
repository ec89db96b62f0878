"""Working stand-ins, builders and conformance tests: public, so that others can test their own parts with them."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.support import Provider, Resource, Support
from recommender.index import CatalogIndex
from recommender.index.documents import sentences
from recommender.ports import Embedder, MakeDenseIndex

__all__ = [
    "DenseIndexConformance",
    "EmbedderConformance",
    "HashingEmbedder",
    "make_provider",
    "make_resource",
    "synthetic_index",
    "synthetic_supports",
    "synthetic_vectors",
]


class HashingEmbedder:
    """A fast, deterministic stand-in for a language model: texts that share words have similar vectors.

    Each word, each pair of neighboring words and the first five letters of each word add a pseudo-random direction
    drawn from their hash. No meaning is known beyond shared words.
    """

    def __init__(self, dimension: int = 64) -> None:
        """Take vectors of `dimension` numbers, at least 1; below about 32, unrelated texts look alike by chance."""
        self._dimension = dimension
        self.n_encoded = 0
        """Texts encoded so far, for tests that count."""

    @property
    def name(self) -> str:
        """Name for people."""
        return "hashing"

    @property
    def fingerprint(self) -> str:
        """Changes with the dimension."""
        return f"hashing-{self._dimension}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32, shape (len(texts), dimension); `query` changes nothing."""
        self.n_encoded += len(texts)
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            words = re.findall(r"\w+", text.lower())
            features = [*words, *(word[:5] for word in words), *(" ".join(pair) for pair in pairwise(words))]
            total = np.sum([_direction(feature, self._dimension) for feature in features or [""]], axis=0)
            vectors[row] = total / np.linalg.norm(total)
        return vectors


@lru_cache(maxsize=2**17)
def _direction(feature: str, dimension: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(feature.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimension)


class EmbedderConformance:
    """What every `Embedder` must keep; subclass it as `Test…` and give it an `embedder` fixture."""

    TEXTS = (
        "Our ninth-grade team needs protected time to look at attendance data.",
        "",
        "¿Cómo podemos involucrar a las familias? 家庭 🏫",
        "How do we run a first PDSA cycle?",
        "word " * 2_000,
    )

    def test_vectors_are_unit_length_float32_in_the_order_of_the_texts(self, embedder: Embedder) -> None:
        vectors = embedder.encode(self.TEXTS)
        assert vectors.shape == (len(self.TEXTS), embedder.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
        assert np.array_equal(embedder.encode(self.TEXTS[::-1]), vectors[::-1])

    def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        assert embedder.encode([]).shape == (0, embedder.dimension)

    def test_a_vector_depends_on_its_text_alone(self, embedder: Embedder) -> None:
        together = embedder.encode(self.TEXTS)
        for text, vector in zip(self.TEXTS, together, strict=True):
            assert embedder.encode([text])[0].tobytes() == vector.tobytes()

    def test_queries_have_the_dimension_of_documents(self, embedder: Embedder) -> None:
        assert embedder.encode(self.TEXTS[:1], query=True).shape == (1, embedder.dimension)

    def test_shared_words_bring_texts_closer(self, embedder: Embedder) -> None:
        near, far, text = embedder.encode(
            [
                "How do we run our first PDSA cycle this month?",
                "Scholarship money for the band trip",
                "How do we run a first PDSA cycle?",
            ]
        )
        assert text @ near > text @ far

    def test_name_and_fingerprint_are_stable(self, embedder: Embedder) -> None:
        assert embedder.name
        before = embedder.fingerprint
        embedder.encode(["anything"])
        assert embedder.fingerprint == before


class DenseIndexConformance:
    """What every `DenseIndex` must keep; subclass it as `Test…` and give it a `make_index` fixture."""

    @staticmethod
    def vectors(n_rows: int, dimension: int = 384) -> NDArray[np.float32]:
        """Unit vectors, the same ones every time."""
        drawn = np.random.default_rng(7).standard_normal((n_rows, dimension)).astype(np.float32)
        unit: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return unit

    def test_similarities_are_inner_products(self, make_index: MakeDenseIndex) -> None:
        index = make_index(np.array([[1, 0], [0.6, 0.8], [0, -1]], dtype=np.float32))
        found = index.similarities(np.array([[0.6, 0.8], [1, 0]], dtype=np.float32))
        assert found.dtype == np.float32
        assert np.allclose(found, [[0.6, 1.0, -0.8], [1.0, 0.6, 0.0]], atol=1e-6)

    def test_similarities_agree_with_a_matrix_product_in_double_precision(self, make_index: MakeDenseIndex) -> None:
        vectors = self.vectors(301)
        expected = vectors[:20].astype(np.float64) @ vectors.T.astype(np.float64)
        assert np.abs(make_index(vectors).similarities(vectors[:20]) - expected).max() < 1e-6

    def test_a_similarity_depends_on_its_two_vectors_alone(self, make_index: MakeDenseIndex) -> None:
        vectors = self.vectors(203)
        index = make_index(vectors)
        together = index.similarities(vectors[:9])
        singly = np.stack([index.similarities(query[np.newaxis])[0] for query in vectors[:9]])
        assert singly.tobytes() == together.tobytes()
        order = np.random.default_rng(1).permutation(len(vectors))[:107]
        assert make_index(vectors[order]).similarities(vectors[:9]).tobytes() == together[:, order].tobytes()

    def test_vectors_come_back_as_they_were_given(self, make_index: MakeDenseIndex) -> None:
        vectors = self.vectors(23)
        index = make_index(vectors)
        for first, last in ((0, 23), (4, 9), (22, 23), (7, 7)):
            assert index.between(first, last).tobytes() == vectors[first:last].tobytes()
            assert index.between(first, last).shape == (last - first, 384)

    def test_no_rows_and_no_queries(self, make_index: MakeDenseIndex) -> None:
        vectors = self.vectors(3)
        assert make_index(vectors[:0]).similarities(vectors).shape == (3, 0)
        assert make_index(vectors).similarities(vectors[:0]).shape == (0, 3)

    def test_queries_of_another_shape_are_refused(self, make_index: MakeDenseIndex) -> None:
        index = make_index(self.vectors(3))
        for shape in ((1, 383), (384,)):
            try:
                index.similarities(np.zeros(shape, dtype=np.float32))
            except ValueError:
                continue
            raise AssertionError(f"Queries of shape {shape} were let pass.")


def make_resource(id: str = "res-example", **fields: Any) -> Resource:  # noqa: A002 - the field's name
    """A small valid resource; `fields` replace the defaults and are validated."""
    defaults: dict[str, Any] = {
        "title": "Running a first PDSA cycle",
        "publisher": "Example Publisher",
        "resource_type": "guide",
        "summary": "A guide to planning, running and studying a small test of change.",
        "year": 2024,
        "evidence": None,
        "license": None,
    }
    return Resource.model_validate(_COMMON | defaults | {"id": id} | fields)


def make_provider(id: str = "prov-example", **fields: Any) -> Provider:  # noqa: A002 - the field's name
    """A small valid provider; `fields` replace the defaults and are validated."""
    defaults: dict[str, Any] = {
        "name": "Example Improvement Partners",
        "kind": "nonprofit",
        "summary": "Coaches school teams through short cycles of improvement.",
        "services": [{"type": "coaching", "description": "Coaches teams.", "domains": ["improvement-methods"]}],
        "serves": ["US"],
    }
    return Provider.model_validate(_COMMON | defaults | {"id": id} | fields)


_COMMON: dict[str, Any] = {
    "url": "https://example.org/",
    "source_urls": ["https://example.org/"],
    "domains": ["improvement-methods"],
    "levels": [1, 2],
    "focus_areas": ["general"],
    "grade_bands": ["all"],
    "audiences": ["improvement-team"],
    "modality": ["document"],
    "cost": "free",
    "language": ["en"],
    "equity_centered": False,
    "needs_met": [],
    "checked_on": date(2026, 1, 15),
}


def synthetic_supports(base: Sequence[Support], n: int, *, seed: int, n_statements: int = 4) -> list[Support]:
    """`n` supports that read like real ones, for measuring at scale; the same seed makes the same supports.

    Each takes facets and kind from one record of `base`, its summary from the sentences of three others, its title and
    statements from any; ids end in a number, in order.

    Args:
        base: real supports, at least one, whose texts are recombined.
        n: how many.
        seed: of the draws.
        n_statements: statements of each; 0 where no record of `base` has any.
    """
    rng = np.random.default_rng(seed)
    pieces = [sentences(support.summary) for support in base]
    spoken = [text for support in base for text in support.needs_met]
    made: list[Support] = []
    for number in range(n):
        facets, title = (base[row] for row in rng.integers(len(base), size=2))
        summaries = [pieces[row] for row in rng.integers(len(base), size=3)]
        needs_met = [spoken[row] for row in rng.integers(len(spoken), size=n_statements)] if spoken else []
        words = {
            "id": f"{facets.id.split('-')[0]}-synthetic-{number:07d}",
            "summary": " ".join(summary[number % len(summary)] for summary in summaries),
            "needs_met": tuple(needs_met),
            "title" if "title" in type(facets).model_fields else "name": title.display_title,
        }
        made.append(facets.model_copy(update=words))
    return sorted(made, key=lambda support: (support.kind, support.id))


def synthetic_vectors(base: NDArray[np.float32], n: int, *, seed: int, noise: float = 0.4) -> NDArray[np.float32]:
    """`n` unit vectors that lie as text vectors lie: mixtures of three rows of `base` plus noise.

    Purely random vectors are all equally far apart and would flatter or ruin any index.

    Args:
        base: unit vectors of real texts, shape (rows, dimension), at least one row.
        n: how many.
        seed: of the draws.
        noise: expected length of the random part, beside a mixture of length at most 1.

    Returns:
        float32, shape (n, dimension).
    """
    rng = np.random.default_rng(seed)
    dimension = base.shape[1]
    made = np.empty((n, dimension), dtype=np.float32)
    for start in range(0, n, 10_000):  # in parts, so that memory stays near the size of the result
        part = made[start : start + 10_000]
        shares = rng.dirichlet((1.0, 1.0, 1.0), size=len(part)).astype(np.float32)
        part[:] = rng.standard_normal(part.shape, dtype=np.float32) * np.float32(noise / np.sqrt(dimension))
        for column in range(3):
            part += shares[:, column, np.newaxis] * base[rng.integers(len(base), size=len(part))]
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return made


def synthetic_index(base: CatalogIndex, n: int, *, seed: int, n_statements: int = 4) -> CatalogIndex:
    """An index of `n` synthetic supports whose vectors resemble those of `base`, without encoding anything."""
    supports = synthetic_supports(base.supports, n, seed=seed, n_statements=n_statements)
    documents = base.documents.between(0, len(base.supports))
    n_rows = sum(len(support.needs_met) for support in supports)
    source = base.statements.between(0, len(base.statement_texts)) if n_rows else documents
    return CatalogIndex(
        supports,
        document_vectors=synthetic_vectors(documents, n, seed=seed),
        statement_vectors=synthetic_vectors(source, n_rows, seed=seed + 1),
    )
