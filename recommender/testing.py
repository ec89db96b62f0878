"""Working stand-ins, builders and conformance tests: public, so that others can test their own parts with them."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.support import Provider, Resource
from recommender.ports import Embedder

__all__ = ["EmbedderConformance", "HashingEmbedder", "make_provider", "make_resource"]


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
            total = np.sum([self._direction(feature) for feature in features or [""]], axis=0)
            vectors[row] = total / np.linalg.norm(total)
        return vectors

    def _direction(self, feature: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256(feature.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self._dimension)


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
