"""Trying changes out on a team's results, and asking after one support; nothing is stored."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.principals import Principal, Scope
from api.engine.artifacts import ArtifactMissing, stored_parts
from api.engine.engine import Engine
from api.errors import Conflict, InvalidBody, NotReleased
from api.recommending.making import RunCase, source_in
from api.recommending.recommend import MAX_K
from api.recommending.replay import differing_versions
from api.reviews.records import waits_for_review
from api.runs.rows import has_released_run
from api.runs.stored import RunRequest, run_document, stored_source
from api.storage.tables import Run, Team
from models.assessment import Answer, ContextValue
from models.base import Day, Fault
from models.kinds import Kind, kinds_of
from models.recommendation import Match, RankedList, RecommendationRun, Versions, WhyNot
from models.release import ReleasedTeam
from models.support import Support
from models.vocab import SupportKind
from recommender.catalog.load import Catalog
from recommender.catalog.own_ids import is_own
from recommender.diagnosis.context_answers import check_context
from recommender.diagnosis.form_check import FormCheck
from recommender.diagnosis.release import left_out, with_answers
from recommender.pipeline import ListTerms, Recommender
from recommender.reading.faults import FaultReport

__all__ = [
    "KindDifference",
    "PlaceThen",
    "RunWhyNot",
    "Tried",
    "WhatIfBody",
    "must_be_allowed_to_try",
    "try_out",
    "what_if_faults",
    "why_not",
]


class WhatIfBody(BaseModel):
    """Changes to try out; all are optional."""

    model_config = ConfigDict(extra="forbid")

    assessment_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """An assessment with results; default: the team's latest that has any."""
    context: Annotated[dict[str, ContextValue | None], Field(max_length=100)] = Field(
        default={}, examples=[{"budget": "none", "modality": ["facilitated-virtual"]}]
    )
    """Answers to context questions, merged over the team's; null takes one out."""
    answers: Annotated[dict[str, Answer], Field(max_length=500)] = Field(
        default={}, examples=[{"la1": 3, "la2": 3, "la3": 2, "la4": 3, "la5": 3}]
    )
    """Item id to the answer that every respondent is then taken to have given. Where people answered alone, every item
    of a domain or none: what they answered to the others is not known here."""
    as_of: Day | None = None
    """The date that season and freshness use; default: today."""
    kinds: Annotated[list[Kind], Field(max_length=3)] = []
    """Kinds to list; default: all."""
    k: Annotated[int, Field(ge=1, le=MAX_K)] | None = None
    """Longest list of a kind; default: configured."""


class PlaceThen(BaseModel):
    """A support whose place differs."""

    support_id: str
    title: str
    before: int | None
    """Place without the changes; None when not listed."""
    after: int | None
    """Place with them."""


class KindDifference(BaseModel):
    """What the changes do to one list."""

    kind: SupportKind
    entered: list[PlaceThen]
    """By place with the changes."""
    left: list[PlaceThen]
    """By place without them."""
    moved: list[PlaceThen]
    """Listed both times, by place with the changes."""
    n_stayed: int


class Tried(BaseModel):
    """The run that the changes would give, and what differs from the one without them."""

    differences: list[KindDifference]
    run: RecommendationRun


class RunWhyNot(BaseModel):
    """Why a support is, or is not, in a stored run."""

    run_id: str
    exact: bool
    """Whether it was worked out with the versions of the run itself."""
    note: str | None
    """Which versions are gone, when not exact."""
    why_not: WhyNot


def must_be_allowed_to_try(session: Session, principal: Principal, team: Team, case: RunCase) -> None:
    """Go on only when trying shows no list before its review: a run of the same results was released.

    Officers may always try.

    Raises:
        NotReleased: no run of these results was released.
    """
    if principal.scope is Scope.OFFICER or not waits_for_review(team):
        return
    if not has_released_run(session, case.snapshot_id):
        raise NotReleased("The program officer has not released a run of these results yet.")


def try_out(engine: Engine, case: RunCase, body: WhatIfBody, *, now: datetime) -> Tried:
    """Recommend with and without the changes, both as of now, so that only the changes differ.

    Raises:
        NotReady: the recommender is still being loaded.
        Conflict: the answers were given to another version of the instrument.
        InvalidBody: every change that the instrument does not take, by its pointer.
    """
    recommender = engine.of(case.organization_id).recommender
    present = source_in(case, recommender.instrument)
    changed, faults = _changed(engine, case, body)
    if faults:
        raise InvalidBody(faults)
    terms = ListTerms(
        now.date(),
        kinds=kinds_of(body.kinds),
        k=body.k,
        history=case.history,
        word_vectors=engine.recent_words.of(case.snapshot_id, recommender, present),  # own words cannot be changed
    )
    before = recommender.recommend(present, terms)
    after = recommender.recommend(changed, replace(terms, as_of=body.as_of or now.date()))
    pairs = zip(before.lists, after.lists, strict=True)
    return Tried(differences=[_difference(one, other) for one, other in pairs], run=after)


