"""What the catalog's search shows: the supports found, and how to narrow or widen the search."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pydantic import ValidationError

from api.catalog.supports import SupportQuery, facet_counts, matching
from api.engine.engine import Engine
from api.errors import InvalidParameter
from api.http.request_faults import query_faults
from api.text.language import _, word
from api.web.kit.support_words import Words, words_of
from models.base import Fault
from models.support import Support

__all__ = ["CatalogPage", "Search", "SearchHit", "catalog_page", "read_search", "search_address"]

PER_PAGE = 20
LONGEST_WORDS = 500
_OPEN = {"kind", "domain", "level"}


class Search(NamedTuple):
    """What somebody looks for."""

    query: SupportQuery
    chosen: tuple[tuple[str, str], ...]
    """The filters as an address has them, in the order of the page."""
    number: int
    """Page, from 1."""
    words_too_long: bool
    """Whether more was typed than is searched for."""
    typed: str
    """What was typed, whole."""


class FilterChoice(NamedTuple):
    """One word of a filter."""

    value: str
    label: str
    n_found: int
    """Supports that it would find."""
    chosen: bool


class Facet(NamedTuple):
    """One filter."""

    name: str
    title: str
    choices: Sequence[FilterChoice]
    n_chosen: int
    open: bool
    """Whether it is unfolded."""


class Chosen(NamedTuple):
    """A filter that is set."""

    title: str
    label: str
    without: str
    """Address of the search without it."""


class SearchHit(NamedTuple):
    """One support in a list."""

    id: str
    title: str
    by: str
    """Who made it; empty where that is the support itself."""
    kind: str
    url: str
    summary: str
    domains: Sequence[str]
    facts: Sequence[str]


class Pages(NamedTuple):
    """Where the list goes on."""

    number: int
    last: int
    before: str | None
    after: str | None


class CatalogPage(NamedTuple):
    """The search page."""

    typed: str
    fault: str
    sort: str
    total: int
    n_all: int
    hits: Sequence[SearchHit]
    first: int
    """Place of the first hit in the whole list."""
    facets: Sequence[Facet]
    n_filters: int
    chosen: Sequence[Chosen]
    clear: str
    """Address of the same words without any filter."""
    pages: Pages


def read_search(parameters: Sequence[tuple[str, str]]) -> Search:
    """What an address asks for. Empty fields, which forms send, do not count.

    Raises:
        InvalidParameter: it names a filter or word that there is not.
    """
    given: dict[str, Any] = {}
    for name, value in parameters:
        if name in _facets() and name != "equity" and value:
            given.setdefault(name, []).append(value)
        elif name in ("equity", "sort", "page", "q") and value:
            given[name] = value
    typed = str(given.pop("q", ""))
    number = str(given.pop("page", "1"))
    given["q"] = typed[:LONGEST_WORDS]
    given.setdefault("sort", "fit" if typed.strip() else "title")
    if not (number.isascii() and number.isdecimal() and len(number) < 7):
        raise InvalidParameter([Fault(pointer="page", detail=_("Expected a whole number from 1."))])
    try:
        query = SupportQuery.model_validate(given)
    except ValidationError as error:
        raise InvalidParameter(query_faults(error, given)) from error
    chosen = []
    for name in _facets():
        values = given.get(name, [])
        chosen += [(name, value) for value in ([values] if isinstance(values, str) else dict.fromkeys(values))]
    return Search(query, tuple(chosen), max(int(number), 1), len(typed) > LONGEST_WORDS, typed)


def search_address(*parameters: tuple[str, object]) -> str:
    """The address of a search."""
    given = [(name, str(value)) for name, value in parameters if value != ""]
    return f"/catalog?{urlencode(given)}" if given else "/catalog"


def catalog_page(engine: Engine, search: Search) -> CatalogPage:
    """The supports that a search finds, one page of them, and every filter with its counts."""
    catalog, words, query = engine.catalog, words_of(engine.instrument), search.query
    found = matching(catalog, query, rank=engine.rank_words)
    counts = facet_counts(catalog, query, rank=engine.rank_words)
    facets = [_facet(name, counts[name], search, words) for name in _facets()]
    last = max(1, -(-len(found) // PER_PAGE))
    number = min(search.number, last)
    first = (number - 1) * PER_PAGE
    return CatalogPage(
        typed=search.typed,
        fault=_("Only the first {n} characters count. Try fewer words.", n=LONGEST_WORDS)
        if search.words_too_long
        else "",
        sort=query.sort,
        total=len(found),
        n_all=len(catalog.supports),
        hits=[_hit(support, words) for support in found[first : first + PER_PAGE]],
        first=first + 1,
        facets=[facet for facet in facets if facet.choices],
        n_filters=len(search.chosen),
        chosen=[_chosen(name, value, search, words) for name, value in search.chosen],
        clear=_address(search._replace(chosen=())),
        pages=Pages(
            number,
            last,
            _address(search, page=number - 1) if number > 1 else None,
            _address(search, page=number + 1) if number < last else None,
        ),
    )


def _facet(name: str, counts: Mapping[object, int], search: Search, words: Words) -> Facet:
    chosen = {value.lower() for one, value in search.chosen if one == name}
    labels = words[name]
    keys = list(labels)
    if name == "language":
        keys = sorted({*counts, *chosen}, key=lambda tag: (-counts.get(tag, 0), str(tag)))
    choices = [
        FilterChoice(_value(key), labels.get(key, str(key)), counts.get(key, 0), str(key).lower() in chosen)
        for key in keys
    ]
    choices = [choice for choice in choices if choice.n_found or choice.chosen]
    return Facet(name, _facets()[name], choices, len(chosen), bool(chosen) or name in _OPEN)


def _value(key: object) -> str:
    return "true" if key is True else str(key)


def _chosen(name: str, value: str, search: Search, words: Words) -> Chosen:
    labels = {str(key).lower(): label for key, label in words[name].items()}
    others = tuple(one for one in search.chosen if one != (name, value))
    return Chosen(_facets()[name], labels.get(value.lower(), value), _address(search._replace(chosen=others)))


def _address(search: Search, *, page: int = 1) -> str:
    sort = search.query.sort if search.query.q.strip() else ""
    return search_address(("q", search.query.q), *search.chosen, ("sort", sort), ("page", page if page > 1 else ""))


def _hit(support: Support, words: Words) -> SearchHit:
    facts = [words["type"][support.support_type]]
    facts += [words["cost"][support.cost]] if support.cost else []
    facts += [words["grade_band"][band] for band in support.grade_bands]
    return SearchHit(
        id=support.id,
        title=support.display_title,
        by=support.by,
        kind=word(support.kind),
        url=support.url,
        summary=support.summary,
        domains=[words["domain"][domain] for domain in support.domains],
        facts=facts,
    )


def _facets() -> Mapping[str, str]:
    """What the filters are called, in the order of the page."""
    return {
        "kind": _("Kind of support"),
        "domain": _("What it builds"),
        "level": _("Level it suits"),
        "focus_area": _("Focus"),
        "grade_band": _("Grades"),
        "type": _("Type"),
        "cost": _("Cost"),
        "modality": _("How it is given"),
        "audience": _("For whom"),
        "language": _("Language"),
        "equity": _("Equity"),
        "state": _("State"),
    }
