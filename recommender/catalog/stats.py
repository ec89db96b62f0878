"""What a catalog holds and where it is thin: values that a terminal or a page can show."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.base import SupportId, Value
from models.kinds import HasSizes
from models.rules import SupportField
from models.support import Support
from models.vocab import Domain, FocusArea, Level, SupportKind
from recommender.catalog.duplicates import DuplicatePair, canonical_url, near_duplicates
from recommender.catalog.load import Catalog
from recommender.rules.columns import SupportColumns
from recommender.rules.fields import FIELDS

__all__ = [
    "LEAST",
    "LOOK_AT",
    "CatalogStats",
    "FieldCounts",
    "FocusCount",
    "SharedPage",
    "ThinSpot",
    "WordCount",
    "catalog_stats",
    "thin_spots",
]

LOOK_AT = 0.35
"""Threshold of similarity from which a pair is worth a curator's look; lists leave out only closer ones."""
LEAST = 3
"""Fewest supports for a place of the catalog not to be thin, unless the caller says otherwise."""


class WordCount(HasSizes, Value):
    """How many supports have one word."""

    word: str
    sizes: Mapping[SupportKind, int]


class FieldCounts(Value):
    """How often each word of a field occurs; a support with several words counts for each."""

    field: SupportField
    words: tuple[WordCount, ...]
    """In the order of the vocabulary; words that no support has are left in."""
    unknown: WordCount
    """Supports that say nothing (or whose kind lacks the field)."""


class FocusCount(Value):
    """How many supports of a cell name a focus area."""

    focus_area: FocusArea
    n_supports: int


class ThinSpot(HasSizes, Value):
    """One domain at one level: its supports, and the focus areas for which there are too few of them."""

    domain: Domain
    level: Level
    sizes: Mapping[SupportKind, int]
    thin_focus_areas: tuple[FocusCount, ...]
    """Emptiest first, then in the order of the vocabulary; `general` is no focus and not listed."""


class SharedPage(Value):
    """An address at which several supports live."""

    url: str
    support_ids: tuple[SupportId, ...] = Field(min_length=2)


class CatalogStats(HasSizes, Value):
    """Counts, thin spots and likely duplicates of one catalog."""

    version: str
    sizes: Mapping[SupportKind, int]
    counts: tuple[FieldCounts, ...]
    least: int
    """A cell of domain, level and focus area with fewer supports is thin."""
    n_cells: int
    n_thin_cells: int
    """Includes the empty ones."""
    n_empty_cells: int
    thin_spots: tuple[ThinSpot, ...]
    """Every domain and level, fewest supports first, then in the order of the vocabularies."""
    likely_duplicates: tuple[DuplicatePair, ...]
    """Most similar first."""
    shared_pages: tuple[SharedPage, ...]
    """Most supports first, then by address: often one page that lists several supports, sometimes a copy."""


def catalog_stats(catalog: Catalog, *, least: int = LEAST) -> CatalogStats:
    """What the catalog holds.

    Args:
        catalog: the supports.
        least: fewest supports, of all kinds together, for a cell of domain, level and focus area not to be thin.
    """
    columns = SupportColumns.of(catalog.supports)
    spots = _spots(columns, least)
    thin = [focus for spot in spots for focus in spot.thin_focus_areas]
    return CatalogStats(
        version=catalog.version,
        sizes=catalog.sizes,
        counts=tuple(_field_counts(columns, field) for field, spec in FIELDS.items() if spec.counted),
        least=least,
        n_cells=len(Domain) * len(Level) * (len(FocusArea) - 1),
        n_thin_cells=len(thin),
        n_empty_cells=sum(focus.n_supports == 0 for focus in thin),
        thin_spots=spots,
        likely_duplicates=near_duplicates(catalog.supports, threshold=LOOK_AT),
        shared_pages=_shared_pages(catalog),
    )


def thin_spots(supports: Sequence[Support], *, least: int = LEAST) -> tuple[ThinSpot, ...]:
    """Every domain and level, fewest supports first, then in the order of the vocabularies.

    Args:
        supports: any supports, sorted by kind and id.
        least: as for `catalog_stats`.
    """
    return _spots(SupportColumns.of(supports), least)


def _field_counts(columns: SupportColumns, field: SupportField) -> FieldCounts:
    column = columns.fields[field]
    rows = {word: column.has[row] for word, row in column.words.items()}
    counted = {
        word: WordCount(word=word, sizes=_sizes(row, columns))
        for word, row in {**rows, "unknown": ~column.known}.items()
    }
    unknown = counted.pop("unknown")
    return FieldCounts(field=field, words=tuple(counted.values()), unknown=unknown)


def _spots(columns: SupportColumns, least: int) -> tuple[ThinSpot, ...]:
    domains, levels, focus_areas = (
        columns.fields[field] for field in (SupportField.DOMAINS, SupportField.LEVELS, SupportField.FOCUS_AREAS)
    )
    spots = []
    for domain in Domain:
        for level in Level:
            cell = domains.any_of([domain]) & levels.any_of([str(int(level))])
            focus_counts = [
                FocusCount(focus_area=focus, n_supports=int(np.count_nonzero(cell & focus_areas.any_of([focus]))))
                for focus in FocusArea
                if focus is not FocusArea.GENERAL
            ]
            spots.append(
                ThinSpot(
                    domain=domain,
                    level=level,
                    sizes=_sizes(cell, columns),
                    thin_focus_areas=tuple(
                        sorted(
                            (focus for focus in focus_counts if focus.n_supports < least),
                            key=lambda focus: focus.n_supports,
                        )
                    ),
                )
            )
    return tuple(sorted(spots, key=lambda spot: spot.n_supports))


def _sizes(chosen: NDArray[np.bool_], columns: SupportColumns) -> dict[SupportKind, int]:
    return {kind: int(np.count_nonzero(chosen & of_kind)) for kind, of_kind in columns.kinds.items()}


def _shared_pages(catalog: Catalog) -> tuple[SharedPage, ...]:
    pages: dict[str, list[SupportId]] = defaultdict(list)
    for support in catalog.supports:
        pages[canonical_url(support.url)].append(support.id)
    shared = [SharedPage(url=url, support_ids=tuple(ids)) for url, ids in pages.items() if len(ids) > 1]
    return tuple(sorted(shared, key=lambda page: (-len(page.support_ids), page.url)))
