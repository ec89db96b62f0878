"""Texts to vectors: the packaged sentence-transformers model, checked by hash, and the cache before it.

Importing this package costs no torch; the model is loaded when the first text must really be encoded.
"""

from recommender.embedding.cache import CachedEmbedder
from recommender.embedding.model import EmbeddingConfig, SentenceEmbedder

__all__ = ["CachedEmbedder", "EmbeddingConfig", "SentenceEmbedder"]
