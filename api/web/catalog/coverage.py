"""What the coverage map shows: how many supports serve each domain at each level, and where there are too few."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from api.catalog.supports import SupportQuery, matching
from api.engine.engine import Engine
from api.errors import InvalidParameter
from api.http.request_faults import query_faults
from api.text.language import _, speaker, word
from api.text.words import counted
from api.web.catalog.search import search_address
from api.web.kit.support_words import Words, words_of
from models.kinds import KINDS
from models.vocab import Cost, Domain, FocusArea, GradeBand, Level
from recommender.catalog.stats import LEAST, ThinSpot, thin_spots

__all__ = ["CoveragePage", "coverage_page", "read_filters"]

SHOWN_PLACES = 12
SHOWN_FOCUS_AREAS = 5
_SHADES = 4


class Option(NamedTuple):
    """One word of a filter."""

    value: str
    label: str
    chosen: bool


class Filter(NamedTuple):
    """One filter; its first option takes all."""

    name: str
    title: str
    options: Sequence[Option]


class Cell(NamedTuple):
    """One domain at one level."""

    n: int
    counts: Sequence[str]
    """`2 resources`, for each kind."""
    thin: bool
    shade: int
    """0 where there is none, 1 to 4 by number."""
    address: str
    """The search that finds them."""


class CoverageRow(NamedTuple):
    """One domain."""

    title: str
    cells: Sequence[Cell]


class Focus(NamedTuple):
    """A focus area in a place."""

    title: str
    n: int


class CoveragePlace(NamedTuple):
    """A place with few supports, in words."""

    domain: str
    level: str
    cell: Cell
    none_for: Sequence[str]
    """Focus areas without a support, the first ones; empty where the map is of one focus."""
    n_none_for: int
    few_for: Sequence[Focus]
    n_few_for: int


class CoveragePage(NamedTuple):
    """The map."""

    filters: Sequence[Filter]
    filtered: bool
    focus: str
    """Name of the focus that the map is of; empty for all."""
    levels: Sequence[tuple[str, str]]
    """Name and meaning."""
    rows: Sequence[CoverageRow]
    places: Sequence[CoveragePlace]
    n_places: int
    """Places that are thin; without a focus, places that are thin for some focus."""
    n_cells: int
    n_thin: int
    n_empty: int
    least: int
    n_supports: int
    """Supports that pass the filters."""
    n_without_level: int
    version: str
    kinds: str
    """`resources and providers`."""


def read_filters(parameters: Mapping[str, str]) -> SupportQuery:
    """What an address asks for; empty fields, which forms send, do not count.

    Raises:
        InvalidParameter: it names a word that there is not.
    """
    given: dict[str, Any] = {
        name: [value] for name in ("focus_area", "grade_band", "language", "cost") if (value := parameters.get(name))
    }
    try:
        return SupportQuery.model_validate(given)
    except ValidationError as error:
        raise InvalidParameter(query_faults(error, given)) from error


def coverage_page(engine: Engine, query: SupportQuery) -> CoveragePage:
    """The map of the supports that pass the filters."""
    words = words_of(engine.instrument)
    supports = matching(engine.catalog, query, rank=engine.rank_words)
    spots = thin_spots(supports)
    filters = _filters(engine, query, words)
    chosen = [(one.name, option.value) for one in filters for option in one.options if option.chosen and option.value]
    largest = max((spot.n_supports for spot in spots), default=0)
    cells = {(spot.domain, spot.level): _cell(spot, chosen, largest) for spot in spots}
    focus = words["focus_area"][query.focus_area[0]] if query.focus_area else ""
    # Of one focus, a cell is itself thin or not; of all, each focus has its own.
    thin = [spot for spot in spots if (cells[spot.domain, spot.level].thin if focus else spot.thin_focus_areas)]
    return CoveragePage(
        filters=filters,
        filtered=bool(chosen),
        focus=focus,
        levels=[(level.name, level.meaning) for level in engine.instrument.instrument.levels],
        rows=[CoverageRow(words["domain"][domain], [cells[domain, level] for level in Level]) for domain in Domain],
        places=[_place(spot, cells[spot.domain, spot.level], words, bool(focus)) for spot in thin[:SHOWN_PLACES]],
        n_places=len(thin),
        n_cells=len(cells),
        n_thin=sum(0 < cell.n < LEAST for cell in cells.values()),
        n_empty=sum(cell.n == 0 for cell in cells.values()),
        least=LEAST,
        n_supports=len(supports),
        n_without_level=sum(not support.levels for support in supports),
        version=engine.catalog.version,
        kinds=speaker().written(tuple(word(kind, "many") for kind in KINDS), "lower and"),
    )


def _cell(spot: ThinSpot, chosen: Sequence[tuple[str, str]], largest: int) -> Cell:
    n = spot.n_supports
    return Cell(
        n=n,
        counts=[counted(kind, n) for kind, n in spot.sizes.items()],
        thin=n < LEAST,
        shade=0 if n == 0 else 1 + min(_SHADES - 1, _SHADES * n // (largest + 1)),
        address=search_address(("domain", spot.domain), ("level", int(spot.level)), *chosen),
    )


def _place(spot: ThinSpot, cell: Cell, words: Words, of_one_focus: bool) -> CoveragePlace:
    areas = () if of_one_focus else spot.thin_focus_areas
    none_for = [words["focus_area"][area.focus_area] for area in areas if not area.n_supports]
    few_for = [Focus(words["focus_area"][area.focus_area], area.n_supports) for area in areas if area.n_supports]
    return CoveragePlace(
        domain=words["domain"][spot.domain],
        level=words["level"][int(spot.level)],
        cell=cell,
        none_for=none_for[:SHOWN_FOCUS_AREAS],
        n_none_for=len(none_for),
        few_for=few_for[:SHOWN_FOCUS_AREAS],
        n_few_for=len(few_for),
    )


def _filters(engine: Engine, query: SupportQuery, words: Words) -> list[Filter]:
    tags = {tag.lower().partition("-")[0] for support in engine.catalog.supports for tag in support.language}
    languages = sorted(tags, key=lambda tag: words["language"].get(tag, tag))

    def options(name: str, keys: Sequence[str], everything: str) -> list[Option]:
        chosen = [str(value).lower() for value in getattr(query, name)]
        return [
            Option("", everything, not chosen),
            *(Option(key, words[name].get(key, key), key.lower() in chosen) for key in keys),
        ]

    focus_areas = [area for area in FocusArea if area is not FocusArea.GENERAL]
    bands = [band for band in GradeBand if band is not GradeBand.ALL]
    return [
        Filter("focus_area", _("Focus"), options("focus_area", focus_areas, _("Every focus"))),
        Filter("grade_band", _("Grades"), options("grade_band", bands, _("All grades"))),
        Filter("language", _("Language"), options("language", languages, _("Any language"))),
        Filter("cost", _("Cost"), options("cost", [Cost.FREE], _("Any cost, or not said"))),
    ]
