"""The catalog made searchable: the vectors and words of every support, in one order."""

from recommender.index.catalog_index import CatalogIndex, TextSignals
from recommender.index.segments import Segments

__all__ = ["CatalogIndex", "Segments", "TextSignals"]
