"""Windows in which a team answers the instrument, and the people invited to them."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Body, Depends, Response

from api.access.principals import Permission, Principal
from api.access.reach import own_team, team_with_results
from api.assessments.answers import open_place
from api.assessments.closing import ClosedView, Reopening, close_assessment, reopen_assessment, settle
from api.assessments.opening import (
    change_assessment,
    create_assessment,
    faults_of_change,
    faults_of_new,
    own_assessment,
    visible_assessment,
)
from api.assessments.respondents import (
    Invited,
    NewRespondent,
    RespondentView,
    invite,
    invitee_faults,
    renew_invitation,
    respondent_view,
    take_out,
)
from api.assessments.rows import assessments, respondents
from api.assessments.windows import AssessmentChange, AssessmentView, NewAssessment, assessment_view
from api.errors import NotAllowed, NotFound
from api.http.dependencies import DatabaseDep, EngineDep, Now, Reading, Require, Writing, problem_responses
from api.http.etags import IfMatch, IfNoneMatch, etag_of, unchanged
from api.http.once import Created, Once
from api.http.paging import Page, Paging, page_of
from api.http.sent import Sent

__all__ = ["Reader", "Settled", "Writer", "router"]

router = APIRouter(prefix="/v1", tags=["assessments"])

Reader = Annotated[Principal, Depends(Require(Permission.READ_TEAMS))]
Writer = Annotated[Principal, Depends(Require(Permission.WRITE_TEAMS))]
NewWindow = Annotated[Sent[NewAssessment], Body()]
Invitee = Annotated[Sent[NewRespondent], Body()]

_NO_WINDOW = "No such assessment within the caller's reach."
_NOT_SHARED = "The team does not share its results with its program officer, or the scope is another."


def _settle(caller: Reader, database: DatabaseDep, engine: EngineDep, now: Now, assessment_id: str) -> None:
    with database.reading() as session:
        try:
            visible_assessment(session, caller, assessment_id)
        except (NotFound, NotAllowed):
            return  # nobody ends or hears of what is beyond their reach; the endpoint says so
    settle(database, engine, assessment_id, now=now)


Settled = Depends(_settle)
"""Ends a phase whose time has passed, before the endpoint looks at the window."""


@router.post(
    "/teams/{team_id}/assessments",
    status_code=201,
    response_model=AssessmentView,
    operation_id="openAssessment",
    summary="Open a window for a team's answers",
    responses=problem_responses(_404="No such team of the caller's.", _422="The body has faults; each is listed."),
)
def post_assessment(
    caller: Writer, session: Writing, engine: EngineDep, once: Once, now: Now, team_id: str, body: NewWindow
) -> Response:
    """Open a window, a retake of the team's last assessment with results unless the body says otherwise."""

    def make() -> Created:
        team = own_team(session, caller, team_id, lock=True)  # so that its windows are counted one by one
        new = body.value(lambda: faults_of_new(session, team, body.readable(), engine.instrument, now=now))
        made = create_assessment(session, caller, team, new, engine.instrument, now=now)
        where = f"/v1/assessments/{made.id}"
        return Created(assessment_view(made), where, etag=etag_of(made.version), team_id=team.id)

    return once(session, make, owner=caller.actor, now=now)


@router.get(
    "/teams/{team_id}/assessments",
    operation_id="listAssessments",
    summary="A team's windows",
    responses=problem_responses(
        _403=_NOT_SHARED, _404="No such team within the caller's reach.", _422="A parameter is not valid."
    ),
)
def list_assessments(caller: Reader, session: Reading, team_id: str, paging: Paging) -> Page[AssessmentView]:
    """Answer one page, oldest first."""
    team = team_with_results(session, caller, team_id)
    rows = assessments(session, team.id, after=paging.after, limit=paging.limit + 1)
    return page_of(rows, paging, assessment_view, key=lambda assessment: assessment.id)


@router.get(
    "/assessments/{assessment_id}",
    operation_id="getAssessment",
    summary="One window",
    response_model=AssessmentView,
    dependencies=[Settled],
    responses=problem_responses(_403=_NOT_SHARED, _404=_NO_WINDOW),
)
def get_assessment(
    caller: Reader, session: Reading, assessment_id: str, response: Response, known: IfNoneMatch = None
) -> AssessmentView | Response:
    """Answer the window, with an ETag for changing it."""
    assessment, _ = visible_assessment(session, caller, assessment_id)
    etag = etag_of(assessment.version)
    response.headers["ETag"] = etag
    return unchanged(etag, known) or assessment_view(assessment)


