"""A person's own answers: saved, read back and withdrawn by that person alone, whose invitation is the key to them."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from api.access.limits import Limits
from api.access.principals import Permission
from api.assessments.answers import (
    Invitation,
    OwnAnswers,
    Progress,
    invitation_of,
    open_place,
    own_answers,
    save_body,
    submit,
    withdraw,
)
from api.assessments.respondents import INVITATION
from api.errors import NotAllowed, Unauthenticated
from api.http.bodies import RawBody
from api.http.dependencies import DatabaseDep, Done, EngineDep, Now, Reading, Require, Writing, problem_responses
from models.assessment import Answer
from models.vocab import Domain, ImportanceKey

__all__ = ["AnswersBody", "router"]

router = APIRouter(prefix="/v1/assessments/{assessment_id}/respondents/{respondent_id}", tags=["answers"])
_bearer = HTTPBearer(
    auto_error=False, scheme_name="invitation", description="An invitation, for the person's own answers only."
)


class TextsBody(BaseModel):
    """Own words; null takes a text out."""

    strengths: str | None = None
    challenges: str | None = None
    hoped_for_support: str | None = None


class AnswersBody(BaseModel):
    """Pieces of a person's answers; what is left out stays, null takes a piece out."""

    role: str | None = None
    answers: dict[str, Answer | None] = {}
    """Item id to a level 1 to 4, `not_sure`, `not_applicable` or `skipped`."""
    importance: dict[Domain, ImportanceKey | None] = {}
    readiness: dict[Domain, dict[str, int | None] | None] = {}
    open_text: TextsBody = TextsBody()
    share_text: bool | None = None
    """Whether others may read this person's own words, and find support with them."""
    match_from_answers: bool | None = None
    """Whether matches may follow from this person's answers although fewer than three people answer; it counts where
    everybody agrees."""


Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def _invitation(request: Request, database: DatabaseDep, credentials: Credentials) -> Invitation | None:
    """The caller's invitation; None for a caller without one, who may have a key."""
    if credentials is None or not credentials.credentials.startswith(INVITATION):
        return None
    limits: Limits = request.app.state.limits
    try:
        invitation = invitation_of(database, credentials.credentials)
    except Unauthenticated:
        limits.count_failure(request.client.host if request.client else "unknown")
        raise
    request.state.actor = f"respondent:{invitation.respondent_id}"
    request.state.headers = limits.count(request.state.actor)
    return invitation


InvitedCaller = Annotated[Invitation | None, Depends(_invitation)]


def _person(
    request: Request, database: DatabaseDep, now: Now, invitation: InvitedCaller, credentials: Credentials
) -> Invitation:
    """The holder of an invitation, and nobody else."""
    if invitation is None:
        Require(Permission.READ_CATALOG)(request, database, now, credentials)
        raise NotAllowed(
            "A key invites people, but neither writes nor reads their answers. These belong to their own person: send "
            "the person's invitation as bearer token."
        )
    return invitation


InvitedPerson = Annotated[Invitation, Depends(_person)]

_NOT_OWN = "Anything but the person's own invitation."
_GONE = "The place was taken out."
_EXAMPLE = {
    "answers": {"la1": 3, "la2": "not_sure", "la3": None},
    "importance": {"leadership-alignment": "top_three"},
    "open_text": {"strengths": "We meet every week."},
    "share_text": True,
}


@router.patch(
    "/answers",
    operation_id="saveAnswers",
    summary="Save pieces of a person's answers",
    responses=problem_responses(
        _403=_NOT_OWN,
        _404=_GONE,
        _409="The window is not open.",
        _413="The body is too large.",
        _415="The body is not JSON.",
        _422="The body has faults; each is listed, and nothing is saved.",
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/AnswersBody"}, "example": _EXAMPLE}
            },
        },
    },
)
def patch_answers(
    person: InvitedPerson,
    session: Writing,
    engine: EngineDep,
    now: Now,
    assessment_id: str,
    respondent_id: str,
    body: RawBody,
    done: Done,
) -> Progress:
    """Save what the body holds over what was saved before, all of it or nothing; the last write of a piece wins."""
    place = open_place(session, person, assessment_id, respondent_id, lock=True)
    saved = save_body(session, engine, place, body, now=now)
    done("answers_saved", saved.pieces)
    return saved.progress


@router.get(
    "/answers",
    operation_id="getOwnAnswers",
    summary="A person's own answers, for that person",
    responses=problem_responses(_403=_NOT_OWN, _404=_GONE),
)
def get_answers(
    person: InvitedPerson,
    session: Reading,
    engine: EngineDep,
    assessment_id: str,
    respondent_id: str,
) -> OwnAnswers:
    """Answer what the person saved, to go on elsewhere."""
    place = open_place(session, person, assessment_id, respondent_id)
    return own_answers(session, engine, place)


@router.delete(
    "/answers",
    status_code=204,
    operation_id="withdrawAnswers",
    summary="Take out all of a person's answers",
    responses=problem_responses(_403=_NOT_OWN, _404=_GONE, _409="The window is not open."),
)
def delete_answers(
    person: InvitedPerson,
    session: Writing,
    database: DatabaseDep,
    engine: EngineDep,
    now: Now,
    assessment_id: str,
    respondent_id: str,
    afterwards: BackgroundTasks,
) -> None:
    """Take out everything that was saved, as if the person had not answered; results that are frozen stand."""
    withdraw(session, engine, open_place(session, person, assessment_id, respondent_id, lock=True), now=now)
    afterwards.add_task(database.forget_log)


@router.post(
    ":submit",
    operation_id="submitAnswers",
    summary="Say that a person is done",
    responses=problem_responses(
        _403=_NOT_OWN,
        _404=_GONE,
        _409="The window is not open.",
    ),
)
def post_submit(
    person: InvitedPerson, session: Writing, engine: EngineDep, now: Now, assessment_id: str, respondent_id: str
) -> Progress:
    """Note it; saving again while the window is open takes it back."""
    place = open_place(session, person, assessment_id, respondent_id, lock=True)
    return submit(session, engine, place, now=now)
