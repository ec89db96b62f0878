"""The cohorts of a program: which teams are in each, and where each team stands on the desk."""

from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.reviews.queue import Filters, QueueItem, Sort, list_queue
from api.teams.cohort_rows import cohorts
from api.teams.cohorts import NewCohort, cohort_detail, own_cohort
from api.web.desk.words import STATE_MARKS, STATES
from api.web.kit.once import one_time
from models.vocab import Form

__all__ = ["CohortPage", "CohortsPage", "cohort_page", "cohorts_page", "new_cohort"]

_MOST = 500


class CohortRow(NamedTuple):
    """One cohort of the list."""

    id: str
    name: str
    made: datetime


class CohortsPage(NamedTuple):
    """What the page shows."""

    cohorts: tuple[CohortRow, ...]
    once: str
    name: str
    fault: str


class CohortTeamRow(NamedTuple):
    """One team of a cohort."""

    name: str
    kind: str
    organization: str
    since: datetime
    state: str
    mark: str
    run_id: str
    """Of its newest run; empty without one."""


class CohortPage(NamedTuple):
    """What the page shows."""

    id: str
    name: str
    made: datetime
    teams: tuple[CohortTeamRow, ...]
    created: bool
    """Whether it was made just now."""


def cohorts_page(
    session: Session, principal: Principal, *, once: str = "", name: str = "", fault: str = ""
) -> CohortsPage:
    """Every cohort, newest first, and a form for a new one."""
    kept = cohorts(session, principal.organization_id, limit=_MOST)
    rows = tuple(CohortRow(one.id, one.name, one.created_at) for one in reversed(kept))
    return CohortsPage(rows, once or one_time(), name, fault)


def new_cohort(name: str) -> NewCohort | None:
    """A cohort to create; None when it cannot be called that."""
    try:
        return NewCohort(name=name)
    except ValidationError:
        return None


def cohort_page(session: Session, principal: Principal, cohort_id: str, *, done: str, now: datetime) -> CohortPage:
    """One cohort with its teams.

    Raises:
        NotFound: no such cohort of the officer's program.
    """
    detail = cohort_detail(session, own_cohort(session, principal, cohort_id))
    filters = Filters(cohort=cohort_id)
    newest: dict[str, QueueItem] = {}
    for item in list_queue(session, principal, filters, sort=Sort.AGE, after=None, limit=_MOST, now=now).items:
        newest[item.team_id] = item
    rows = []
    for team in sorted(detail.teams, key=lambda team: (team.name.casefold(), team.id)):
        last = newest.get(team.id)
        state, mark = "No recommendations yet", ""
        if not team.shares_results:
            state = "Does not share its results"
        elif last:
            state, mark = STATES[last.state], STATE_MARKS[last.state]
        kind = "Network hub" if team.form is Form.HUB else "Team"
        run_id = last.run_id if last and team.shares_results else ""
        rows.append(CohortTeamRow(team.name, kind, team.organization, team.granted_at, state, mark, run_id))
    return CohortPage(detail.id, detail.name, detail.created_at, tuple(rows), done == "created")
