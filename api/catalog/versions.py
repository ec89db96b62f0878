"""Catalogs that operators import for every organization, and which one is in use."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model
from sqlalchemy.orm import Session

from api.access.audit import note, note_everywhere
from api.access.principals import Principal
from api.engine.artifacts import ArtifactMissing, keep_catalog, stored_catalog, stored_overlay
from api.engine.engine import Engine
from api.engine.rows import (
    activate_catalog,
    latest_activations,
    newest_activation,
    newest_overlays,
    present_versions,
    stored_catalogs,
)
from api.errors import InvalidBody, NotFound
from api.storage.database import Database
from models.base import Fault
from models.kinds import KINDS, HasSizes, size_key
from models.vocab import SupportKind
from recommender.catalog.load import Catalog
from recommender.catalog.overlay import Overlay
from recommender.catalog.parse import ParsedFile, parse_catalog
from recommender.errors import describe

__all__ = [
    "IMPORTED",
    "CatalogReport",
    "CatalogTexts",
    "CatalogVersion",
    "CatalogVersions",
    "NewCatalog",
    "StoredCatalogs",
    "activate",
    "catalog_faults",
    "catalog_version",
    "catalog_versions",
    "checked_catalog",
    "import_catalog",
    "placed_faults",
    "report_on",
]

_log = logging.getLogger("trellis.catalog")

IMPORTED = "catalog.import"
"""What the audit calls it."""


class CatalogTexts(BaseModel):
    """A whole catalog, as the texts of its files: one field a kind, see `NewCatalog`."""

    model_config = ConfigDict(extra="forbid")


_FIELDS: dict[str, Any] = {
    spec.plural: (
        Annotated[str, Field(description=f"Text of `{spec.file_name}`, one record a line.", examples=[""])],
        ... if spec.needs_file else "",
    )
    for spec in KINDS.values()
}
NewCatalog = create_model(
    "NewCatalog", __base__=CatalogTexts, __doc__="A whole catalog, as the texts of its two files.", **_FIELDS
)
"""The body of an import."""


class CatalogReport(HasSizes):
    """A checked catalog, against the one in use."""

    version: str
    """Content hash."""
    sizes: Mapping[SupportKind, int]
    added: list[str]
    """Ids that the catalog in use lacks, sorted."""
    changed: list[str]
    """Ids whose records differ, sorted."""
    removed: list[str]
    """Ids that only the catalog in use has, sorted."""
    stored: bool
    """Whether it is kept and can be activated; a dry run keeps nothing."""


class CatalogVersion(BaseModel):
    """A catalog that was imported, or that a run used."""

    version: str
    created_at: datetime | None
    """None for the catalog of the settings, as long as no run has used it."""
    activated_at: datetime | None
    """When it was last put in use; None if never, as when it comes from the settings."""
    activated_by: str | None
    active: bool
    """Whether it is the one in use."""
    serving: bool
    """Whether this process serves it; a newly activated one follows as soon as it is indexed."""


class CatalogVersions(BaseModel):
    """All kept catalogs."""

    items: list[CatalogVersion]
    """Newest first."""


class StoredCatalogs:
    """The catalogs of a database, for the engine."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._damaged: set[str] = set()

    def active(self) -> str | None:
        """Version of the catalog in use; None when none was ever activated.

        Raises:
            StorageBusy, StorageUnavailable: as the database says.
        """
        with self._database.reading() as session:
            activation = newest_activation(session)
        return None if activation is None else activation.version

    def load(self, version: str) -> Catalog:
        """The kept catalog of that version.

        Raises:
            ArtifactMissing: it is not kept, or was altered.
            StorageBusy, StorageUnavailable: as the database says.
        """
        with self._database.reading() as session:
            return stored_catalog(session, version)

    def overlays(self, known: Mapping[str, Overlay]) -> Mapping[str, Overlay]:
        """What every organization adds and leaves out now, by its id; overlays that are known are not read again.

        Where one cannot be read, the last one that could be stays; the log says so.

        Raises:
            StorageBusy, StorageUnavailable: as the database says.
        """
        kept = {overlay.version: overlay for overlay in known.values()}
        found = {}
        with self._database.reading() as session:
            for organization_id, change in newest_overlays(session).items():
                try:
                    found[organization_id] = kept.get(change.version) or stored_overlay(session, change.version)
                except ArtifactMissing as error:
                    if change.version not in self._damaged:
                        _log.error("what %s adds and leaves out cannot be read: %s", organization_id, error)
                    self._damaged.add(change.version)
                    if organization_id in known:
                        found[organization_id] = known[organization_id]
        return found


