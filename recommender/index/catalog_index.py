"""The searchable catalog: documents and statements of every support, by words and by meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.base import Fault, SupportId
from models.support import Support
from models.vocab import SupportKind
from recommender.catalog.load import Catalog
from recommender.embedding import CachedEmbedder
from recommender.errors import InvalidCatalog
from recommender.index.documents import document_text, statements
from recommender.index.segments import Segments
from recommender.ports import MakeDenseIndex, OnProgress
from recommender.retrieval import Candidates, FaissIndex, LexicalIndex, fuse_convex, top_candidates
from recommender.retrieval.fusion import DENSE_SHARE

__all__ = ["CatalogIndex", "TextSignals", "kind_indexes"]


@dataclass(frozen=True)
class TextSignals:
    """How the texts of every support meet each of q queries; arrays of shape (q, supports), in the index's order.

    A support without statements has NaN (unknown) in the statement arrays.
    """

    document_similarity: NDArray[np.float32]
    """Cosine similarity with the document text."""
    statement_similarity: NDArray[np.float64]
    """Cosine similarity with the support's most similar statement."""
    statement_row: NDArray[np.intp]
    """Row, in `CatalogIndex.statement_texts`, of that statement; -1 where there is none."""
    document_bm25: NDArray[np.float32]
    """BM25 of the document text, at least 0, comparable within one query."""
    statement_bm25: NDArray[np.float64]
    """BM25 of the support's best statement, at least 0, comparable within one query."""

    def dense(self) -> NDArray[np.float64]:
        """Mean of the similarities of document and best statement; the document's alone where no statement is known."""
        return _mean_of_known(self.document_similarity, self.statement_similarity)

    def lexical(self) -> NDArray[np.float64]:
        """Mean of the BM25 scores of document and best statement; the document's alone where no statement is known."""
        return _mean_of_known(self.document_bm25, self.statement_bm25)


class CatalogIndex:
    """Supports in the order of (kind, id), with the vectors and words of their documents and statements.

    Row i of every document array belongs to `supports[i]`; the statements of support i are the rows
    `statement_segments.offsets[i]` to `offsets[i + 1] - 1`. Immutable, and safe to search from several threads.
    """

    def __init__(
        self,
        supports: Sequence[Support],
        *,
        document_vectors: NDArray[np.float32],
        statement_vectors: NDArray[np.float32],
        dense_index: MakeDenseIndex = FaissIndex,
    ) -> None:
        """Index supports whose vectors are known; `build` makes the vectors.

        Args:
            supports: in the order of (kind, id), ids unique.
            document_vectors: unit vectors of `document_text` of each support, shape (supports, dimension).
            statement_vectors: unit vectors of the statements, support by support, shape (statements, dimension).
            dense_index: how vectors are kept and compared; exact and in memory unless the caller says otherwise.
        """
        self.supports = tuple(supports)
        self.row_of: dict[SupportId, int] = {support.id: row for row, support in enumerate(self.supports)}
        self.document_texts = tuple(document_text(support) for support in self.supports)
        self.statement_texts = tuple(text for support in self.supports for text in statements(support))
        self.statement_segments = Segments([len(statements(support)) for support in self.supports])
        self.documents = dense_index(document_vectors)
        self.statements = dense_index(statement_vectors)
        self.document_words = LexicalIndex(self.document_texts)
        self.statement_words = LexicalIndex(self.statement_texts)
        self.all_words = LexicalIndex(
            [" ".join([text, *statements(one)]) for text, one in zip(self.document_texts, self.supports, strict=True)]
        )

    @classmethod
    def build(
        cls,
        supports: Sequence[Support],
        embedder: CachedEmbedder,
        *,
        dense_index: MakeDenseIndex = FaissIndex,
        progress: OnProgress | None = None,
    ) -> "CatalogIndex":
        """Index supports in any order; only texts that the embedder's cache lacks are encoded.

        Args:
            supports: may be empty; ids unique.
            embedder: makes the vectors.
            dense_index: how vectors are kept and compared.
            progress: told about encoding, where any is needed.

        Raises:
            InvalidCatalog: an id occurs twice.
            ModelError: a text must be encoded and the model cannot be used.
            CacheUnusable: the vector cache cannot be read or written.
        """
        ordered = sorted(supports, key=lambda support: (support.kind, support.id))
        repeated = sorted({a.id for a, b in pairwise(ordered) if a.id == b.id})
        if repeated:
            raise InvalidCatalog(
                [Fault(pointer="", detail=f"The id '{one}' occurs more than once.") for one in repeated]
            )
        texts = [document_text(support) for support in ordered]
        n_documents = len(texts)
        texts += [text for support in ordered for text in statements(support)]
        vectors = embedder.encode(texts, progress=progress)
        return cls(
            ordered,
            document_vectors=vectors[:n_documents],
            statement_vectors=vectors[n_documents:],
            dense_index=dense_index,
        )

    def signals(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> TextSignals:
        """How every support meets each query, exactly.

        Args:
            vectors: unit vectors of the q queries, shape (q, dimension).
            texts: the words of the same queries; an empty text has BM25 of 0 everywhere.

        Raises:
            ValueError: as many vectors as texts are needed, of the index's dimension.
        """
        if len(vectors) != len(texts):
            raise ValueError(f"{len(vectors)} query vectors and {len(texts)} query texts were given.")
        statement_similarities = self.statements.similarities(vectors)
        return TextSignals(
            document_similarity=self.documents.similarities(vectors),
            statement_similarity=self.statement_segments.max(statement_similarities),
            statement_row=self.statement_segments.argmax(statement_similarities),
            document_bm25=self.document_words.scores(texts),
            statement_bm25=self.statement_segments.max(self.statement_words.scores(texts)),
        )

    def candidates(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n: int,
        *,
        dense_share: float = DENSE_SHARE,
        eligible: NDArray[np.bool_] | None = None,
    ) -> list[Candidates]:
        """The `n` best supports for each need, by convex fusion of `TextSignals.dense` and `TextSignals.lexical`.

        Args:
            vectors: unit vectors of the needs, shape (needs, dimension).
            texts: the words of the same needs.
            n: how many for each need.
            dense_share: weight of the dense side in [0, 1].
            eligible: which supports may be found, shape (supports,); None means all. Scores are stretched over the
                eligible ones alone, so that what a team may not have does not move the rest.

        Returns:
            One for each need: rows of `supports`, best first, equal scores by row; scores in [0, 1].
        """
        signals = self.signals(vectors, texts)
        rows = np.arange(len(self.supports)) if eligible is None else np.flatnonzero(eligible)
        fused = fuse_convex(signals.dense()[:, rows], signals.lexical()[:, rows], dense_share=dense_share)
        found = (top_candidates(scores, n) for scores in fused)
        return [Candidates(rows[best.rows], best.scores) for best in found]


def kind_indexes(
    catalog: Catalog,
    embedder: CachedEmbedder,
    *,
    dense_index: MakeDenseIndex = FaissIndex,
    progress: OnProgress | None = None,
) -> dict[SupportKind, CatalogIndex]:
    """The index of every kind of support; arguments and errors as of `CatalogIndex.build`."""
    return {
        kind: CatalogIndex.build(supports, embedder, dense_index=dense_index, progress=progress)
        for kind, supports in catalog.by_kind.items()
    }


def _mean_of_known(document: NDArray[np.floating], statement: NDArray[np.float64]) -> NDArray[np.float64]:
    document = document.astype(np.float64)
    return np.where(np.isnan(statement), document, (document + statement) / 2)
