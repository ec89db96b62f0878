"""Every embedder, real and fake, keeps the same promises."""

from pathlib import Path

import pytest

from recommender.embedding import CachedEmbedder, SentenceEmbedder
from recommender.ports import Embedder
from recommender.testing import EmbedderConformance, HashingEmbedder


class TestHashingEmbedder(EmbedderConformance):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder()


@pytest.fixture(scope="module")
def sentence_embedder() -> SentenceEmbedder:
    return SentenceEmbedder()


class TestSentenceEmbedder(EmbedderConformance):
    @pytest.fixture
    def embedder(self, sentence_embedder: SentenceEmbedder) -> Embedder:
        return sentence_embedder


class TestCachedEmbedderOnDisk(EmbedderConformance):
    @pytest.fixture
    def embedder(self, tmp_path: Path) -> Embedder:
        return CachedEmbedder(HashingEmbedder(), tmp_path / "vectors.sqlite")


class TestCachedEmbedderInMemory(EmbedderConformance):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return CachedEmbedder(HashingEmbedder(), None)
