"""Search by words: BM25 by bm25s, stemmed with Snowball's English stemmer."""

from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

from recommender.reading.fold import fold

__all__ = ["LexicalIndex"]


class LexicalIndex:
    """BM25 over texts, Lucene's variant, k1 = 1.5, b = 0.75.

    A word is a run of two or more letters, digits or underscores, folded (`recommender/reading/fold.py`: case, accents,
    composition), then stemmed by the Snowball English stemmer (Porter2); 179 English stop words are dropped, because
    people who write of their own work use many pronouns. A word that a query repeats counts each time; a word that no
    text has counts nothing. Words in other languages match where they are equal after stemming.

    The score of a text for a query w1 … wm is the sum over i of
    ln(1 + (N - n_i + 0.5) / (n_i + 0.5)) x f_i / (f_i + k1 (1 - b + b L / avg L)),
    with N texts, n_i of them having w_i, f_i its count in the text and L the text's length in words: at least 0,
    without upper limit, comparable within one query only.

    Source: Kamphuis, de Vries, Boytsov, Lin, ECIR 2020, doi:10.1007/978-3-030-45442-5_4 (the variants);
    Lù 2024, arXiv:2407.03618 (bm25s).
    """

    K1 = 1.5
    B = 0.75

    def __init__(self, texts: Sequence[str]) -> None:
        """Index texts; none, or texts without a single word, are allowed: then every score is 0."""
        self._n_texts = len(texts)
        words = _words(texts)
        self._vocabulary: dict[str, int] = {}
        ids = [[self._vocabulary.setdefault(word, len(self._vocabulary)) for word in text] for text in words]
        n_having = np.bincount([i for text in ids for i in set(text)], minlength=len(self._vocabulary))
        self._weights = np.log1p((self._n_texts - n_having + 0.5) / (n_having + 0.5))
        self._bm25 = bm25s.BM25(k1=self.K1, b=self.B, method="lucene", backend="numpy")
        if self._vocabulary:
            # Our own numbering: the library's comes from a set and differs from process to process.
            self._bm25.index((ids, self._vocabulary), create_empty_token=False, show_progress=False)

    def scores(self, queries: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of every text for each query, float32, shape (queries, texts); 0 where no word is shared."""
        result = np.zeros((len(queries), self._n_texts), dtype=np.float32)
        for row, words in enumerate(_words(queries)):
            ids = [self._vocabulary[word] for word in words if word in self._vocabulary]
            if ids:
                result[row] = self._bm25.get_scores_from_ids(ids)
        return result

    def coverage(self, query: str) -> NDArray[np.float64]:
        """How much of a query each text covers: BM25 of its distinct words over the most that any text could reach.

        Returns:
            float64 in [0, 1), shape (texts,), comparable between queries; 0 where no word is shared or known.
        """
        words = sorted({word for word in _words([query])[0] if word in self._vocabulary})
        if not words:
            return np.zeros(self._n_texts)
        ids = [self._vocabulary[word] for word in words]
        # As f grows, f / (f + …) tends to 1, so the words' weights alone are the upper limit.
        scores: NDArray[np.float32] = self._bm25.get_scores_from_ids(ids)
        return scores.astype(np.float64) / float(self._weights[ids].sum())


def _words(texts: Sequence[str]) -> list[list[str]]:
    # A stemmer keeps state, so each call has its own; making one costs microseconds.
    folded = [fold(text) for text in texts]
    tokens: list[list[str]] = bm25s.tokenize(
        folded, stopwords="en_plus", stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False
    )
    return tokens