def checked_catalog(new: CatalogTexts) -> Catalog:
    """The catalog of an import.

    Raises:
        InvalidBody: every fault of both texts, each with its line.
    """
    parsed = _parse({kind: getattr(new, spec.plural) for kind, spec in KINDS.items()})
    if parsed.faults:
        raise InvalidBody(placed_faults(parsed.faults))
    return Catalog.of(parsed.supports)


def catalog_faults(fields: Mapping[str, Any]) -> Sequence[Fault]:
    """Every fault of the texts of an import whose other members may have any shape."""
    texts = {kind: fields.get(spec.plural) for kind, spec in KINDS.items()}
    return placed_faults(_parse({kind: text for kind, text in texts.items() if isinstance(text, str)}).faults)


def _parse(texts: Mapping[SupportKind, str]) -> ParsedFile:
    # A lone surrogate is no character; as a fault of its line it is found again below.
    return parse_catalog(
        {
            kind: text.encode(errors="surrogatepass")
            for kind, text in texts.items()
            if text.strip() or KINDS[kind].needs_file
        }
    )


def placed_faults(faults: Sequence[Fault]) -> list[Fault]:
    """Faults of the texts of a body, each at the member that holds its text."""
    pointers = {spec.file_name: f"/{spec.plural}" for spec in KINDS.values()}
    return [Fault(pointer=pointers.get(fault.file or "", ""), detail=describe(fault)) for fault in faults]


def report_on(catalog: Catalog, present: Catalog, *, stored: bool) -> CatalogReport:
    """What a catalog would change."""
    old = {support.id: support for support in present.supports}
    new = {support.id: support for support in catalog.supports}
    return CatalogReport(
        version=catalog.version,
        sizes=catalog.sizes,
        added=sorted(new.keys() - old.keys()),
        changed=sorted(id_ for id_ in new.keys() & old.keys() if new[id_] != old[id_]),
        removed=sorted(old.keys() - new.keys()),
        stored=stored,
    )


def import_catalog(session: Session, principal: Principal, catalog: Catalog, *, now: datetime) -> None:
    """Keep a catalog, so that it can be activated; the one in use stays in use."""
    keep_catalog(session, catalog, now=now)
    size = {size_key(kind): n for kind, n in catalog.sizes.items()}
    note(
        session,
        IMPORTED,
        catalog.version,
        actor=principal.actor,
        organization_id=principal.owner,
        now=now,
        detail=size,
    )


def activate(session: Session, principal: Principal, engine: Engine, version: str, *, now: datetime) -> None:
    """Put a kept catalog, or the one of the settings, in use for all organizations; the audit of each tells of it.

    Raises:
        NotFound: no catalog of that version is kept.
    """
    if version == engine.settings_catalog.version:
        keep_catalog(session, engine.settings_catalog, now=now)
    elif not present_versions(session, "catalog", [version]):
        raise NotFound("catalog version", version)
    activate_catalog(session, version, actor=principal.actor, now=now)
    note_everywhere(session, "catalog.activate", version, actor=principal.actor, now=now)


def catalog_versions(session: Session, engine: Engine) -> Sequence[CatalogVersion]:
    """All kept catalogs and the one of the settings, newest first."""
    kept = {stored.version: stored.created_at for stored in stored_catalogs(session)}
    activations, newest = latest_activations(session), newest_activation(session)
    active = engine.settings_catalog.version if newest is None else newest.version
    serving = engine.catalog.version
    listed = []
    for version in dict.fromkeys([*kept, engine.settings_catalog.version]):
        activation = activations.get(version)
        listed.append(
            CatalogVersion(
                version=version,
                created_at=kept.get(version),
                activated_at=activation.activated_at if activation else None,
                activated_by=activation.activated_by if activation else None,
                active=version == active,
                serving=version == serving,
            )
        )
    return listed


def catalog_version(session: Session, engine: Engine, version: str) -> CatalogVersion:
    """One of `catalog_versions`.

    Raises:
        NotFound: no catalog of that version is kept.
    """
    for found in catalog_versions(session, engine):
        if found.version == version:
            return found
    raise NotFound("catalog version", version)
