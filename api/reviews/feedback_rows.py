"""What teams did with supports, as their portals tell."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from api.storage.tables import FeedbackEvent, MatchStatus, Organization, Run, Team

__all__ = [
    "SupportFeedback",
    "add_events",
    "feedback_of_team",
    "feedback_on_supports",
    "known_events",
    "known_runs",
    "lock_organization",
    "offered_supports",
    "own_teams",
]


class SupportFeedback(NamedTuple):
    """What a team did with a support, in short."""

    at: datetime
    support_id: str
    kind: str
    reason: str | None
    actor: str


def lock_organization(session: Session, organization_id: str) -> None:
    """Let one batch of an organization in at a time, so that no event is taken twice."""
    session.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update(key_share=True))


def known_events(session: Session, organization_id: str, event_ids: Collection[str]) -> dict[str, FeedbackEvent]:
    """The events of these ids that an organization has sent before."""
    query = select(FeedbackEvent).where(
        FeedbackEvent.organization_id == organization_id, FeedbackEvent.event_id.in_(event_ids)
    )
    return {event.event_id: event for event in session.scalars(query)}


def own_teams(session: Session, organization_id: str, team_ids: Collection[str]) -> set[str]:
    """Which of these are teams of the organization."""
    query = select(Team.id).where(Team.organization_id == organization_id, Team.id.in_(team_ids))
    return set(session.scalars(query))


def known_runs(session: Session, run_ids: Collection[str]) -> dict[str, Run]:
    """The runs of these ids."""
    return {run.id: run for run in session.scalars(select(Run).where(Run.id.in_(run_ids)))}


def offered_supports(session: Session, team_ids: Collection[str]) -> set[tuple[str, str]]:
    """Team and support of everything that was ever offered to these teams."""
    query = select(MatchStatus.team_id, MatchStatus.support_id).where(MatchStatus.team_id.in_(team_ids)).distinct()
    return {(team_id, support_id) for team_id, support_id in session.execute(query)}


def add_events(session: Session, events: Sequence[FeedbackEvent]) -> None:
    """Store new events."""
    session.add_all(events)
    session.flush()


def feedback_of_team(
    session: Session, team_id: str, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[FeedbackEvent]:
    """A team's events by time and id, after a key."""
    query = select(FeedbackEvent).where(FeedbackEvent.team_id == team_id)
    if after is not None:
        at, event_id = after
        later = and_(FeedbackEvent.at == at, FeedbackEvent.event_id > event_id)
        query = query.where(or_(FeedbackEvent.at > at, later))
    return session.scalars(query.order_by(FeedbackEvent.at, FeedbackEvent.event_id).limit(limit)).all()


def feedback_on_supports(session: Session, team_id: str, kinds: Collection[str]) -> Sequence[SupportFeedback]:
    """A team's feedback of these kinds, oldest first."""
    event = FeedbackEvent
    query = select(event.at, event.support_id, event.kind, event.reason, event.actor)
    query = query.where(event.team_id == team_id, event.kind.in_(kinds))
    rows = session.execute(query.order_by(event.at, event.received_at, event.event_id))
    return [SupportFeedback(*row) for row in rows]
