"""What a reviewer may send, and what it stands for: supports, rules and people are looked up here, once."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool
from sqlalchemy.orm import Session

from api.access.actor_rows import works_for
from api.access.principals import Principal, Scope
from api.engine.engine import Engine
from api.errors import Conflict, InvalidBody
from api.runs.stored import stored_source
from api.storage.tables import Run
from models.base import Fault, SupportId, Value
from models.recommendation import RecommendationRun, RuleTrace
from models.review import (
    Action,
    Actor,
    Add,
    Approve,
    Assign,
    Defer,
    Move,
    Note,
    Pin,
    RecallRelease,
    Release,
    Remove,
    RequestSecondReader,
    SecondRead,
    SetDue,
    SupportKey,
    Undo,
    Unpin,
    Words,
)
from recommender.errors import UnknownSupport
from recommender.pipeline import ListTerms

__all__ = ["MOST_ACTIONS", "AddRequest", "AssignRequest", "Bulk", "NewAction", "Resolver"]


MOST_ACTIONS = 100
"""Actions that are taken together."""


class AddRequest(Value):
    """Put a support of the catalog at the end of its list."""

    action: Literal["add"]
    support_id: SupportKey
    override: StrictBool = False
    """Offer it although rules exclude it for this team."""
    reason: Words = ""
    """Why; required to override rules."""


class AssignRequest(Value):
    """Say who reviews: `me`, an officer of the own organization, or nobody."""

    action: Literal["assign"]
    assignee: Literal["me"] | Actor | None


NewAction = Annotated[
    Approve
    | Remove
    | Pin
    | Unpin
    | Move
    | AddRequest
    | Note
    | Defer
    | AssignRequest
    | RequestSecondReader
    | SecondRead
    | SetDue
    | Undo
    | Release
    | RecallRelease,
    Field(
        discriminator="action",
        examples=[{"action": "remove", "support_id": "res-example", "reason": "already_used", "note": "Last year"}],
    ),
]


class Bulk(BaseModel):
    """Several actions that are taken together or not at all."""

    model_config = ConfigDict(extra="forbid")

    actions: Annotated[list[NewAction], Field(min_length=1, max_length=MOST_ACTIONS)]


class Resolver:
    """Turns what was sent into what is stored, for one run and one reviewer."""

    def __init__(
        self, session: Session, engine: Engine, principal: Principal, *, run: RecommendationRun, row: Run
    ) -> None:
        """`run` is what stands in its `row`."""
        self._session = session
        self._engine = engine
        self._principal = principal
        self._run = run
        self._row = row

    def __call__(self, sent: NewAction) -> Action:
        """The action to store.

        Raises:
            InvalidBody: it names a support or an officer that does not exist, or one that rules exclude.
            Conflict: the answers behind the run do not fit the instrument any more, so that no rule can be tried.
        """
        match sent:
            case AddRequest():
                return self._add(sent)
            case AssignRequest(assignee="me"):
                return Assign(assignee=self._principal.actor)
            case AssignRequest():
                self._officer(sent.assignee, "/assignee")
                return Assign(assignee=sent.assignee)
            case RequestSecondReader():
                self._officer(sent.reader, "/reader")
                return sent
            case _:
                return sent

    def _officer(self, actor: str | None, pointer: str) -> None:
        organization_id = self._principal.organization_id
        if actor is not None and not works_for(self._session, actor, organization_id, scope=Scope.OFFICER):
            detail = f"'{actor}' is no program officer of your organization."
            raise InvalidBody([Fault(pointer=pointer, detail=detail)])

    def _add(self, sent: AddRequest) -> Add:
        try:
            support = self._engine.catalog.get(sent.support_id)
        except UnknownSupport as error:
            raise InvalidBody([Fault(pointer="/support_id", detail=str(error))]) from error
        violations = self._violations(support.id)
        if violations and not sent.override:
            named = " ".join(f"{rule.id}: {rule.because}" for rule in violations)
            detail = f"Rules exclude it for this team. {named} To offer it all the same, send override and a reason."
            raise InvalidBody([Fault(pointer="/support_id", detail=detail)])
        return Add(
            support_id=support.id,
            kind=support.kind,
            title=support.display_title,
            url=support.url,
            override=bool(violations),
            reason=sent.reason,
            violations=violations,
        )

    def _violations(self, support_id: SupportId) -> tuple[RuleTrace, ...]:
        recommender, source = self._engine.recommender, stored_source(self._row)
        if source.release.instrument != recommender.instrument.version:
            raise Conflict(
                "The answers behind this run were given to another instrument; make a new run to add supports."
            )
        return recommender.why_not(source, support_id, ListTerms(self._run.as_of)).excluded_by
