"""Why a team's list is another one than before: two stored runs, each difference attributed to what caused it.

What a run was made of is stored with it, so lists of any mixture of the two can be made: the answers of one with the
catalog of the other, and so on. How a mixture's places are split is `recommender.telling.changes`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.engine.artifacts import recommender_at
from api.engine.engine import Engine, RecommenderParts
from api.errors import Conflict
from api.recommending.replay import differing_versions
from api.reviews.fold import lists_of, released_review
from api.reviews.records import events_in
from api.reviews.rows import events_of
from api.runs.stored import RunRequest, run_document, stored_source
from api.storage.tables import Run
from models.assessment import OpenText
from models.base import SupportId
from models.change_story import ChangeFactor, ChangeStory, SupportDecision
from models.recommendation import PastStatus, RecommendationRun, Versions
from models.release import ReleasedProfile, ReleasedTeam
from models.review import Entry, Review
from models.vocab import SupportKind
from recommender.telling.change_evidence import gather_evidence, record_changes
from recommender.telling.changes import Lists, tell_changes

__all__ = ["Changes", "Edits", "edits_of", "tell_changes_of_runs"]

_OF_STATUS: dict[PastStatus, SupportDecision] = {
    "finished": "used",
    "in_use": "used",
    "declined": "declined",
    "removed": "removed",
}


class Changes(BaseModel):
    """Why a run's lists differ from those of an earlier run."""

    run_id: str
    against: str | None
    """The earlier run; None when there is none."""
    compared: Literal["recommended", "released"]
    """Lists as their officers released them, where both were; else as they were recommended."""
    story: ChangeStory | None
    """None when nothing that lists depend on has changed."""


@dataclass(frozen=True)
class Edits:
    """What a review made of one list, so that it can be made of another list too."""

    removed: frozenset[str] = frozenset()
    fixed: tuple[tuple[int, SupportId], ...] = ()
    """Places from 1 that the officer chose, ascending, and the supports there."""

    def __call__(self, ids: Sequence[SupportId]) -> tuple[SupportId, ...]:
        """The list without what was removed, and with the chosen supports at their places."""
        chosen = {support_id for _, support_id in self.fixed}
        edited = [support_id for support_id in ids if support_id not in self.removed and support_id not in chosen]
        for place, support_id in self.fixed:
            edited.insert(min(place - 1, len(edited)), support_id)
        return tuple(edited)


_Vectors = dict[tuple[str, bool], NDArray[np.float32]]
"""Of own words, made once for each of the two runs' answers and kept for one story."""


@dataclass(frozen=True)
class _Side:
    """One of the two runs, with what it was made of."""

    run: Run
    document: RecommendationRun
    request: RunRequest
    versions: Versions
    parts: RecommenderParts
    source: ReleasedTeam
    edits: Mapping[SupportKind, Edits]

    def k(self, kind: SupportKind) -> int:
        return self.request.k or self.parts.config.kinds[kind].k

    def shown(self, k: Mapping[SupportKind, int]) -> dict[SupportKind, tuple[SupportId, ...]]:
        listed = {ranked.kind: [match.support_id for match in ranked.matches] for ranked in self.document.lists}
        return {kind: self.edits[kind](listed[kind][:length]) for kind, length in k.items()}


def tell_changes_of_runs(session: Session, engine: Engine, before: Run, after: Run) -> Changes:
    """The story from one run of a team to another.

    Where neighbors swapped by chance, the swap counts for the answers and the date that it was drawn with. The session
    is closed when all is read.

    Raises:
        NotReady: the recommender is still being loaded.
        Conflict: several things changed at once, and the model or version of Trellis that could tell them apart is
            not here any more.
        ArtifactMissing: what a run was made of is not kept.
    """
    reviews = {run.id: _released(session, run) for run in (before, after)}
    released = all(review is not None for review in reviews.values())
    old, new = (_side(session, engine, run, reviews[run.id] if released else None) for run in (before, after))
    kinds = [kind for kind in old.request.kinds if kind in new.request.kinds]
    # A longer list begins with the shorter one, so the places that both have are compared.
    length = {kind: min(old.k(kind), new.k(kind)) for kind in kinds}
    ends = old.shown(length), new.shown(length)
    changed = _changed(old, new)
    vectors: _Vectors = {}
    session.close()  # what follows takes long and asks for nothing more

    def lists(factors: Collection[ChangeFactor]) -> Lists:
        if len(factors) in (0, len(changed)):
            return ends[bool(factors)]
        return _mixed(engine, {factor: new if factor in factors else old for factor in ChangeFactor}, length, vectors)

    same_code = (old.versions.trellis, old.versions.model) == (new.versions.trellis, new.versions.model)
    story = tell_changes(
        changed,
        lists,
        k={kind: max(length[kind], *(len(end[kind]) for end in ends)) for kind in kinds},
        titles=_titles(old, new, reviews.values()),
        evidence=gather_evidence(
            old.document,
            new.document,
            records=record_changes(old.parts.catalog, new.parts.catalog) if ChangeFactor.CATALOG in changed else None,
            decisions=_decisions(old, new),
        ),
        residual=None if same_code else ChangeFactor.MODEL,
        speaker=new.parts.instrument.english,
    )
    return Changes(run_id=after.id, against=before.id, compared="released" if released else "recommended", story=story)


