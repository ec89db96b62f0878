"""Uploaded catalogs that were checked and wait for a person's word: unlisted, unused, forgotten after a day."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.catalog.versions import import_catalog
from api.engine.artifacts import catalog_in, stored_catalog
from api.engine.rows import add_artifact, artifact_body, forget_artifact, forget_artifacts, present_versions
from api.errors import NotFound
from models.base import Fault
from models.support import Support
from models.vocab import SupportKind
from recommender.canonical import canonical_json
from recommender.catalog.load import Catalog
from recommender.catalog.overlay import Overlay, restore_overlay
from recommender.catalog.parse import parse_catalog

__all__ = [
    "KEPT_FOR",
    "Checked",
    "WaitingCatalog",
    "check_files",
    "lay_additions_aside",
    "lay_aside",
    "store",
    "waiting_additions",
    "waiting_catalog",
]

KEPT_FOR = timedelta(days=1)
_KIND = "checked catalog"
"""Not `catalog`: versions that can be put in use, and are listed, are of that kind alone."""


class Checked(NamedTuple):
    """What an upload holds: a catalog, or faults."""

    catalog: Catalog | None
    """None when there is a fault."""
    faults: Sequence[Fault]
    """All, each with its file, line and field, in the order of the files."""


class WaitingCatalog(NamedTuple):
    """A checked catalog, and how far it has come."""

    catalog: Catalog
    stored: bool
    """Whether somebody has stored it, so that it can be put in use."""


def check_files(files: Mapping[SupportKind, bytes], present: Catalog, names: Mapping[SupportKind, str]) -> Checked:
    """The catalog of the uploaded files; the supports of a kind without a file stay as they are at present.

    Args:
        files: content by kind.
        present: the catalog in use.
        names: what the sender calls the files, where it is known.
    """
    parsed = parse_catalog(files, names)
    if parsed.faults:
        return Checked(None, parsed.faults)
    kept = [support for support in present.supports if support.kind not in files]
    return Checked(Catalog.of([*parsed.supports, *kept]), ())


def lay_aside(session: Session, catalog: Catalog, *, now: datetime) -> None:
    """Keep a checked catalog for a day, so that the person need not send it twice. Nothing lists or uses it."""
    forget_artifacts(session, _KIND, before=now - KEPT_FOR)
    if not present_versions(session, "catalog", [catalog.version]):
        forget_artifact(session, _KIND, catalog.version)  # its day begins anew
        add_artifact(session, _KIND, catalog.version, canonical_json(catalog.document()), now=now)


def waiting_catalog(session: Session, version: str, *, settings_catalog: Catalog) -> WaitingCatalog:
    """The catalog of that version, stored or laid aside; the one of the settings counts as stored.

    Raises:
        NotFound: neither; what was laid aside is forgotten after a day, when somebody checks another one.
    """
    if version == settings_catalog.version:
        return WaitingCatalog(settings_catalog, stored=True)
    if present_versions(session, "catalog", [version]):
        return WaitingCatalog(stored_catalog(session, version), stored=True)
    body = artifact_body(session, _KIND, version)
    if body is None:
        raise NotFound("checked catalog", version)
    return WaitingCatalog(catalog_in(body), stored=False)


def store(session: Session, principal: Principal, version: str, *, settings_catalog: Catalog, now: datetime) -> None:
    """Store a catalog that was laid aside, so that it can be put in use; one that is stored stays as it is.

    Raises:
        NotFound: it is neither stored nor laid aside.
    """
    waiting = waiting_catalog(session, version, settings_catalog=settings_catalog)
    if not waiting.stored:
        import_catalog(session, principal, waiting.catalog, now=now)
        forget_artifact(session, _KIND, version)


def lay_additions_aside(session: Session, organization_id: str, additions: Overlay, *, now: datetime) -> None:
    """Keep what an organization may add for a day; no other organization can ask for it."""
    kind = _additions_of(organization_id)
    forget_artifacts(session, kind, before=now - KEPT_FOR)
    forget_artifact(session, kind, additions.version)  # its day begins anew
    add_artifact(session, kind, additions.version, canonical_json(additions.document()), now=now)


def waiting_additions(session: Session, organization_id: str, version: str) -> Sequence[Support]:
    """The additions that were laid aside.

    Raises:
        NotFound: the organization has laid none of that version aside, or a day has passed.
    """
    body = artifact_body(session, _additions_of(organization_id), version)
    if body is None:
        raise NotFound("checked version", version)
    return restore_overlay(json.loads(body)).added


def _additions_of(organization_id: str) -> str:
    return f"checked additions of {organization_id}"