@router.patch(
    "/assessments/{assessment_id}",
    operation_id="changeAssessment",
    summary="Change an open window",
    dependencies=[Settled],
    responses=problem_responses(
        _404=_NO_WINDOW,
        _409="The window is closed.",
        _412="Somebody else changed it.",
        _422="The body has faults.",
        _428="If-Match is missing.",
    ),
)
def patch_assessment(
    caller: Writer,
    session: Writing,
    engine: EngineDep,
    now: Now,
    assessment_id: str,
    body: Annotated[Sent[AssessmentChange], Body()],
    if_match: IfMatch,
    response: Response,
) -> AssessmentView:
    """Change what the body names."""
    assessment, team = own_assessment(session, caller, assessment_id, lock=True)
    if_match.check(etag_of(assessment.version))
    change = body.value(lambda: faults_of_change(assessment, body.readable(), engine.instrument, now=now))
    change_assessment(session, caller, assessment, team, change, engine.instrument, now=now)
    response.headers["ETag"] = etag_of(assessment.version)
    return assessment_view(assessment)


@router.post(
    "/assessments/{assessment_id}:close",
    operation_id="closeAssessment",
    summary="End the present phase and freeze its results",
    dependencies=[Settled],
    responses=problem_responses(_404=_NO_WINDOW, _409="It is closed already, or nobody has answered."),
)
def post_close(caller: Writer, session: Writing, engine: EngineDep, now: Now, assessment_id: str) -> ClosedView:
    """Freeze what was answered, however partly; an individual phase may be followed by one of agreed answers."""
    assessment, team = own_assessment(session, caller, assessment_id, lock=True)
    return close_assessment(session, engine, assessment, team, actor=caller.actor, now=now)


@router.post(
    "/assessments/{assessment_id}:reopen",
    operation_id="reopenAssessment",
    summary="Go back one phase",
    dependencies=[Settled],
    responses=problem_responses(
        _404=_NO_WINDOW, _409="It is open already.", _422="The time to close is not after now."
    ),
)
def post_reopen(
    caller: Writer, session: Writing, now: Now, assessment_id: str, body: Reopening | None = None
) -> AssessmentView:
    """Take answers again. Results stay until it closes again, with the answers of at least three people changed."""
    assessment, team = own_assessment(session, caller, assessment_id, lock=True)
    reopen_assessment(session, assessment, team, body or Reopening(), actor=caller.actor, now=now)
    return assessment_view(assessment)


@router.post(
    "/assessments/{assessment_id}/respondents",
    status_code=201,
    response_model=Invited,
    operation_id="inviteRespondent",
    summary="Invite a person, or the team as one",
    responses=problem_responses(
        _404=_NO_WINDOW, _409="The window is closed, or the person is in already.", _422="The body has faults."
    ),
)
def post_respondent(
    caller: Writer, session: Writing, engine: EngineDep, once: Once, now: Now, assessment_id: str, body: Invitee
) -> Response:
    """Make a place in the present phase. Its invitation is shown this once."""

    def make() -> Created:
        assessment, team = own_assessment(session, caller, assessment_id, lock=True)
        new = body.value(lambda: invitee_faults(assessment, body.readable(), engine.instrument))
        made = invite(session, caller, assessment, team, new, engine.instrument, now=now)
        where = f"/v1/assessments/{assessment.id}/respondents/{made.id}/answers"
        kept = made.model_copy(update={"invitation": None})
        return Created(made, where, kept=kept, team_id=team.id)

    return once(session, make, owner=caller.actor, now=now)


@router.get(
    "/assessments/{assessment_id}/respondents",
    operation_id="listRespondents",
    summary="Who is invited, and who has answered",
    responses=problem_responses(_404=_NO_WINDOW, _422="A parameter is not valid."),
)
def list_respondents(caller: Writer, session: Reading, assessment_id: str, paging: Paging) -> Page[RespondentView]:
    """Answer one page, oldest first; what was answered is not told."""
    assessment, _ = own_assessment(session, caller, assessment_id)
    rows = respondents(session, assessment.id, after=paging.after, limit=paging.limit + 1)
    return page_of(rows, paging, respondent_view, key=lambda respondent: respondent.id)


@router.post(
    "/assessments/{assessment_id}/respondents/{respondent_id}:renew",
    operation_id="renewInvitation",
    summary="A new invitation for the same person",
    responses=problem_responses(_404="No such respondent of the caller's."),
)
def post_renew(caller: Writer, session: Writing, now: Now, assessment_id: str, respondent_id: str) -> Invited:
    """Replace an invitation that was lost; the old one ends, and so does the link of whoever opened it.

    What was saved before is not shown under the new one. It counts until something is saved with the new one, and goes
    then: the answers of a place are one person's.
    """
    place = open_place(session, caller, assessment_id, respondent_id, lock=True)
    return renew_invitation(session, caller, place.respondent, place.team, now=now)


@router.delete(
    "/assessments/{assessment_id}/respondents/{respondent_id}",
    status_code=204,
    operation_id="removeRespondent",
    summary="Take a person out",
    responses=problem_responses(_404="No such respondent of the caller's."),
)
def delete_respondent(
    caller: Writer,
    session: Writing,
    database: DatabaseDep,
    now: Now,
    assessment_id: str,
    respondent_id: str,
    afterwards: BackgroundTasks,
) -> None:
    """Delete the place with its answers; the invitation opens nothing any more. Results that are frozen stand."""
    place = open_place(session, caller, assessment_id, respondent_id, lock=True)
    take_out(session, caller, place, now=now)
    afterwards.add_task(database.forget_log)
