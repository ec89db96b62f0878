"""People's places in a window, and the invitations that open each to its person alone."""

from datetime import datetime
from typing import Annotated
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.keys import hash_secret, new_secret
from api.access.principals import Principal
from api.assessments.opening import is_due
from api.assessments.pieces import CONSENTS
from api.assessments.rows import (
    Place,
    add_respondent,
    count_respondents,
    external_ids,
    forget_answers,
    remove_respondent,
    write_answers,
)
from api.assessments.windows import WindowPhase
from api.errors import Conflict, InvalidBody, WindowClosed
from api.storage.ids import new_id
from api.storage.tables import Assessment, Respondent, Team
from models.base import Fault
from models.vocab import AnswerMode, Form
from recommender.diagnosis.form_check import check_response
from recommender.instruments import LoadedInstrument
from recommender.reading.fold import fold

__all__ = [
    "INVITATION",
    "Invited",
    "NewRespondent",
    "RespondentView",
    "bind",
    "invite",
    "invited_as",
    "invitee_faults",
    "open_in_browser",
    "person_key",
    "renew_invitation",
    "respondent_view",
    "take_out",
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
        description="Your own id of the person, the same at every retake, so that change can be told from new people. "
        "Ids that differ only in case, accents or kinds of quotation marks are the same person's.",
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
    bound_at: datetime | None
    """When the person first used the invitation."""
    saved_at: datetime | None
    submitted_at: datetime | None


class Invited(RespondentView):
    """A new place, and the invitation to it."""

    invitation: str | None
    """Hand it to the person alone: opening it in a browser uses it up, and until then it is a bearer token for the
    person's own answers. Shown this once: null when the answer is a repeated one, and then a renewal gives another."""


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
    if new.external_id and (known := invited_as(session, assessment, mode).get(person_key(new.external_id))):
        raise Conflict(f"Someone with the external id '{known}' is invited already.")
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


def invited_as(session: Session, assessment: Assessment, mode: AnswerMode) -> dict[str, str]:
    """External ids of those who are invited in a mode, by what tells people apart (see `person_key`)."""
    return {person_key(known): known for known in external_ids(session, assessment.id, mode)}


def person_key(external_id: str) -> str:
    """What is equal for one person however the external id, or the name in it, is spelled."""
    return fold(unquote(external_id)) or external_id


def bind(respondent: Respondent, *, now: datetime) -> None:
    """Note that whoever has the invitation in force uses it; later uses change nothing."""
    renewed_at = respondent.readable_from
    if respondent.bound_at is None or (renewed_at is not None and respondent.bound_at < renewed_at):
        respondent.bound_at = now


def open_in_browser(session: Session, place: Place, token: str, *, now: datetime) -> str | None:
    """Bind a place to whoever opens its invitation, and give the token that opens it from now on.

    The invitation is used up, because whoever made or sent it may have kept it. The token is the person's own; opening
    the own link changes nothing. The team's one link for agreed answers stays as it is: it is for all of them.

    Args:
        session: a writing transaction; `place` was read in it with its lock.
        place: what the token opens.
        token: the invitation, or a person's own.
        now: the time.

    Returns:
        The token; None when the place is opened by another one by now.
    """
    respondent = place.respondent
    if respondent.token_hash != hash_secret(token):  # another browser was faster
        return None
    bind(respondent, now=now)
    if respondent.mode == AnswerMode.CONSENSUS or respondent.opened_hash is not None:
        session.flush()
        return token
    own = new_secret("invitation")
    respondent.opened_hash, respondent.token_hash = respondent.token_hash, hash_secret(own)
    # Whoever used the invitation before may not have been the person: consent is given by the person alone.
    write_answers(session, respondent.id, {}, removed=CONSENTS, now=now)
    session.flush()
    return own


def renew_invitation(
    session: Session, principal: Principal, respondent: Respondent, team: Team, *, now: datetime
) -> Invited:
    """A new invitation to the same place; the old one, and the link of whoever opened it, end.

    What was saved before is not shown again. It counts until something is saved with the new invitation; then only
    that counts, so that the answers of a place are one person's.
    """
    token = new_secret("invitation")
    respondent.readable_from = now
    respondent.token_hash = hash_secret(token)
    respondent.opened_hash = None
    session.flush()
    _note(session, "respondent.renew", respondent, principal, team, now)
    return Invited(**respondent_view(respondent).model_dump(), invitation=token)


def take_out(session: Session, principal: Principal, place: Place, *, now: datetime) -> None:
    """Delete a place with its answers; frozen results stand.

    A number of people on the team that counted this person goes down by one.
    """
    assessment, respondent = place.assessment, place.respondent
    invited = count_respondents(session, assessment.id, respondent.mode)
    counted = assessment.roster_size is not None and 1 < assessment.roster_size <= invited
    if counted and respondent.mode == AnswerMode.INDIVIDUAL and assessment.phase != WindowPhase.CLOSED:
        assessment.roster_size = (assessment.roster_size or 0) - 1
        assessment.version += 1
    forget_answers(session, respondent.id)
    remove_respondent(session, respondent)
    _note(session, "respondent.remove", respondent, principal, place.team, now)


def _note(
    session: Session, action: str, respondent: Respondent, principal: Principal, team: Team, now: datetime
) -> None:
    note(session, action, respondent.id, actor=principal.actor, organization_id=team.organization_id, now=now)