def what_if_faults(engine: Engine, case: RunCase, body: WhatIfBody | None) -> Sequence[Fault]:
    """What `try_out` would refuse in changes; nothing where they cannot be read.

    Raises:
        NotReady, Conflict: as `try_out`.
    """
    if body is None:
        return ()
    source_in(case, engine.recommender.instrument)
    return _changed(engine, case, body)[1]


def why_not(session: Session, engine: Engine, principal: Principal, team: Team, run: Run, support_id: str) -> RunWhyNot:
    """Why a support is, or is not, in a run: with the run's own versions, or the present ones where those are gone.

    Of what the team's organization has added, people of another one are told only of what the run lists. The
    session is closed when all is read.

    Raises:
        UnknownSupport: the catalog has no such id.
        Conflict: the run has no list of that kind, or was made before there were releases.
    """
    versions = Versions.model_validate(run.versions)
    gone = differing_versions(versions, engine)
    own, foreign = engine.of(team.organization_id), principal.organization_id != team.organization_id
    recommender = own.recommender
    parts = None
    try:
        opened = own.opened(versions)
        parts = None if opened else stored_parts(session, versions)
        recommender = opened or recommender
    except ArtifactMissing as error:
        gone.append(str(error))
    source = stored_source(run)
    session.close()  # what follows takes long and asks for nothing more
    if parts is not None:
        recommender = engine.recommender_of(parts)
    request = RunRequest.model_validate(run.request)
    kind = _support_seen(recommender, run, support_id, foreign=foreign).kind
    if kind not in request.kinds:
        raise Conflict(f"This run lists no support of the kind '{kind}'.")
    words = engine.recent_words.of(run.snapshot_id, recommender, source)
    answer = recommender.why_not(source, support_id, request.terms(word_vectors=words))
    return RunWhyNot(run_id=run.id, exact=not gone, note="; ".join(gone) or None, why_not=answer)


def _support_seen(recommender: Recommender, run: Run, support_id: str, *, foreign: bool) -> Support:
    """A support of the catalog, as far as the caller may know of it.

    Raises:
        UnknownSupport: there is none.
    """
    if not foreign:
        return recommender.catalog.get(support_id)
    listed = {match.support_id for one in run_document(run).lists for match in one.matches}
    theirs = [one for one in recommender.catalog.supports if not is_own(one.id) or one.id in listed]
    return Catalog.of(theirs).get(support_id)


def _changed(engine: Engine, case: RunCase, body: WhatIfBody) -> tuple[ReleasedTeam, Sequence[Fault]]:
    """The released team with the changes, and what is wrong with these."""
    instrument, release, team = engine.recommender.instrument, case.source.release, case.source.team
    merged = {**team.context, **body.context}
    context = {key: value for key, value in merged.items() if value is not None}
    before, report = FaultReport(), FaultReport()
    check_context(team.context, instrument, release.form, report=before, at=("context",))
    check_context(context, instrument, release.form, report=report, at=("context",))
    FormCheck(instrument, release.form, report).response({"answers": body.answers}, ())
    sent = {"context": context, "answers": body.answers}
    known = set(before.faults(sent))
    faults = [fault for fault in report.faults(sent) if fault not in known]
    if faults:
        return case.source, faults
    faults += [
        Fault(
            pointer="/answers", detail=f"Answers are tried for whole domains; '{domain}' also has: {', '.join(left)}."
        )
        for domain, left in left_out(release, body.answers, instrument).items()
    ]
    changed = case.source.model_copy(
        update={
            "release": with_answers(release, body.answers, instrument),
            "team": team.model_copy(update={"context": context}),
        }
    )
    return changed, faults


def _difference(before: RankedList, after: RankedList) -> KindDifference:
    old, new = ({match.support_id: match for match in ranked.matches} for ranked in (before, after))
    both = [match for match in after.matches if match.support_id in old]
    return KindDifference(
        kind=after.kind,
        entered=[_place(None, match) for match in after.matches if match.support_id not in old],
        left=[_place(match, None) for match in before.matches if match.support_id not in new],
        moved=[_place(old[m.support_id], m) for m in both if old[m.support_id].rank != m.rank],
        n_stayed=sum(old[match.support_id].rank == match.rank for match in both),
    )


def _place(before: Match | None, after: Match | None) -> PlaceThen:
    shown = [match for match in (after, before) if match is not None]
    return PlaceThen(
        support_id=shown[0].support_id,
        title=shown[0].title,
        before=before.rank if before else None,
        after=after.rank if after else None,
    )
