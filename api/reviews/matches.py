"""The life of a match: offered by a release, then what the team and its officer make of it. Steps are appended only."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.principals import Principal, Scope
from api.engine.engine import Engine
from api.errors import Conflict, InvalidBody, NotAllowed, NotFound
from api.reviews.match_rows import add_statuses, lock_team, statuses_of_team
from api.storage.tables import MatchStatus, Team
from models.base import Fault
from models.match import MatchOutcome, MatchState, TeamReason
from models.review import Entry, EntryState, Review
from models.support import Support
from models.vocab import SupportKind
from recommender.errors import UnknownSupport

__all__ = [
    "MatchStep",
    "MatchView",
    "NewStatus",
    "matches_of_team",
    "offer",
    "set_status",
    "status_faults",
    "take_back",
]

_NEXT: Mapping[MatchState, frozenset[MatchState]] = {
    MatchState.REVIEWED: frozenset({MatchState.OFFERED}),
    MatchState.OFFERED: frozenset({MatchState.ACCEPTED, MatchState.DECLINED, MatchState.CLOSED}),
    MatchState.ACCEPTED: frozenset({MatchState.ENGAGED, MatchState.DECLINED, MatchState.CLOSED}),
    MatchState.DECLINED: frozenset({MatchState.OFFERED}),
    MatchState.ENGAGED: frozenset({MatchState.CLOSED}),
    MatchState.CLOSED: frozenset({MatchState.OFFERED}),
}
_OF_OFFICERS = frozenset({MatchState.OFFERED, MatchState.CLOSED})
_OF_TEAMS = frozenset({MatchState.ACCEPTED, MatchState.DECLINED, MatchState.ENGAGED, MatchState.CLOSED})
_HIDDEN = frozenset({MatchState.PROPOSED, MatchState.REVIEWED})
"""What a team does not see."""


class NewStatus(BaseModel):
    """The next step of a match."""

    model_config = ConfigDict(extra="forbid")

    status: MatchState = Field(examples=["accepted"])
    outcome: MatchOutcome | None = None
    """What came of it; required when it is closed, and only then."""
    reason: TeamReason | None = None
    """Why; only when it is declined or closed."""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class MatchStep(BaseModel):
    """One step in the life of a match."""

    status: MatchState
    outcome: MatchOutcome | None
    reason: str | None
    note: str
    run_id: str | None
    actor: str
    at: datetime


class MatchView(BaseModel):
    """A match of a team: where it stands and how it came there."""

    support_id: str
    kind: SupportKind | None
    """None, as title and URL, when the catalog of the team's organization has it no more."""
    title: str | None
    url: str | None
    status: MatchState
    outcome: MatchOutcome | None
    since: datetime | None
    """None for one that is not offered yet."""
    run_id: str | None
    history: list[MatchStep]
    """Oldest first; begins with the first offer."""


def offer(
    session: Session, team_id: str, run_id: str, support_ids: Sequence[str], *, actor: str, now: datetime
) -> None:
    """A release of these supports: each is offered, unless the team has taken it up already."""
    lock_team(session, team_id)
    last = _last_steps(session, team_id)
    under_way = {MatchState.ACCEPTED, MatchState.ENGAGED}
    add_statuses(
        session,
        [
            _step(team_id, run_id, support_id, MatchState.OFFERED, actor=actor, now=now)
            for support_id in support_ids
            if (step := last.get(support_id)) is None
            or (step.status not in under_way and (step.status != MatchState.OFFERED or step.run_id != run_id))
        ],
    )


def take_back(
    session: Session, team_id: str, run_id: str, *, keep: Collection[str], reason: str, actor: str, now: datetime
) -> None:
    """What a run offered and nobody answered is offered no more, but for what is kept."""
    lock_team(session, team_id)
    add_statuses(
        session,
        [
            _step(team_id, run_id, support_id, MatchState.REVIEWED, actor=actor, now=now, reason=reason)
            for support_id, step in _last_steps(session, team_id).items()
            if (step.status, step.run_id) == (MatchState.OFFERED, run_id) and support_id not in keep
        ],
    )


