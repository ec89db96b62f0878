"""What an organization adds to the catalog and leaves out of it: an overlay of its own, which nobody else sees."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, create_model
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.key_rows import hold_organization
from api.access.principals import Principal
from api.catalog.versions import CatalogTexts, placed_faults
from api.engine.artifacts import keep_overlay, stored_overlay
from api.engine.engine import Engine
from api.engine.rows import add_overlay_change, newest_overlays
from api.errors import InvalidBody, NotFound
from api.storage.tables import OverlayChange
from api.text.names import ONE_LINE
from models.base import Fault
from models.kinds import KINDS
from models.support import Support
from models.vocab import SupportKind
from recommender.catalog.load import Catalog
from recommender.catalog.overlay import Exclusion, Overlay
from recommender.catalog.own_ids import space_of
from recommender.catalog.parse import ParsedFile, parse_catalog

__all__ = [
    "MOST_ADDED",
    "LeftOut",
    "NewAdditions",
    "NewExclusion",
    "OwnCatalog",
    "PresentOverlay",
    "add_supports",
    "addition_faults",
    "checked_additions",
    "exclude",
    "include",
    "own_catalog",
    "parse_additions",
    "present_overlay",
]

MOST_ADDED = 2_000
"""Supports that one organization may add: each process holds what all of them have added."""

_FIELDS: dict[str, Any] = {
    spec.plural: (
        Annotated[str, Field(description=f"Text of `{spec.file_name}`, one record a line.", examples=[""])],
        "",
    )
    for spec in KINDS.values()
}
NewAdditions = create_model(
    "NewAdditions",
    __base__=CatalogTexts,
    __doc__="All that an organization adds to the catalog, as the texts of two files; what was added before goes.",
    **_FIELDS,
)
"""The body of what an organization adds."""


class NewExclusion(BaseModel):
    """Why a support is left out."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=ONE_LINE)] = Field(
        examples=["Our district has another program for this."]
    )


class LeftOut(BaseModel):
    """A support that the organization leaves out."""

    support_id: str
    title: str | None
    """None when the catalog that all start from lacks it now."""
    reason: str


class OwnCatalog(BaseModel):
    """What an organization adds to the catalog and leaves out of it."""

    catalog: str
    """Content hash of the organization's catalog: the one that all start from with this."""
    added: list[str]
    """Ids, sorted by kind, then id."""
    excluded: list[LeftOut]
    """By id."""
    changed_at: datetime | None
    """None when it never added or left out anything."""
    changed_by: str | None


class PresentOverlay(NamedTuple):
    """What counts for an organization now."""

    overlay: Overlay
    change: OverlayChange | None
    """None when it never added or left out anything."""


def parse_additions(
    files: Mapping[SupportKind, bytes], organization_id: str, names: Mapping[SupportKind, str] | None = None
) -> ParsedFile:
    """The supports of files that an organization sends; their ids are put into its own space."""
    parsed = parse_catalog(files, names, space=space_of(organization_id))
    if len(parsed.supports) <= MOST_ADDED:
        return parsed
    detail = f"These are {len(parsed.supports):,} supports; an organization may add {MOST_ADDED:,}."
    return ParsedFile((), (*parsed.faults, Fault(pointer="", detail=detail)), ())


def checked_additions(new: CatalogTexts, organization_id: str) -> tuple[Support, ...]:
    """The supports of a body.

    Raises:
        InvalidBody: every fault of its texts, each with its line.
    """
    parsed = _parse({spec.plural: getattr(new, spec.plural) for spec in KINDS.values()}, organization_id)
    if parsed.faults:
        raise InvalidBody(placed_faults(parsed.faults))
    return parsed.supports


def addition_faults(fields: Mapping[str, Any], organization_id: str) -> Sequence[Fault]:
    """Every fault of the texts of a body whose other members may have any shape."""
    return placed_faults(_parse(fields, organization_id).faults)


def _parse(fields: Mapping[str, Any], organization_id: str) -> ParsedFile:
    texts = {kind: fields.get(spec.plural) for kind, spec in KINDS.items()}
    # A lone surrogate is no character; as a fault of its line it is found again below.
    files = {
        kind: text.encode(errors="surrogatepass")
        for kind, text in texts.items()
        if isinstance(text, str) and text.strip()
    }
    return parse_additions(files, organization_id)


def present_overlay(session: Session, organization_id: str) -> PresentOverlay:
    """What an organization adds and leaves out.

    Raises:
        ArtifactMissing: it is not kept, or was altered.
    """
    change = newest_overlays(session, organization_id).get(organization_id)
    return PresentOverlay(Overlay.of() if change is None else stored_overlay(session, change.version), change)


def own_catalog(session: Session, principal: Principal, engine: Engine) -> OwnCatalog:
    """What the caller's organization adds and leaves out, for those who may see the reasons; `engine` is of all."""
    overlay, change = present_overlay(session, principal.organization_id)
    titles = {support.id: support.display_title for support in engine.catalog.supports}
    return OwnCatalog(
        catalog=overlay.over(engine.catalog).version,
        added=[support.id for support in overlay.added],
        excluded=[
            LeftOut(support_id=one.support_id, title=titles.get(one.support_id), reason=one.reason)
            for one in overlay.excluded
        ],
        changed_at=change.changed_at if change else None,
        changed_by=change.changed_by if change else None,
    )


def add_supports(session: Session, principal: Principal, added: Iterable[Support], *, now: datetime) -> None:
    """Let these be all that the caller's organization adds."""
    before = _held(session, principal)
    after = Overlay.of(added, before.excluded)
    counts = {"n_added": len(after.added)}
    _store(session, principal, before, after, "catalog.add", after.version, detail=counts, now=now)


def exclude(
    session: Session, principal: Principal, base: Catalog, support_id: str, new: NewExclusion, *, now: datetime
) -> None:
    """Leave a support of the catalog that all start from out of the organization's; a later reason takes the place.

    Raises:
        UnknownSupport: that catalog has no such id; what the organization has added is taken back by adding without it.
    """
    exclusion = Exclusion(support_id=base.get(support_id).id, reason=new.reason.strip())
    before = _held(session, principal)
    others = [one for one in before.excluded if one.support_id != support_id]
    after = Overlay.of(before.added, [*others, exclusion])
    _store(session, principal, before, after, "catalog.exclude", support_id, now=now)


def include(session: Session, principal: Principal, support_id: str, *, now: datetime) -> None:
    """Leave a support out no longer.

    Raises:
        NotFound: it is not left out.
    """
    before = _held(session, principal)
    if support_id not in before.reasons:
        raise NotFound("support that is left out", support_id)
    others = [one for one in before.excluded if one.support_id != support_id]
    _store(session, principal, before, Overlay.of(before.added, others), "catalog.include", support_id, now=now)


def _held(session: Session, principal: Principal) -> Overlay:
    """What counts now, of an organization that nobody else changes until the transaction ends."""
    hold_organization(session, principal.organization_id)
    return present_overlay(session, principal.organization_id).overlay


def _store(
    session: Session,
    principal: Principal,
    before: Overlay,
    after: Overlay,
    action: str,
    subject: str,
    *,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    if before == after:
        return
    keep_overlay(session, after, now=now)
    change = OverlayChange(
        organization_id=principal.organization_id, version=after.version, changed_at=now, changed_by=principal.actor
    )
    add_overlay_change(session, change)
    note(
        session,
        action,
        subject,
        actor=principal.actor,
        organization_id=principal.organization_id,
        now=now,
        detail={"overlay": after.version, **(detail or {})},
    )
