"""The catalog made searchable: the vectors and words of every support, in one order."""

from recommender.index.catalog_index import CatalogIndex, TextSignals, kind_indexes
from recommender.index.segments import Segments

__all__ = ["CatalogIndex", "Segments", "TextSignals", "kind_indexes"]
