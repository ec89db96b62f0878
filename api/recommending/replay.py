"""Making a stored run again from what it was made of, and naming the first difference."""

import hashlib
import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.engine.artifacts import ArtifactMissing, stored_parts
from api.engine.engine import Engine
from api.recommending.making import decide, document_texts
from api.runs.stored import FIRST_FROM_RELEASES, FROM_ANSWERS, RunRequest, stored_source
from api.storage.tables import Run
from models.recommendation import Versions
from recommender import __version__

__all__ = ["Difference", "Replay", "differing_versions", "first_difference", "replay"]

_SHOWN_CHARACTERS = 200


class Difference(BaseModel):
    """The first place where a stored text and its recomputed twin differ."""

    part: Literal["run", "decision_log", "sha256"]
    pointer: str
    """RFC 6901 pointer into the part; empty for the whole of it."""
    stored: str | None
    """The stored value as JSON, cut to 200 characters; None when there is none."""
    recomputed: str | None
    """Likewise."""


class Replay(BaseModel):
    """What came of making a run again."""

    run_id: str
    outcome: Literal["same", "different", "not_possible"]
    sha256: str
    """Of the stored run."""
    difference: Difference | None = None
    """Where the first difference is."""
    detail: str
    """One sentence for a person."""


def replay(session: Session, engine: Engine, run: Run) -> Replay:
    """Make a run again, byte for byte.

    A run can be made again by the version of Trellis and the model that made it; catalog, rules, configuration and
    instrument are those that were stored with it, whatever is in use now. The session is closed when all is read.
    """

    def answer(
        outcome: Literal["same", "different", "not_possible"], detail: str, at: Difference | None = None
    ) -> Replay:
        return Replay(run_id=run.id, outcome=outcome, sha256=run.sha256, detail=detail, difference=at)

    if run.schema_version < FIRST_FROM_RELEASES:
        return answer("not_possible", FROM_ANSWERS)
    versions = Versions.model_validate(run.versions)
    if others := differing_versions(versions, engine):
        return answer("not_possible", f"Cannot replay: {'; '.join(others)}.")
    try:
        parts = stored_parts(session, versions)
    except ArtifactMissing as error:
        return answer("not_possible", f"Cannot replay: {error}")
    source = stored_source(run)
    session.close()  # what follows takes long and asks for nothing more
    decided = decide(engine.recommender_of(parts), source, RunRequest.model_validate(run.request))
    made = document_texts(decided)
    found = first_difference(run.document, made.run)
    if found is not None:
        at = Difference(part="run", pointer=found[0], stored=found[1], recomputed=found[2])
    elif (found := first_difference(run.decision_log, made.decision_log)) is not None:
        at = Difference(part="decision_log", pointer=found[0], stored=found[1], recomputed=found[2])
    elif (actual := hashlib.sha256(run.document.encode()).hexdigest()) != run.sha256:
        at = Difference(part="sha256", pointer="", stored=run.sha256, recomputed=actual)
    else:
        return answer("same", f"The run was made again, byte for byte (sha256 {run.sha256}).")
    where = f"{at.part} {at.pointer}".rstrip()
    return answer("different", f"The first difference is at {where}: stored {at.stored}, made now {at.recomputed}.", at)


def differing_versions(versions: Versions, engine: Engine) -> list[str]:
    """What the run was made with and this process lacks, in words."""
    model = f"{engine.embedder.name}+{engine.embedder.fingerprint}"
    pairs = [("version of Trellis", versions.trellis, __version__), ("model", versions.model, model)]
    return [f"the {what} was {then}, it is {now} here" for what, then, now in pairs if then != now]


def first_difference(stored: str, made: str) -> tuple[str, str | None, str | None] | None:
    """Pointer, stored and new value of the first difference of two JSON texts; None when they are the same bytes."""
    if stored == made:
        return None
    try:
        old = json.loads(stored)
    except ValueError:
        return "", _cut(stored), _cut(made)
    for pointer, one, other in _differences(old, json.loads(made), ""):
        return pointer, one, other
    # The same values in other bytes, such as white space.
    place = next((i for i, (a, b) in enumerate(zip(stored, made, strict=False)) if a != b), min(len(stored), len(made)))
    return "", _cut(stored[place:]), _cut(made[place:])


class _Missing:
    pass


def _differences(old: Any, new: Any, pointer: str) -> Iterator[tuple[str, str | None, str | None]]:
    """In document order of the stored text; what only the new one has comes last."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            escaped = key.replace("~", "~0").replace("/", "~1")
            yield from _differences(old.get(key, _Missing), new.get(key, _Missing), f"{pointer}/{escaped}")
    elif isinstance(old, list) and isinstance(new, list):
        for place, (one, other) in enumerate(zip_longest(old, new, fillvalue=_Missing)):
            yield from _differences(one, other, f"{pointer}/{place}")
    elif type(old) is not type(new) or old != new:
        yield pointer, _shown(old), _shown(new)


def _shown(value: Any) -> str | None:
    return None if value is _Missing else _cut(json.dumps(value, ensure_ascii=False))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
