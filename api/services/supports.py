"""Browse the catalog: filters, search and pages, in a stable order."""

import base64
from collections.abc import Callable, Collection, Mapping, Sequence
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
    SupportKind,
)
from recommender.catalog.load import Catalog
from recommender.config import content_hash

__all__ = ["CursorError", "ProviderView", "ResourceView", "SupportPage", "SupportQuery", "find_supports", "view"]

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
    kind: list[SupportKind] = []
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
    """One page of the supports that pass the filters.

    Order: with `q`, lexical score descending, then kind and id; without, kind, then id.

    Raises:
        CursorError: the cursor belongs to another catalog or to other filters.
    """
    found = [support for support in catalog.supports if _passes(support, query)]
    if query.q.strip():
        scores = rank(query.q)
        found = [support for support in found if support.id in scores]
        found.sort(key=lambda support: (-scores[support.id], support.kind, support.id))
    digest = content_hash([catalog.version, query.model_dump(mode="json", exclude={"limit", "cursor"})])[:16]
    start = _decode(query.cursor, digest)
    stop = start + query.limit
    return SupportPage(
        total=len(found),
        items=[view(support) for support in found[start:stop]],
        next_cursor=_encode(stop, digest) if stop < len(found) else None,
        catalog=catalog.version,
    )


def _passes(support: Support, query: SupportQuery) -> bool:
    return (
        _any(query.kind, [support.kind])
        and _any(query.domain, support.domains)
        and _any(query.level, support.levels)
        and _any(query.focus_area, support.focus_areas)
        and (GradeBand.ALL in support.grade_bands or _any(query.grade_band, support.grade_bands))
        and _any(query.audience, support.audiences)
        and _any(query.modality, _widened(support.modality))
        and _any(query.cost, [support.cost])
        and (not query.language or any(_speaks(support, tag.lower()) for tag in query.language))
        and (isinstance(support, Resource) or "US" in support.serves or _any(query.state, support.serves))
        and query.equity in (None, support.equity_centered)
    )


def _any(wanted: Sequence[object], present: Collection[object]) -> bool:
    return not wanted or any(word in present for word in wanted)


def _widened(modality: tuple[Modality, ...]) -> tuple[Modality, ...]:
    if Modality.HYBRID not in modality:
        return modality
    return (*modality, Modality.FACILITATED_VIRTUAL, Modality.FACILITATED_IN_PERSON)


def _speaks(support: Support, wanted: str) -> bool:
    return any(tag.lower() == wanted or tag.lower().startswith(wanted + "-") for tag in support.language)


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
