"""A team's results, plan, growth and meeting guide: for people who are signed in, and for those with an invitation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access.principals import Permission
from api.engine.engine import Engine
from api.errors import InvalidBody, NotFound, NotReleased
from api.http.browsers import SettingsDep
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading, Writing, leave_lane
from api.recommending.making import Made, NewRun, make_run, present_case, store_run
from api.reviews.feedback import take_mark
from api.reviews.released import plan_standing, released_run
from api.reviews.review import read_review
from api.text.language import _
from api.web.kit.forms import SentForm, see
from api.web.kit.rendering import render
from api.web.team.growth import growth_page
from api.web.team.guide import guide_page
from api.web.team.plan import plan_page
from api.web.team.results import NoResultsPage, results_page
from api.web.team.viewpoints import Viewing, Viewpoint, as_invited, as_signed_in
from models.base import Fault
from models.match import FeedbackKind, TeamReason

__all__ = ["router"]

_MAX_ONCE = 64

_pages = APIRouter()


@_pages.get("/results")
def get_results(request: Request, view: Viewing, session: Reading, engine: EngineDep) -> Response:
    """Show how the team sees its work."""
    return _page(request, "results", results_page(session, engine, view))


@_pages.get("/plan")
def get_plan(
    request: Request,
    view: Viewing,
    session: Reading,
    engine: EngineDep,
    support: Annotated[str, Query(max_length=200)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the supports that were released to the team."""
    return _page(request, "plan", plan_page(session, engine, view, open_id=support, done=done))


@_pages.post("/plan")
async def post_plan(
    request: Request, view: Viewing, database: DatabaseDep, engine: EngineDep, settings: SettingsDep, now: Now
) -> Response:
    """Make a plan from the results in force, unless there is one."""
    view.principal.must(Permission.CREATE_RUNS)
    if not view.may_make:
        raise NotFound("page", f"{view.base}/plan")

    def store(made: Made) -> None:
        with database.writing() as session:
            assessment, team = view.open(session, lock=True)
            if plan_standing(session, assessment, team).to_make:
                store_run(session, view.principal, team, made, now=now, review_days=settings.review_days)

    # Ranking takes longer than everything else here together, so no transaction and nobody's turn waits for it.
    made = await run_in_threadpool(_make, view, database, engine, now)
    leave_lane(request)
    if made is not None:
        async with database.turns.turn():
            await run_in_threadpool(store, made)
    return see(f"{view.base}/plan")


@_pages.post("/plan/marks")
def post_mark(view: Viewing, session: Writing, engine: EngineDep, now: Now, form: SentForm) -> Response:
    """Take what the person says of a support; the same form again changes nothing."""
    sent = {name: str(form.get(name, "")) for name in ("once", "support", "mark", "reason")}
    faults = []
    if sent["mark"] not in view.marks:
        faults.append(Fault(pointer="/mark", detail=_("This is not something that you can say of a support here.")))
    if not 8 <= len(sent["once"]) <= _MAX_ONCE:
        faults.append(Fault(pointer="/once", detail=_("The form is not whole. Open the page again.")))
    if sent["reason"] not in ("", *TeamReason):
        faults.append(Fault(pointer="/reason", detail=_("Choose one of the reasons in the list.")))
    if faults:
        raise InvalidBody(faults)
    assessment, team = view.open(session)
    run_id = plan_standing(session, assessment, team).run_id
    if run_id is None:
        raise NotReleased("There is no plan to see here.")
    opened = read_review(session, view.principal, run_id)
    if sent["support"] not in {match.support_id for one in released_run(opened).lists for match in one.matches}:
        raise NotFound("support", sent["support"])
    kind = FeedbackKind(sent["mark"])
    said_why = kind is FeedbackKind.NOT_HELPFUL and sent["reason"]
    take_mark(
        session,
        engine,
        view.principal,
        once=sent["once"],
        run=opened.run,
        support_id=sent["support"],
        kind=kind,
        reason=TeamReason(sent["reason"]) if said_why else None,
        now=now,
    )
    return see(f"{view.base}/plan?support={sent['support']}&done={kind}#match-{sent['support']}")


@_pages.get("/growth")
def get_growth(
    request: Request,
    view: Viewing,
    session: Reading,
    engine: EngineDep,
    why: Annotated[bool, Query()] = False,
) -> Response:
    """Show what changed since the last check, and on request why the plan did."""
    return _page(request, "growth", growth_page(session, engine, view, why=why))


@_pages.get("/guide")
def get_guide(request: Request, view: Viewing, session: Reading, engine: EngineDep) -> Response:
    """Show a guide for the team's meeting, to be printed."""
    return _page(request, "guide", guide_page(session, engine, view))


def _make(view: Viewpoint, database: DatabaseDep, engine: Engine, now: Now) -> Made | None:
    """A run of the results in force; None when there is one."""
    with database.reading() as session:
        assessment, team = view.open(session)
        case = present_case(session, team, assessment.id)
        if not plan_standing(session, assessment, team).to_make:
            return None
    return make_run(engine, case, NewRun(), now=now)


def _page(request: Request, name: str, page: object) -> Response:
    return render(request, f"team/{'no_results' if isinstance(page, NoResultsPage) else name}.html", page)


router = APIRouter()
router.include_router(_pages, prefix="/assessments/{assessment_id}", dependencies=[Depends(as_signed_in)])
router.include_router(_pages, prefix="/check/{respondent_id}/team", dependencies=[Depends(as_invited)])