def set_status(
    session: Session,
    engine: Engine,
    principal: Principal,
    team: Team,
    support_id: str,
    new: NewStatus,
    *,
    now: datetime,
) -> MatchView:
    """Append the next step of a match.

    Raises:
        NotAllowed: the step is not the caller's: officers offer and close; teams accept, decline, engage and close.
        InvalidBody: outcome or reason do not belong to the step.
        NotFound: the team has no such match.
        Conflict: the step does not follow from where the match stands.
    """
    officer = principal.scope is Scope.OFFICER
    own = _OF_OFFICERS if officer else _OF_TEAMS
    if new.status not in own:
        who = "a program officer" if officer else "a team's portal"
        raise NotAllowed(f"'{new.status}' is not for {who} to set; it may set: {_words(own)}.")
    if faults := status_faults(new):
        raise InvalidBody(faults)
    lock_team(session, team.id)
    steps = statuses_of_team(session, team.id, support_id)
    present = MatchState(steps[-1].status) if steps else None
    if present is None or (not officer and present in _HIDDEN):
        raise NotFound("match", support_id)
    if new.status not in _NEXT[present]:
        raise Conflict(f"A match that is '{present}' can become: {_words(_NEXT[present])}; not '{new.status}'.")
    step = _step(
        team.id,
        steps[-1].run_id,
        support_id,
        new.status,
        actor=principal.actor,
        now=now,
        outcome=new.outcome,
        reason=new.reason,
        note_=new.note,
    )
    add_statuses(session, [step])
    note(
        session,
        f"match.{new.status}",
        team.id,
        actor=principal.actor,
        organization_id=team.organization_id,
        now=now,
        detail={"support": support_id},
    )
    return _view(support_id, [*steps, step], engine.of(team.organization_id))


def matches_of_team(
    session: Session, engine: Engine, principal: Principal, team: Team, *, newest: tuple[str, Review] | None
) -> list[MatchView]:
    """A team's matches by support id; for an officer also those of the newest run that are not offered yet."""
    officer, engine = principal.scope is Scope.OFFICER, engine.of(team.organization_id)
    by_support: dict[str, list[MatchStatus]] = {}
    for step in statuses_of_team(session, team.id):
        by_support.setdefault(step.support_id, []).append(step)
    views = {support_id: _view(support_id, steps, engine) for support_id, steps in by_support.items()}
    if not officer:
        return [view for _, view in sorted(views.items()) if view.status not in _HIDDEN]
    if newest is not None:
        run_id, review = newest
        for entry in (entry for one in review.lists for entry in one.kept):
            if entry.support_id not in views:
                views[entry.support_id] = _waiting(entry, run_id)
    return [view for _, view in sorted(views.items())]


def status_faults(new: NewStatus | None) -> list[Fault]:
    """What does not belong to a step; nothing where the step cannot be read."""
    if new is None:
        return []
    faults = []
    closed = new.status is MatchState.CLOSED
    if closed and new.outcome is None:
        detail = f"A match is closed with an outcome: {', '.join(MatchOutcome)}."
        faults.append(Fault(pointer="/outcome", detail=detail))
    if not closed and new.outcome is not None:
        faults.append(Fault(pointer="/outcome", detail="Only a closed match has an outcome."))
    if new.reason is not None and not closed and new.status is not MatchState.DECLINED:
        faults.append(Fault(pointer="/reason", detail="A reason is given when a match is declined or closed."))
    return faults


def _last_steps(session: Session, team_id: str) -> dict[str, MatchStatus]:
    return {step.support_id: step for step in statuses_of_team(session, team_id)}


def _step(
    team_id: str,
    run_id: str | None,
    support_id: str,
    status: MatchState,
    *,
    actor: str,
    now: datetime,
    outcome: MatchOutcome | None = None,
    reason: str | None = None,
    note_: str = "",
) -> MatchStatus:
    return MatchStatus(
        team_id=team_id,
        run_id=run_id,
        support_id=support_id,
        status=status,
        outcome=outcome,
        reason=reason,
        note=note_,
        actor=actor,
        at=now,
    )


def _view(support_id: str, steps: Sequence[MatchStatus], engine: Engine) -> MatchView:
    support, last = _support(engine, support_id), steps[-1]
    return MatchView(
        support_id=support_id,
        kind=support.kind if support else None,
        title=support.display_title if support else None,
        url=support.url if support else None,
        status=MatchState(last.status),
        outcome=MatchOutcome(last.outcome) if last.outcome else None,
        since=last.at,
        run_id=last.run_id,
        history=[
            MatchStep(
                status=MatchState(step.status),
                outcome=MatchOutcome(step.outcome) if step.outcome else None,
                reason=step.reason,
                note=step.note,
                run_id=step.run_id,
                actor=step.actor,
                at=step.at,
            )
            for step in steps
        ],
    )


def _waiting(entry: Entry, run_id: str) -> MatchView:
    return MatchView(
        support_id=entry.support_id,
        kind=entry.kind,
        title=entry.title,
        url=entry.url,
        status=MatchState.PROPOSED if entry.state is EntryState.PROPOSED else MatchState.REVIEWED,
        outcome=None,
        since=None,
        run_id=run_id,
        history=[],
    )


def _support(engine: Engine, support_id: str) -> Support | None:
    try:
        return engine.catalog.get(support_id)
    except UnknownSupport:
        return None


def _words(states: Collection[MatchState]) -> str:
    return ", ".join(state for state in MatchState if state in states)
