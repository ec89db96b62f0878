"""The kept catalogs with what people ask about them: how large, who stored them, who put them in use."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.actor_rows import colleagues
from api.access.audit_rows import latest_lines
from api.access.principals import Principal
from api.catalog.versions import IMPORTED, CatalogVersion, catalog_versions
from api.engine.engine import Engine
from models.kinds import KINDS, size_key
from models.vocab import SupportKind

__all__ = ["VersionLine", "version_lines"]

_ELSEWHERE = "someone else"


class VersionLine(NamedTuple):
    """One kept catalog."""

    standing: CatalogVersion
    sizes: Mapping[SupportKind, int | None]
    """Supports of every kind; None where nobody imported it here, as the catalog of earlier settings."""
    imported_by: str | None
    """Name of who stored it; None as above."""
    activated_by: str | None
    """Name of who put it in use last; None if nobody did."""
    from_settings: bool
    """Whether it is the one that the settings name."""


def version_lines(session: Session, engine: Engine, principal: Principal) -> Sequence[VersionLine]:
    """All kept catalogs and the one of the settings, newest first. Who belongs elsewhere is not named."""
    standings = catalog_versions(session, engine)
    imports = latest_lines(session, IMPORTED, [one.version for one in standings])
    names = {who.actor: who.name for who in colleagues(session, principal.owner)}
    present = {catalog.version: catalog for catalog in (engine.catalog, engine.settings_catalog)}
    lines = []
    for one in standings:
        line, catalog = imports.get(one.version), present.get(one.version)
        noted = line.detail if line is not None else {}
        sizes = catalog.sizes if catalog else {kind: noted.get(size_key(kind)) for kind in KINDS}
        lines.append(
            VersionLine(
                one,
                sizes=sizes,
                imported_by=names.get(line.actor, _ELSEWHERE) if line else None,
                activated_by=names.get(one.activated_by, _ELSEWHERE) if one.activated_by else None,
                from_settings=one.version == engine.settings_catalog.version,
            )
        )
    return lines
