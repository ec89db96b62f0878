"""What a run was made of, kept by content: each document is stored once, under the SHA-256 of its canonical JSON."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from api.engine.engine import Engine, RecommenderParts
from api.engine.rows import add_artifact, artifact_body, present_versions
from api.errors import Conflict
from models.recommendation import Versions
from models.rules import Ruleset
from recommender.canonical import canonical_json
from recommender.catalog.load import Catalog, restore_catalog
from recommender.catalog.overlay import Overlay, restore_overlay
from recommender.config import RankingConfig
from recommender.instruments import LoadedInstrument, restore_instrument
from recommender.pipeline import Recommender

__all__ = [
    "ArtifactMissing",
    "catalog_in",
    "instrument_of",
    "keep_artifacts",
    "keep_catalog",
    "keep_overlay",
    "recommender_at",
    "stored_catalog",
    "stored_overlay",
    "stored_parts",
]


_OF_ORGANIZATION = "organization catalog"
"""Kind of a catalog with an organization's overlay: not `catalog`, so that it is never listed or put in use for all."""
_OVERLAY = "overlay"


class ArtifactMissing(Conflict):
    """A catalog, ruleset, configuration or instrument that a run used is not kept, or was altered."""


def keep_artifacts(session: Session, recommender: Recommender, *, now: datetime) -> None:
    """Store what a recommender was made of, as far as it is not kept yet; four look-ups when everything is."""
    parts, versions = RecommenderParts.of(recommender), _keys(recommender.versions)
    made: dict[str, Callable[[], object]] = {
        "catalog": parts.catalog.document,
        "ruleset": lambda: parts.ruleset.model_dump(mode="json"),
        "config": lambda: parts.config.model_dump(mode="json"),
        "instrument": lambda: dict(parts.instrument.document),
    }
    for kind, document in made.items():
        kept_as = _OF_ORGANIZATION if kind == "catalog" and parts.catalog.of_organization else kind
        _keep(session, kept_as, versions[kind], document, now=now)


def keep_catalog(session: Session, catalog: Catalog, *, now: datetime) -> None:
    """Store a catalog, unless it is kept already."""
    _keep(session, "catalog", catalog.version, catalog.document, now=now)


def recommender_at(session: Session, engine: Engine, versions: Versions) -> Recommender:
    """The recommender of what a run was made of, with the present model; one that is open already is taken.

    Raises:
        NotReady: the present recommender is still being loaded.
        ArtifactMissing: something is not kept, or its content is not what its version says.
    """
    return engine.opened(versions) or engine.recommender_of(stored_parts(session, versions))


def stored_parts(session: Session, versions: Versions) -> RecommenderParts:
    """What a run of these versions was made of.

    Raises:
        ArtifactMissing: something is not kept, or its content is not what its version says.
    """
    keys = _keys(versions)
    return RecommenderParts(
        instrument=restore_instrument(_load(session, "instrument", keys["instrument"])),
        catalog=stored_catalog(session, keys["catalog"]),
        ruleset=Ruleset.model_validate(_load(session, "ruleset", keys["ruleset"])),
        config=RankingConfig.model_validate(_load(session, "config", keys["config"])),
    )


def stored_catalog(session: Session, version: str) -> Catalog:
    """The kept catalog of that version.

    Raises:
        ArtifactMissing: it is not kept, or was altered.
    """
    kind = "catalog" if present_versions(session, "catalog", [version]) else _OF_ORGANIZATION
    return catalog_in(_body(session, kind, version))


def keep_overlay(session: Session, overlay: Overlay, *, now: datetime) -> None:
    """Store an overlay, unless it is kept already."""
    _keep(session, _OVERLAY, overlay.version, overlay.document, now=now)


def stored_overlay(session: Session, version: str) -> Overlay:
    """The kept overlay of that version.

    Raises:
        ArtifactMissing: it is not kept, or was altered.
    """
    return restore_overlay(_load(session, _OVERLAY, version))


@lru_cache(maxsize=2)
def catalog_in(body: str) -> Catalog:
    """The catalog that a kept text holds; the last two are remembered, because a page may ask again and again."""
    return restore_catalog(json.loads(body))


def instrument_of(session: Session, versions: Versions, present: LoadedInstrument) -> LoadedInstrument:
    """The instrument of a run; `present` when that is the one.

    Raises:
        ArtifactMissing: it is not kept, or was altered.
    """
    if versions.instrument == present.version:
        return present
    return restore_instrument(_load(session, "instrument", versions.instrument.content_hash))


def _keys(versions: Versions) -> dict[str, str]:
    """The content hash of each kind; rulesets and configurations put their names in front of it."""
    return {
        "instrument": versions.instrument.content_hash,
        "catalog": versions.catalog,
        "ruleset": versions.ruleset.rpartition("+")[2],
        "config": versions.config.rpartition("+")[2],
    }


def _keep(session: Session, kind: str, version: str, document: Callable[[], object], *, now: datetime) -> None:
    if not present_versions(session, kind, [version]):
        add_artifact(session, kind, version, canonical_json(document()), now=now)


def _load(session: Session, kind: str, version: str) -> Any:
    return json.loads(_body(session, kind, version))


def _body(session: Session, kind: str, version: str) -> str:
    body = artifact_body(session, kind, version)
    if body is None:
        raise ArtifactMissing(f"The {kind} {version[:12]} is not kept.")
    if hashlib.sha256(body.encode()).hexdigest() != version:
        raise ArtifactMissing(f"The kept {kind} {version[:12]} is not what its version says.")
    return body
