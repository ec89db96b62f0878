"""What a team has made of the matches that it was offered."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.engine.engine import Engine
from api.reviews.matches import matches_of_team
from api.teams.rows import Team
from api.web.desk.words import in_words
from models.match import MatchOutcome, MatchState

__all__ = ["Fate", "fates_of"]

_DID = {
    MatchState.ACCEPTED: "wants it",
    MatchState.DECLINED: "does not want it",
    MatchState.ENGAGED: "uses it",
    MatchState.CLOSED: "is done with it",
}
_OUTCOMES = {
    MatchOutcome.HELPED: "it helped",
    MatchOutcome.HELPED_SOME: "it helped some",
    MatchOutcome.DID_NOT_HELP: "it did not help",
    MatchOutcome.NOT_USED: "it was not used",
    MatchOutcome.UNKNOWN: "nobody knows if it helped",
}


class Fate(NamedTuple):
    """The team's last word on a match."""

    words: str
    note: str
    at: datetime


def fates_of(session: Session, engine: Engine, principal: Principal, team: Team) -> Mapping[str, Fate]:
    """By support; matches that the team has not answered are left out."""
    fates = {}
    for view in matches_of_team(session, engine, principal, team, newest=None):
        if view.status in _DID:
            step = view.history[-1]
            why = _OUTCOMES[step.outcome] if step.outcome else in_words(step.reason or "")
            fates[view.support_id] = Fate(_DID[view.status] + (f": {why}" if why else ""), step.note, step.at)
    return fates
