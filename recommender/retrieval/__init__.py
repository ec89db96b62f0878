"""Finding texts: by words (lexical), by meaning (dense), and merging the two (fusion); none knows the others."""

from recommender.retrieval.candidates import Candidates, top_candidates
from recommender.retrieval.dense import FaissIndex, inner_products
from recommender.retrieval.fusion import fuse_convex, fuse_reciprocal_ranks, min_max
from recommender.retrieval.lexical import LexicalIndex

__all__ = [
    "Candidates",
    "FaissIndex",
    "LexicalIndex",
    "fuse_convex",
    "fuse_reciprocal_ranks",
    "inner_products",
    "min_max",
    "top_candidates",
]
