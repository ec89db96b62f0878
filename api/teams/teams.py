"""Creating, changing and deleting teams."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.principals import Principal
from api.access.reach import own_team
from api.errors import Conflict, InvalidBody
from api.storage.ids import new_id
from api.storage.tables import Team
from api.teams.rows import add_team, find_team_by_external_id, lock_all_of_team, remove_team
from api.text.names import Name
from models.assessment import ContextValue
from models.base import Fault
from models.vocab import Form
from recommender.diagnosis.context_answers import check_context
from recommender.instruments import LoadedInstrument
from recommender.reading.faults import FaultReport

__all__ = [
    "NewTeam",
    "ReviewPolicy",
    "TeamChange",
    "TeamView",
    "change_faults",
    "change_team",
    "create_team",
    "delete_team",
    "team_faults",
    "team_view",
]

ExternalId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


class ReviewPolicy(StrEnum):
    """When a team sees its matches. Without sharing with the program officer they are released at once."""

    BEFORE_RELEASE = "before_release"
    """After an officer has released them."""
    AFTER_RELEASE = "after_release"
    """At once; officers review what the team sees."""


class NewTeam(BaseModel):
    """A team to create."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Riverside on-track team"])
    form: Form
    external_id: ExternalId | None = Field(default=None, description="Your own id; unique in your organization.")
    context: dict[str, ContextValue] = Field(
        default={}, description="Answers to the instrument's context questions.", examples=[{"state": ["TX"]}]
    )
    review_policy: ReviewPolicy = ReviewPolicy.BEFORE_RELEASE


class TeamChange(BaseModel):
    """What to change; what is left out stays. A context answer of null takes the answer out."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    external_id: ExternalId | None = Field(
        default=None, description="Your own id; unique in your organization. Null takes it out."
    )
    context: dict[str, ContextValue | None] | None = Field(default=None, examples=[{"budget": "none", "state": None}])
    review_policy: ReviewPolicy | None = None


class TeamView(BaseModel):
    """A team, as far as the caller may see it."""

    id: str
    external_id: str | None
    name: str
    form: Form
    context: dict[str, ContextValue] | None
    """None for an officer with whom the team does not share."""
    review_policy: ReviewPolicy
    created_at: datetime
    updated_at: datetime


def team_view(team: Team, *, shared: bool = True) -> TeamView:
    """A team for its own organization, or, not `shared`, for an officer who may only know that it is there."""
    return TeamView(
        id=team.id,
        external_id=team.external_id if shared else None,
        name=team.name,
        form=Form(team.form),
        context=team.context if shared else None,
        review_policy=ReviewPolicy(team.review_policy),
        created_at=team.created_at,
        updated_at=team.updated_at,
    )


def create_team(
    session: Session, principal: Principal, new: NewTeam, instrument: LoadedInstrument, *, now: datetime
) -> Team:
    """Store a new team of the caller's organization.

    Raises:
        InvalidBody: every context answer that its question does not take.
        Conflict: the organization has a team of that external id.
    """
    context = {key: list(value) if isinstance(value, tuple) else value for key, value in new.context.items()}
    if faults := _context_faults(context, instrument, new.form):
        raise InvalidBody(faults)
    if new.external_id and find_team_by_external_id(session, new.external_id, principal.organization_id):
        raise _taken(new.external_id)
    team = Team(
        id=new_id("team", now),
        organization_id=principal.organization_id,
        external_id=new.external_id,
        name=new.name,
        form=new.form,
        context=context,
        review_policy=new.review_policy,
        version=1,
        created_at=now,
        updated_at=now,
    )
    add_team(session, team)
    note(session, "team.create", team.id, actor=principal.actor, organization_id=team.organization_id, now=now)
    return team


def change_team(
    session: Session,
    principal: Principal,
    team: Team,
    change: TeamChange,
    instrument: LoadedInstrument,
    *,
    now: datetime,
) -> None:
    """Change a team in place.

    Raises:
        InvalidBody: every context answer that its question does not take.
        Conflict: the organization has another team of that external id.
    """
    context: dict[str, Any] = dict(team.context)
    for key, value in (change.context or {}).items():
        if value is None:
            context.pop(key, None)
        else:
            context[key] = list(value) if isinstance(value, tuple) else value
    if faults := _context_faults(context, instrument, Form(team.form)):
        raise InvalidBody(faults)
    if "external_id" in change.model_fields_set and change.external_id != team.external_id:
        if change.external_id and find_team_by_external_id(session, change.external_id, team.organization_id):
            raise _taken(change.external_id)
        team.external_id = change.external_id
    team.context = context
    team.name = change.name or team.name
    team.review_policy = change.review_policy or team.review_policy
    team.version += 1
    team.updated_at = now
    session.flush()
    note(session, "team.change", team.id, actor=principal.actor, organization_id=team.organization_id, now=now)


def _taken(external_id: str) -> Conflict:
    return Conflict(f"Your organization has a team with the external id '{external_id}' already.")


def delete_team(session: Session, principal: Principal, team_id: str, *, now: datetime) -> None:
    """Delete a team with its answers, profiles, runs, reviews and feedback; a line of the audit stays.

    Raises:
        NotFound: no such team of the caller's organization.
    """
    lock_all_of_team(session, own_team(session, principal, team_id).id)
    team = own_team(session, principal, team_id, lock=True)
    remove_team(session, team)
    note(session, "team.delete", team.id, actor=principal.actor, organization_id=team.organization_id, now=now)


def team_faults(fields: Mapping[str, Any], instrument: LoadedInstrument) -> Sequence[Fault]:
    """What is wrong with the context answers of a new team whose other members may have any shape."""
    form = next((form for form in Form if form == fields.get("form")), None)
    return _context_faults(fields.get("context"), instrument, form)


def change_faults(fields: Mapping[str, Any], team: Team, instrument: LoadedInstrument) -> Sequence[Fault]:
    """What is wrong with the context answers of a change whose other members may have any shape."""
    context = fields.get("context")
    given = {key: value for key, value in context.items() if value is not None} if isinstance(context, Mapping) else {}
    return _context_faults(given, instrument, Form(team.form))


def _context_faults(context: object, instrument: LoadedInstrument, form: Form | None) -> Sequence[Fault]:
    report = FaultReport()
    if isinstance(context, Mapping):
        check_context(context, instrument, form, report=report, at=("context",))
    return report.faults({"context": context})
