"""What all organizations share, as the settings name it: a change of it is told to every one of them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from api.access.audit import note_everywhere
from api.access.audit_rows import latest_lines
from api.access.key_rows import organizations
from api.engine.engine import Engine

__all__ = ["CHANGED", "note_settings"]

CHANGED = "instance.change"
"""What the audit calls it."""
_SUBJECT = "instance"
_BY = "settings"


def note_settings(session: Session, engine: Engine, *, now: datetime) -> None:
    """Tell the audit of every organization when catalog, rules, weights, instrument, model or Trellis itself changed.

    Several processes that start together tell it once.
    """
    organizations(session, lock=True)  # whoever comes second reads what the first one has noted
    versions = _versions(engine)
    told = latest_lines(session, CHANGED, [_SUBJECT]).get(_SUBJECT)
    if told is None or told.detail != versions:
        note_everywhere(session, CHANGED, _SUBJECT, actor=_BY, now=now, detail=dict(versions))


def _versions(engine: Engine) -> Mapping[str, str]:
    versions = engine.settings_versions
    return {
        "trellis": versions.trellis,
        "instrument": versions.instrument.content_hash,
        "catalog": versions.catalog,
        "ruleset": versions.ruleset,
        "config": versions.config,
        "model": versions.model,
    }
