"""Recommendation runs of teams."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access.principals import Permission, Principal, Scope
from api.access.reach import team_with_results
from api.engine.artifacts import instrument_of
from api.errors import NotFound
from api.http.browsers import SettingsDep
from api.http.dependencies import (
    DatabaseDep,
    Done,
    EngineDep,
    Now,
    Reading,
    Require,
    leave_lane,
    problem_responses,
)
from api.http.etags import IfNoneMatch, etag_of, unchanged
from api.http.negotiation import best_of
from api.http.once import Created, Once
from api.http.paging import Page, Paging, page_of
from api.http.sent import Sent
from api.recommending.changes import Changes, tell_changes_of_runs
from api.recommending.making import Made, NewRun, make_run, present_case, store_run
from api.recommending.replay import Replay, replay
from api.recommending.run_text import run_text, run_trec
from api.recommending.what_if import (
    RunWhyNot,
    Tried,
    WhatIfBody,
    must_be_allowed_to_try,
    try_out,
    what_if_faults,
    why_not,
)
from api.reviews.team_view import readable_run
from api.runs.rows import find_review, run_before, runs_of_team
from api.runs.stored import RunHead, RunView, run_head, run_json, seen_run
from api.storage.tables import Review, Run
from models.recommendation import RecommendationRun

__all__ = ["Reader", "router"]

router = APIRouter(prefix="/v1", tags=["runs"])

Reader = Annotated[Principal, Depends(Require(Permission.READ_TEAMS))]
Maker = Annotated[Principal, Depends(Require(Permission.CREATE_RUNS))]
Format = Literal["json", "trec", "text"]
_MEDIA_TYPES: dict[str, Format] = {
    "application/json": "json",
    "application/x-trec-run": "trec",
    "text/plain": "text",
}
_NO_TEAM = "No such team within the caller's reach."
_NO_RUN = "No such run within the caller's reach."
_NOT_OPEN = "The team does not share its results with its officer, or the run is not released to the team yet."


@router.post(
    "/teams/{team_id}/recommendations",
    status_code=201,
    response_model=RunHead,
    operation_id="createRun",
    summary="Recommend supports to a team, and keep the run",
    responses=problem_responses(
        _403="The team does not share its results with its officer.",
        _404=_NO_TEAM,
        _409="The team has no results yet.",
        _422="The body has faults; each is listed.",
        _503="Still loading, or the database is busy.",
    ),
)
async def post_run(
    request: Request,
    caller: Maker,
    database: DatabaseDep,
    engine: EngineDep,
    settings: SettingsDep,
    once: Once,
    done: Done,
    now: Now,
    team_id: str,
    body: NewRun,
) -> Response:
    """Rank supports for the latest frozen results; the answer tells where the run is and how its review stands."""

    def rank() -> Made | Response:
        with database.reading() as session:
            team = team_with_results(session, caller, team_id)  # a kept answer, too, is for those who may see it now
            if (kept := once.kept(session, owner=caller.actor, now=now)) is not None:
                return kept
            case = present_case(session, team, body.assessment_id)
        return make_run(engine, case, body, now=now)

    def store(made: Made) -> Response:
        with database.writing() as session:
            team = team_with_results(session, caller, team_id)

            def make() -> Created:
                run = store_run(session, caller, team, made, now=now, review_days=settings.review_days)
                review = find_review(session, run.id)
                done("runs_created", 1)
                return Created(
                    run_head(run, review), f"/v1/runs/{run.id}", etag=etag_of(_version(run, review)), team_id=team.id
                )

            return once(session, make, owner=caller.actor, now=now)

    # Ranking takes longer than everything else here together, so no transaction and nobody's turn waits for it.
    made = await run_in_threadpool(rank)
    leave_lane(request)
    if isinstance(made, Response):
        return made
    async with database.turns.turn():
        return await run_in_threadpool(store, made)


@router.get(
    "/teams/{team_id}/recommendations",
    operation_id="listRuns",
    summary="A team's runs",
    responses=problem_responses(
        _403="The team does not share its results with its officer.",
        _404=_NO_TEAM,
        _422="A parameter is not valid.",
    ),
)
def list_runs(caller: Reader, session: Reading, paging: Paging, team_id: str) -> Page[RunHead]:
    """Answer one page, newest first, without the runs' content."""
    team = team_with_results(session, caller, team_id)
    rows = runs_of_team(session, team.id, before=paging.after, limit=paging.limit + 1)
    return page_of(rows, paging, lambda row: run_head(*row), key=lambda row: row[0].id)


