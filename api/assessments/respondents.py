"""People's places in a window, and the invitations that open each to its person alone."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.keys import hash_secret, new_secret
from api.access.principals import Principal
from api.assessments.opening import is_due
from api.assessments.rows import add_respondent, count_respondents, find_respondent, write_answers
from api.assessments.windows import WindowPhase
from api.errors import Conflict, InvalidBody, WindowClosed
from api.storage.ids import new_id
from api.storage.tables import Assessment, Respondent, Team
from models.base import Fault
from models.vocab import AnswerMode, Form
from recommender.diagnosis.form_check import check_response
from recommender.instruments import LoadedInstrument

__all__ = [
    "INVITATION",
    "Invited",
    "NewRespondent",
    "RespondentView",
    "invite",
    "invitee_faults",
    "renew_invitation",
    "respondent_view",
]

INVITATION = "trellis_invitation_"
"""How every invitation begins."""
_MOST_RESPONDENTS = 1_000
_OURS = "res_"


class NewRespondent(BaseModel):
    """Someone to invite; in the phase of agreed answers, the team as one."""

    model_config = ConfigDict(extra="forbid")

    external_id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")] | None = Field(
        default=None,
        description="Your own id of the person, the same at every retake, so that change can be told from new people.",
        examples=["person-17"],
    )
    role: str | None = Field(default=None, max_length=200, examples=["teacher"])


class RespondentView(BaseModel):
    """A place in a window; what was answered is not told."""

    id: str
    assessment_id: str
    external_id: str | None
    mode: AnswerMode
    created_at: datetime
    saved_at: datetime | None
    submitted_at: datetime | None


class Invited(RespondentView):
    """A new place, and the invitation to it."""

    invitation: str | None
    """A bearer token for the person's own answers; hand it to the person alone. Shown this once: null when the answer
    is a repeated one, and then a renewal gives another."""


def respondent_view(respondent: Respondent) -> RespondentView:
    """A place as the portal sees it."""
    return RespondentView.model_validate({name: getattr(respondent, name) for name in RespondentView.model_fields})


def invite(
    session: Session,
    principal: Principal,
    assessment: Assessment,
    team: Team,
    new: NewRespondent,
    instrument: LoadedInstrument,
    *,
    now: datetime,
) -> Invited:
    """A place in the present phase, with its invitation, which is kept as a hash only.

    Raises:
        WindowClosed: the window is closed.
        Conflict: the person is in already, or the agreed answers have their one place already.
        InvalidBody: the role is not one of the instrument, or the external id looks like one of our own.
    """
    if assessment.phase == WindowPhase.CLOSED or is_due(assessment, now):
        raise WindowClosed("The window is closed; nobody can be invited.")
    if faults := invitee_faults(assessment, new, instrument):
        raise InvalidBody(faults)
    mode = AnswerMode(assessment.phase)
    asked = count_respondents(session, assessment.id, mode)
    if mode is AnswerMode.CONSENSUS and asked:
        raise Conflict("The team's agreed answers have their place already; there is exactly one.")
    if asked >= _MOST_RESPONDENTS:
        raise Conflict(f"A window has room for {_MOST_RESPONDENTS:,} people.")
    if new.external_id and find_respondent(session, assessment.id, new.external_id, mode):
        raise Conflict(f"Someone with the external id '{new.external_id}' is invited already.")
    token = new_secret("invitation")
    respondent = Respondent(
        id=new_id("res", now),
        assessment_id=assessment.id,
        external_id=new.external_id,
        mode=mode,
        token_hash=hash_secret(token),
        created_at=now,
    )
    add_respondent(session, respondent)
    if new.role is not None:
        write_answers(session, respondent.id, {"role": new.role}, now=now)
    _note(session, "respondent.invite", respondent, principal, team, now)
    return Invited(**respondent_view(respondent).model_dump(), invitation=token)


def invitee_faults(assessment: Assessment, new: NewRespondent | None, instrument: LoadedInstrument) -> list[Fault]:
    """What `invite` would refuse in a person; nothing where the person cannot be read."""
    faults: list[Fault] = []
    if new is not None and new.role is not None:
        faults += check_response({"role": new.role}, instrument, Form(assessment.form))
    if new is not None and new.external_id is not None and new.external_id.startswith(_OURS):
        faults.append(Fault(pointer="/external_id", detail=f"Ids that begin with '{_OURS}' are Trellis's own."))
    return faults


def renew_invitation(
    session: Session, principal: Principal, respondent: Respondent, team: Team, *, now: datetime
) -> Invited:
    """A new invitation to the same place; the old one ends. What was saved before counts, but is not shown again."""
    token = new_secret("invitation")
    respondent.readable_from = now
    respondent.token_hash = hash_secret(token)
    session.flush()
    _note(session, "respondent.renew", respondent, principal, team, now)
    return Invited(**respondent_view(respondent).model_dump(), invitation=token)


def _note(
    session: Session, action: str, respondent: Respondent, principal: Principal, team: Team, now: datetime
) -> None:
    note(session, action, respondent.id, actor=principal.actor, organization_id=team.organization_id, now=now)
