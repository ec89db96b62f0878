"""What runs were made of, kept by content, and which imported catalog is in use."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, undefer

from api.storage.tables import Artifact, CatalogActivation, OverlayChange

__all__ = [
    "StoredVersion",
    "activate_catalog",
    "add_artifact",
    "add_overlay_change",
    "artifact_body",
    "forget_artifact",
    "forget_artifacts",
    "latest_activations",
    "newest_activation",
    "newest_overlays",
    "present_versions",
    "stored_catalogs",
]


class StoredVersion(NamedTuple):
    """A kept artifact without its body."""

    version: str
    created_at: datetime


def present_versions(session: Session, kind: str, versions: Collection[str]) -> set[str]:
    """Those of the versions that are kept."""
    query = select(Artifact.version).where(Artifact.kind == kind, Artifact.version.in_(versions))
    return set(session.scalars(query))


def add_artifact(session: Session, kind: str, version: str, body: str, *, now: datetime) -> None:
    """Keep a document, unless somebody did at the same time."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"kind": kind, "version": version, "body": body, "created_at": now}
    session.execute(insert(Artifact).values(values).on_conflict_do_nothing())


def artifact_body(session: Session, kind: str, version: str) -> str | None:
    """A kept document; None when there is none of that version."""
    artifact = session.get(Artifact, (kind, version), options=[undefer(Artifact.body)])
    return None if artifact is None else artifact.body


def forget_artifact(session: Session, kind: str, version: str) -> None:
    """Drop a kept document, if it is there."""
    session.execute(delete(Artifact).where(Artifact.kind == kind, Artifact.version == version))


def forget_artifacts(session: Session, kind: str, *, before: datetime) -> None:
    """Drop the kept documents of a kind that are older than a time."""
    session.execute(delete(Artifact).where(Artifact.kind == kind, Artifact.created_at < before))


def stored_catalogs(session: Session) -> Sequence[StoredVersion]:
    """The kept catalogs, newest first."""
    query = select(Artifact.version, Artifact.created_at).where(Artifact.kind == "catalog")
    return [
        StoredVersion(*row) for row in session.execute(query.order_by(Artifact.created_at.desc(), Artifact.version))
    ]


def activate_catalog(session: Session, version: str, *, actor: str, now: datetime) -> CatalogActivation:
    """Append that a catalog is in use from now on."""
    activation = CatalogActivation(version=version, activated_at=now, activated_by=actor)
    session.add(activation)
    session.flush()
    return activation


def newest_activation(session: Session) -> CatalogActivation | None:
    """The activation that counts; None when none was ever made."""
    return session.scalars(select(CatalogActivation).order_by(CatalogActivation.id.desc()).limit(1)).first()


def latest_activations(session: Session) -> dict[str, CatalogActivation]:
    """The last activation of each catalog, by version."""
    last = select(func.max(CatalogActivation.id)).group_by(CatalogActivation.version)
    found = session.scalars(select(CatalogActivation).where(CatalogActivation.id.in_(last)))
    return {activation.version: activation for activation in found}


def add_overlay_change(session: Session, change: OverlayChange) -> None:
    """Append that an organization has other additions and exclusions from now on."""
    session.add(change)
    session.flush()


def newest_overlays(session: Session, organization_id: str | None = None) -> dict[str, OverlayChange]:
    """What counts for each organization that ever added or excluded something, or for one of them; by its id."""
    last = select(func.max(OverlayChange.id)).group_by(OverlayChange.organization_id)
    if organization_id is not None:
        last = last.where(OverlayChange.organization_id == organization_id)
    found = session.scalars(select(OverlayChange).where(OverlayChange.id.in_(last)))
    return {change.organization_id: change for change in found}