@router.get(
    "/runs/{run_id}",
    operation_id="getRun",
    summary="One run, as JSON, as a TREC run or as text to print",
    response_model=RunView,
    responses={
        200: {
            "description": "The run; its sha256 is that of the text under `run`.",
            "content": {
                "application/x-trec-run": {"schema": {"type": "string"}},
                "text/plain": {"schema": {"type": "string"}},
            },
        },
        **problem_responses(_403=_NOT_OPEN, _404=_NO_RUN, _422="A parameter is not valid."),
    },
)
def get_run(
    caller: Reader,
    session: Reading,
    engine: EngineDep,
    run_id: str,
    format_: Annotated[
        Format | None, Query(alias="format", description="Wins over Accept; default: what Accept prefers, else JSON.")
    ] = None,
    accept: Annotated[str, Header(max_length=500, include_in_schema=False)] = "",
    known: IfNoneMatch = None,
) -> Response:
    """Answer the run: officers read it before its release, the team's organization after, without what was removed."""
    seen = seen_run(session, caller, run_id)
    seen.must_be_open_to(caller)
    run, team, review = seen
    form = format_ or _MEDIA_TYPES[best_of(accept, list(_MEDIA_TYPES))]
    text, sha256 = readable_run(session, run, team, caller)
    etag = etag_of(_version(run, review) if form == "json" else f"{sha256[:32]}-{form}")
    headers = {"ETag": etag, "Vary": "Accept"}
    if (same := unchanged(etag, known)) is not None:
        same.headers["Vary"] = "Accept"
        return same
    if form == "trec":
        return Response(run_trec(text), headers=headers, media_type="application/x-trec-run")
    if form == "text":
        document = RecommendationRun.model_validate_json(text)
        instrument = instrument_of(session, document.versions, engine.instrument)
        return Response(run_text(document, instrument), headers=headers, media_type="text/plain")
    head = run_head(run, review).model_copy(update={"sha256": sha256})
    return Response(
        run_json(head, text),
        headers=headers,
        media_type="application/json",
    )


@router.post(
    "/teams/{team_id}/recommendations:what-if",
    operation_id="tryWhatIf",
    summary="What a team would be recommended if something changed",
    responses=problem_responses(
        _403="The team does not share its results with its officer, or has no released run yet.",
        _404=_NO_TEAM,
        _409="The team has no results yet.",
        _422="A change is not one that the instrument takes; each is listed.",
        _503="Still loading.",
    ),
)
def post_what_if(
    caller: Maker,
    database: DatabaseDep,
    engine: EngineDep,
    now: Now,
    team_id: str,
    body: Annotated[Sent[WhatIfBody], Body()],
) -> Tried:
    """Rank with changed answers, context or date, and compare with today's list without them. Stores nothing."""
    with database.reading() as session:
        team = team_with_results(session, caller, team_id)
        tried = body.readable()
        case = present_case(session, team, tried.assessment_id if tried else None)
        must_be_allowed_to_try(session, caller, team, case)
    changes = body.value(lambda: what_if_faults(engine, case, tried))
    return try_out(engine, case, changes, now=now)


@router.get(
    "/runs/{run_id}/why-not/{support_id}",
    operation_id="whyNot",
    summary="Why a support is, or is not, in a run",
    responses=problem_responses(
        _403=_NOT_OPEN,
        _404="No such run within the caller's reach, or no such support in its catalog.",
        _409="The run has no list of this kind of support.",
        _503="Still loading.",
    ),
)
def get_why_not(caller: Reader, session: Reading, engine: EngineDep, run_id: str, support_id: str) -> RunWhyNot:
    """Answer the rule that excluded it, or its rank and what it missed, as of the run."""
    seen = seen_run(session, caller, run_id, inputs=True)
    seen.must_be_open_to(caller)
    return why_not(session, engine, caller, seen.team, seen.run, support_id)


@router.get(
    "/runs/{run_id}/replay",
    operation_id="replayRun",
    summary="Make a run again, and compare byte for byte",
    responses=problem_responses(
        _403="The team does not share its results with its officer.", _404=_NO_RUN, _503="Still loading."
    ),
)
def get_replay(
    caller: Annotated[Principal, Depends(Require(Permission.REPLAY))],
    session: Reading,
    engine: EngineDep,
    run_id: str,
) -> Replay:
    """Answer whether it is the same, or where the first difference is, or why it cannot be made again."""
    _ = engine.recommender  # before it is loaded, so is no model
    return replay(session, engine, seen_run(session, caller, run_id, inputs=True).run)


@router.get(
    "/runs/{run_id}/changes",
    operation_id="tellChanges",
    summary="Why the lists differ from those of an earlier run",
    response_model=Changes,
    responses=problem_responses(
        _403=_NOT_OPEN,
        _404=_NO_RUN,
        _409="Several things changed, and what could tell them apart is not here any more.",
        _422="A parameter is not valid.",
        _503="Still loading.",
    ),
)
def get_changes(
    caller: Reader,
    session: Reading,
    engine: EngineDep,
    run_id: str,
    against: Annotated[
        str | None, Query(max_length=200, description="Another run of the team; default: the one before.")
    ] = None,
    known: IfNoneMatch = None,
) -> Response:
    """Answer each entry, exit and move, with how much answers, context, date, catalog, rules, model and decisions did.

    Where both runs are released, the lists that the team saw are compared. A team's own organization is told of runs
    that are released; by default against the last one of these.
    """
    after = seen_run(session, caller, run_id, inputs=True)
    after.must_be_open_to(caller)
    other = against or run_before(session, after.run, released=caller.scope is not Scope.OFFICER)
    if other is None:
        nothing = Changes(run_id=run_id, against=None, compared="recommended", story=None)
        return Response(nothing.model_dump_json(), media_type="application/json")
    before = seen_run(session, caller, other, inputs=True)
    if before.team.id != after.team.id:
        raise NotFound("run of the same team", other)
    before.must_be_open_to(caller)
    etag = etag_of("-".join(_version(seen.run, seen.review) for seen in (before, after)))
    if (same := unchanged(etag, known)) is not None:
        return same
    changes = tell_changes_of_runs(session, engine, before.run, after.run)
    return Response(changes.model_dump_json(), headers={"ETag": etag}, media_type="application/json")


def _version(run: Run, review: Review | None) -> str:
    """Of the JSON answer, which tells of the review too."""
    return f"{run.sha256[:32]}-{review.version if review else 0}"
