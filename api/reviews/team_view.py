"""A stored run as its reader may see it: for all but officers, without what the released review took out."""

import hashlib
import json
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from api.access.principals import Principal, Scope
from api.reviews.fold import lists_of
from api.reviews.records import events_in
from api.reviews.released import seen_review
from api.reviews.rows import events_of
from api.runs.stored import run_document
from api.storage.tables import Run, Team

__all__ = ["ReadableRun", "readable_run"]


class ReadableRun(NamedTuple):
    """A run's document for one reader."""

    text: str
    """JSON: as it was stored, or without what the officer removed."""
    sha256: str


def readable_run(session: Session, run: Run, team: Team, principal: Principal) -> ReadableRun:
    """What a caller who may read a run reads of it. Ranks and scores stay as they were made."""
    whole = ReadableRun(run.document, run.sha256)
    if principal.scope is Scope.OFFICER:
        return whole
    rows = events_of(session, [run.id])
    if not any(row.action == "remove" for row in rows):
        return whole
    seen = seen_review(lists_of(run_document(run)), events_in(rows), team)
    removed = {str(entry.support_id) for one in seen.lists for entry in one.removed} if seen else set()
    if not removed:
        return whole
    text = json.dumps(_without(json.loads(run.document), removed), ensure_ascii=False, separators=(",", ":"))
    return ReadableRun(text, hashlib.sha256(text.encode()).hexdigest())


def _without(document: dict[str, Any], removed: set[str]) -> dict[str, Any]:
    for one in document["lists"]:
        one["matches"] = [match for match in one["matches"] if match["support_id"] not in removed]
    for phase in document["plan"]:
        phase["entries"] = [entry for entry in phase["entries"] if entry["support_id"] not in removed]
    document["plan"] = [phase for phase in document["plan"] if phase["entries"]]
    return document
