"""What a team has made of the matches that it was offered."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.engine.engine import Engine
from api.reviews.matches import MatchStep, matches_of_team
from api.teams.rows import Team
from api.text.language import _, word
from models.match import MatchState, TeamReason

__all__ = ["Fate", "fates_of"]

_DECIDED = {MatchState.ACCEPTED, MatchState.DECLINED, MatchState.ENGAGED, MatchState.CLOSED}
"""What a team, not an officer, makes of a match."""


class Fate(NamedTuple):
    """The team's last word on a match."""

    words: str
    """The end of a sentence that begins with the team."""
    note: str
    at: datetime


def fates_of(session: Session, engine: Engine, principal: Principal, team: Team) -> Mapping[str, Fate]:
    """By support; matches that the team has not answered are left out."""
    fates = {}
    for view in matches_of_team(session, engine, principal, team, newest=None):
        if view.status in _DECIDED:
            step = view.history[-1]
            fates[view.support_id] = Fate(_fate_words(step), step.note, step.at)
    return fates


def _fate_words(step: MatchStep) -> str:
    did = word(step.status)
    if step.outcome:
        return _("{did}: {outcome}", did=did, outcome=word(step.outcome))
    return _("{did}: {reason}", did=did, reason=word(TeamReason(step.reason))) if step.reason else did
