"""Browse the catalog: filters, search and pages, in a stable order."""

import base64
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

from models.base import SupportId
from models.support import Provider, Resource, Support
from models.vocab import (
    US_STATES,
    Audience,
    Cost,
    Domain,
    FocusArea,
    GradeBand,
    Modality,
    ProviderKind,
    ResourceType,
    SupportKind,
)
from recommender.canonical import content_hash
from recommender.catalog.load import Catalog

__all__ = [
    "CursorError",
    "ProviderView",
    "ResourceView",
    "SupportPage",
    "SupportQuery",
    "facet_counts",
    "find_supports",
    "matching",
    "view",
]

State = StrEnum("State", {code: code for code in US_STATES})  # type: ignore[misc]  # mypy reads literal members only
LevelNumber = Annotated[int, Field(ge=1, le=4)]
Rank = Callable[[str], Mapping[SupportId, float]]
"""Lexical scores of the supports that share a word with a text; supports without a shared word are absent."""


class CursorError(ValueError):
    """A cursor that this catalog and these filters did not give out."""


class SupportQuery(BaseModel):
    """What to list. Filters of different fields must all hold; within one field any of the given words is enough.

    A record that says nothing about a field does not pass that field's filter.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Annotated[str, Field(max_length=500, description="Words to search for; best matches first.")] = ""
    sort: Annotated[
        Literal["fit", "title"], Field(description="Best matches first (without `q`, by kind and id), or by title.")
    ] = "fit"
    kind: list[SupportKind] = []
    type: Annotated[list[ResourceType | ProviderKind], Field(description="Type of resource, or kind of provider.")] = []
    domain: list[Domain] = []
    level: Annotated[list[LevelNumber], Field(description="Capacity levels, 1 emerging to 4 leading.")] = []
    focus_area: list[FocusArea] = []
    grade_band: Annotated[list[GradeBand], Field(description="A record for `all` grades meets every band.")] = []
    audience: list[Audience] = []
    modality: Annotated[list[Modality], Field(description="`hybrid` meets in person and virtual.")] = []
    cost: list[Cost] = []
    language: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]],
        Field(description="BCP 47 tags; `zh` meets `zh-Hans`."),
    ] = []
    state: Annotated[
        list[State], Field(description="Providers that serve the state, or the whole US; resources serve everywhere.")
    ] = []
    equity: Annotated[bool | None, Field(description="Whether equity is an explicit purpose of the support.")] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Most records on a page.")] = 20
    cursor: Annotated[str, Field(max_length=200, description="`next_cursor` of the page before.")] = ""


class ResourceView(Resource):
    """A resource as the API shows it."""

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def kind(self) -> Literal[SupportKind.RESOURCE]:
        """The kind of support."""
        return SupportKind.RESOURCE


class ProviderView(Provider):
    """A provider as the API shows it: `kind` is the kind of support, as in a match."""

    provider_kind: ProviderKind

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def kind(self) -> Literal[SupportKind.PROVIDER]:
        """The kind of support."""
        return SupportKind.PROVIDER


class SupportPage(BaseModel):
    """One page of supports."""

    total: int
    """Supports that pass the filters, on all pages."""
    items: list[ResourceView | ProviderView]
    next_cursor: str | None
    """Give it back as `cursor` for the next page; None on the last one."""
    catalog: str
    """Content hash of the catalog."""


def view(support: Support) -> ResourceView | ProviderView:
    """The support as the API shows it."""
    model = ResourceView if isinstance(support, Resource) else ProviderView
    return model.model_construct(**dict(support))


def find_supports(catalog: Catalog, query: SupportQuery, *, rank: Rank) -> SupportPage:
    """One page of the supports that pass the filters, in the order of `matching`.

    Raises:
        CursorError: the cursor belongs to another catalog or to other filters.
    """
    found = matching(catalog, query, rank=rank)
    digest = content_hash([catalog.version, query.model_dump(mode="json", exclude={"limit", "cursor"})])[:16]
    start = _decode(query.cursor, digest)
    stop = start + query.limit
    return SupportPage(
        total=len(found),
        items=[view(support) for support in found[start:stop]],
        next_cursor=_encode(stop, digest) if stop < len(found) else None,
        catalog=catalog.version,
    )


def matching(catalog: Catalog, query: SupportQuery, *, rank: Rank) -> list[Support]:
    """The supports that pass all filters.

    Order: by title, then id, where the query asks for it; else, with `q`, lexical score descending, then kind and id;
    without, kind, then id.
    """
    wanted = _wanted(query)
    scores = _scores(query, rank)
    found = [
        support
        for support in catalog.supports
        if (scores is None or support.id in scores) and not any(_misses(support, wanted))
    ]
    if query.sort == "title":
        found.sort(key=lambda support: (support.display_title.casefold(), support.id))
    elif scores is not None:
        found.sort(key=lambda support: (-scores[support.id], support.kind, support.id))
    return found


def facet_counts(catalog: Catalog, query: SupportQuery, *, rank: Rank) -> dict[str, Counter[object]]:
    """How many supports each word of each filter would find.

    By filter name (`domain`), then word. A word counts the supports that pass all filters but its own, because words of
    one filter widen it. Words that find nothing are left out; languages count by their first part.
    """
    wanted = _wanted(query)
    scores = _scores(query, rank)
    counts: dict[str, Counter[object]] = {name: Counter() for name in _MEETS}
    for support in catalog.supports:
        if scores is not None and support.id not in scores:
            continue
        missed = list(_misses(support, wanted))
        # Missing one filter alone, it would be found by another word of that one.
        for name in missed or _MEETS if len(missed) < 2 else ():
            counts[name].update(_MEETS[name](support))
    counts["language"] = Counter({tag: n for tag, n in counts["language"].items() if "-" not in str(tag)})
    return counts


def _scores(query: SupportQuery, rank: Rank) -> Mapping[SupportId, float] | None:
    return rank(query.q) if query.q.strip() else None


def _wanted(query: SupportQuery) -> dict[str, frozenset[object]]:
    wanted: dict[str, Sequence[object]] = {name: getattr(query, name) for name in _MEETS}
    wanted["language"] = [tag.lower() for tag in query.language]
    wanted["equity"] = [] if query.equity is None else [query.equity]
    return {name: frozenset(words) for name, words in wanted.items() if words}


def _misses(support: Support, wanted: Mapping[str, frozenset[object]]) -> Iterator[str]:
    """The filters that the support does not pass."""
    return (name for name, words in wanted.items() if words.isdisjoint(_MEETS[name](support)))


def _type(support: Support) -> Collection[object]:
    return (support.resource_type if isinstance(support, Resource) else support.provider_kind,)


def _grade_bands(support: Support) -> Collection[object]:
    return _ALL_BANDS if GradeBand.ALL in support.grade_bands else support.grade_bands


def _modality(support: Support) -> Collection[object]:
    if Modality.HYBRID not in support.modality:
        return support.modality
    return {*support.modality, Modality.FACILITATED_VIRTUAL, Modality.FACILITATED_IN_PERSON}


def _language(support: Support) -> Collection[object]:
    """Every tag, and what stands before each of its hyphens: `zh` meets `zh-Hans`."""
    parts = [tag.lower().split("-") for tag in support.language]
    return {"-".join(part[:stop]) for part in parts for stop in range(1, len(part) + 1)}


def _states(support: Support) -> Collection[object]:
    return US_STATES if isinstance(support, Resource) or "US" in support.serves else support.serves


_ALL_BANDS = tuple(GradeBand)
_MEETS: Mapping[str, Callable[[Support], Collection[object]]] = {
    "kind": lambda support: (support.kind,),
    "type": _type,
    "domain": lambda support: support.domains,
    "level": lambda support: support.levels,
    "focus_area": lambda support: support.focus_areas,
    "grade_band": _grade_bands,
    "audience": lambda support: support.audiences,
    "modality": _modality,
    "cost": lambda support: () if support.cost is None else (support.cost,),
    "language": _language,
    "state": _states,
    "equity": lambda support: (support.equity_centered,),
}
"""By filter: the words with which the support is found."""


def _encode(start: int, digest: str) -> str:
    return base64.urlsafe_b64encode(f"{start}.{digest}".encode()).decode().rstrip("=")


def _decode(cursor: str, digest: str) -> int:
    if not cursor:
        return 0
    try:
        start, _, given = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(".")
    except ValueError as error:
        raise CursorError from error
    if given != digest or not start.isascii() or not start.isdecimal():
        raise CursorError
    return int(start)
