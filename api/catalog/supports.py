"""Browse the catalog: filters, search and pages, in a stable order."""

import base64
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from types import new_class
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, GetPydanticSchema, computed_field

from models.base import SupportId
from models.kinds import KINDS, KindSpec
from models.support import Support
from models.vocab import (
    US_STATES,
    Audience,
    Cost,
    Domain,
    FocusArea,
    GradeBand,
    Modality,
    SupportKind,
)
from recommender.canonical import content_hash
from recommender.catalog.load import Catalog

__all__ = [
    "CursorError",
    "SupportPage",
    "SupportQuery",
    "SupportView",
    "facet_counts",
    "find_supports",
    "matching",
    "view",
]

State = StrEnum("State", {code: code for code in US_STATES})  # type: ignore[misc]  # mypy reads literal members only
_ANY_TYPE: Any = Union[tuple(spec.types for spec in KINDS.values())]  # noqa: UP007 - made of values
SupportType = Annotated[StrEnum, GetPydanticSchema(lambda _, handler: handler(_ANY_TYPE))]
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
    type: Annotated[list[SupportType], Field(description="Type of resource, or kind of provider.")] = []
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


def _view_model(spec: KindSpec) -> type[Support]:
    """Records of a kind as the API shows them: `kind` is the kind of support, as in a match, for every record."""
    of_kind: Any = Literal[spec.kind]
    shown = computed_field(return_type=of_kind, description="The kind of support.")
    aliased = {name: field.annotation for name, field in spec.model.model_fields.items() if field.alias}
    also = ": `kind` is the kind of support, as in a match" if aliased else ""
    body = {
        "__doc__": f"A {spec.kind} as the API shows it{also}.",
        "__module__": __name__,
        "__annotations__": aliased,
        "kind": shown(property(lambda _: spec.kind)),
    }
    model: type[Support] = new_class(
        f"{spec.model.__name__}View", (spec.model,), exec_body=lambda made: made.update(body)
    )
    return model


_VIEWS = {kind: _view_model(spec) for kind, spec in KINDS.items()}
_ANY_VIEW: Any = Union[tuple(_VIEWS.values())]  # noqa: UP007 - made of values
SupportView = Annotated[Any, GetPydanticSchema(lambda _, handler: handler(_ANY_VIEW))]
"""A record of any kind."""


class SupportPage(BaseModel):
    """One page of supports."""

    total: int
    """Supports that pass the filters, on all pages."""
    items: list[SupportView]
    next_cursor: str | None
    """Give it back as `cursor` for the next page; None on the last one."""
    catalog: str
    """Content hash of the catalog."""


def view(support: Support) -> Support:
    """The support as the API shows it."""
    return _VIEWS[support.kind].model_construct(**dict(support))


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
    return US_STATES if support.places is None or "US" in support.places else support.places


_ALL_BANDS = tuple(GradeBand)
_MEETS: Mapping[str, Callable[[Support], Collection[object]]] = {
    "kind": lambda support: (support.kind,),
    "type": lambda support: (support.support_type,),
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