def edits_of(run: RecommendationRun, review: Review | None) -> dict[SupportKind, Edits]:
    """What a review made of each list of a run; None has made nothing."""
    found = {ranked.kind: Edits() for ranked in run.lists}
    listed = {ranked.kind: [match.support_id for match in ranked.matches] for ranked in run.lists}
    for reviewed in review.lists if review else ():
        kept = [entry.support_id for entry in reviewed.kept]
        removed = frozenset(entry.support_id for entry in reviewed.removed)
        chosen = [(place, entry) for place, entry in enumerate(reviewed.kept, start=1) if _is_chosen(entry)]
        edits = Edits(removed, tuple((place, entry.support_id) for place, entry in chosen))
        if edits(listed.get(reviewed.kind, ())) != tuple(kept):
            # The order came about in a way that marks no entry, such as a pin that was taken off again.
            edits = Edits(removed, tuple(enumerate(kept, start=1)))
        found[reviewed.kind] = edits
    return found


def _is_chosen(entry: Entry) -> bool:
    return entry.pinned or entry.moved or entry.addition is not None


def _released(session: Session, run: Run) -> Review | None:
    events = events_in(events_of(session, [run.id]))
    return released_review(lists_of(run_document(run)), events) if events else None


def _side(session: Session, engine: Engine, run: Run, review: Review | None) -> _Side:
    versions = Versions.model_validate(run.versions)
    document = run_document(run)
    parts = RecommenderParts.of(recommender_at(session, engine, versions))
    return _Side(
        run=run,
        document=document,
        request=RunRequest.model_validate(run.request),
        versions=versions,
        parts=parts,
        source=stored_source(run),
        edits=edits_of(document, review),
    )


def _changed(old: _Side, new: _Side) -> tuple[ChangeFactor, ...]:
    def model(side: _Side) -> tuple[str, str, str]:
        return side.versions.trellis, side.versions.model, side.versions.config

    differs = {
        ChangeFactor.ANSWERS: _answers(old) != _answers(new),
        ChangeFactor.CONTEXT: old.source.team.context != new.source.team.context,
        ChangeFactor.DATE: old.request.as_of != new.request.as_of,
        ChangeFactor.CATALOG: old.versions.catalog != new.versions.catalog,
        ChangeFactor.RULES: old.versions.ruleset != new.versions.ruleset,
        ChangeFactor.MODEL: model(old) != model(new),
        ChangeFactor.DECISIONS: (old.request.history, old.edits) != (new.request.history, new.edits),
    }
    return tuple(factor for factor in ChangeFactor if differs[factor])


def _answers(side: _Side) -> tuple[ReleasedProfile, tuple[OpenText, ...], str]:
    """What of a release ranks; the instrument belongs to it."""
    release = side.source.release.model_copy(update={"assessment_id": "", "changes": None})
    return release, side.source.texts, side.versions.instrument.content_hash


def _mixed(
    engine: Engine, side_of: Mapping[ChangeFactor, _Side], length: Mapping[SupportKind, int], vectors: _Vectors
) -> Lists:
    """The lists of a mixture of two runs."""
    if gone := differing_versions(side_of[ChangeFactor.MODEL].versions, engine):
        raise Conflict(f"Several things changed between these runs and cannot be told apart: {'; '.join(gone)}.")
    answers, decisions = side_of[ChangeFactor.ANSWERS], side_of[ChangeFactor.DECISIONS]
    recommender = engine.recommender_of(
        RecommenderParts(
            instrument=answers.parts.instrument,
            catalog=side_of[ChangeFactor.CATALOG].parts.catalog,
            ruleset=side_of[ChangeFactor.RULES].parts.ruleset,
            config=side_of[ChangeFactor.MODEL].parts.config,
        )
    )
    source = answers.source.model_copy(update={"team": side_of[ChangeFactor.CONTEXT].source.team})
    key = (answers.run.id, recommender.config.parts.own_words)
    if key not in vectors:
        vectors[key] = recommender.word_vectors(source)
    terms = replace(decisions.request.terms(word_vectors=vectors[key]), as_of=side_of[ChangeFactor.DATE].request.as_of)
    found: dict[SupportKind, tuple[SupportId, ...]] = {}
    for kind, k in length.items():
        ids = recommender.order(source, replace(terms, kinds=[kind], k=k))
        found[kind] = decisions.edits[kind](ids[kind])
    return found


def _decisions(old: _Side, new: _Side) -> dict[SupportId, SupportDecision]:
    """What was decided on supports between the two lists; a review's word comes before an earlier one."""
    known = {past.support_id: past for past in old.request.history}
    made: dict[SupportId, SupportDecision] = {
        past.support_id: _OF_STATUS[past.status] for past in new.request.history if known.get(past.support_id) != past
    }
    for kind in sorted(old.edits.keys() & new.edits.keys()):
        before, after = old.edits[kind], new.edits[kind]
        listed = {match.support_id for ranked in new.document.lists for match in ranked.matches}
        added = {support_id for _, support_id in after.fixed} - listed
        for _, support_id in sorted(set(after.fixed) ^ set(before.fixed)):
            if support_id in listed | added:
                made[support_id] = "added" if support_id in added else "reordered"
        made |= {SupportId(support_id): "removed" for support_id in sorted(after.removed ^ before.removed)}
    return made


def _titles(old: _Side, new: _Side, reviews: Collection[Review | None]) -> dict[SupportId, str]:
    titles: dict[SupportId, str] = {}
    for side in (old, new):
        titles |= {match.support_id: match.title for ranked in side.document.lists for match in ranked.matches}
    for review in reviews:
        entries = (entry for one in review.lists for entry in one.kept) if review else ()
        titles |= {entry.support_id: entry.title for entry in entries if entry.support_id not in titles}
    return titles
