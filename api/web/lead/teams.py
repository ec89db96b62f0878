"""What the pages of a lead's teams show."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.access.reach import sees_run
from api.assessments.rows import answered_in, assessments, latest_assessments, with_results
from api.runs.rows import latest_runs
from api.teams.cohorts import GrantView, team_grants
from api.teams.rows import Team
from api.text.language import _
from api.web.kit.checks import Standing, manner, standing
from api.web.lead.about import important_gaps, labels_of
from models.vocab import Form
from recommender.instruments import LoadedInstrument

__all__ = [
    "CheckRow",
    "DeletePage",
    "NewTeamPage",
    "TeamPage",
    "TeamRow",
    "TeamsPage",
    "form_words",
    "new_team_page",
    "team_page",
    "teams_page",
]

_MOST_CHECKS = 100


class Plan(NamedTuple):
    """Where a team's plan stands."""

    words: str
    chip: str
    address: str
    """Of the plan's page; empty before it may be seen."""


class TeamRow(NamedTuple):
    """A team in the list."""

    id: str
    name: str
    form: str
    check: Standing | None
    """None before the first check."""
    plan: Plan | None
    """None before there is any."""


class TeamsPage(NamedTuple):
    """The list of teams."""

    rows: Sequence[TeamRow]
    next_cursor: str | None
    is_first: bool
    """Whether this is the first page of the list."""
    name: str
    """What the names must have inside."""
    done: str


class NewTeamPage(NamedTuple):
    """The form for a new team."""

    once: str
    name: str
    form: str
    options: Sequence[tuple[str, str, str]]
    """The two kinds of team: word, name, explanation."""
    faults: Mapping[str, str]


class CheckRow(NamedTuple):
    """A check of a team."""

    id: str
    wave: int
    standing: Standing
    has_results: bool
    has_growth: bool
    opened_at: datetime
    how: str


class TeamPage(NamedTuple):
    """One team."""

    id: str
    name: str
    form: str
    facts: Sequence[tuple[str, str]]
    gaps: Sequence[str]
    """Questions about the team that matter most and are not answered."""
    shared_with: Sequence[str]
    checks: Sequence[CheckRow]
    """Newest first."""
    plan: Plan | None
    grants: Sequence[GrantView]
    """Cohorts that the team is in now."""
    done: str
    fault: str
    """What is wrong with the cohort's code that was typed."""
    code: str

    @property
    def current(self) -> CheckRow | None:
        """The newest check."""
        return self.checks[0] if self.checks else None

    @property
    def latest_results(self) -> CheckRow | None:
        """The newest check with results."""
        return next((check for check in self.checks if check.has_results), None)


class DeletePage(NamedTuple):
    """The question before a team is deleted."""

    id: str
    name: str
    typed: str
    fault: str


def form_words() -> Mapping[Form, tuple[str, str]]:
    """The two kinds of team: name and explanation."""
    return {
        Form.TEAM: (
            _("A school or district improvement team"),
            _("People who work on improvement in one school or district."),
        ),
        Form.HUB: (
            _("The hub of a network of schools"),
            _("People who lead and support a network. The check asks about that, too."),
        ),
    }


def new_team_page(once: str, *, name: str = "", form: str = "", faults: Mapping[str, str] | None = None) -> NewTeamPage:
    """The form, with what was typed before."""
    return NewTeamPage(once, name, form, [(key, *words) for key, words in form_words().items()], faults or {})


def teams_page(
    session: Session,
    rows: Sequence[Team],
    *,
    next_cursor: str | None,
    is_first: bool,
    name: str,
    done: str,
    now: datetime,
) -> TeamsPage:
    """A page of the list."""
    ids = [team.id for team in rows]
    latest = latest_assessments(session, ids)
    windows = [found.id for found in latest.values()]
    answered, results, plans = answered_in(session, windows), with_results(session, windows), _plans(session, rows)
    return TeamsPage(
        rows=[
            TeamRow(
                team.id,
                team.name,
                _("Network hub") if team.form == Form.HUB else _("Team"),
                standing(check, answered, has_results=check.id in results, now=now)
                if (check := latest.get(team.id))
                else None,
                plans.get(team.id),
            )
            for team in rows
        ],
        next_cursor=next_cursor,
        is_first=is_first,
        name=name,
        done=_done().get(done, ""),
    )


def team_page(
    session: Session,
    principal: Principal,
    team: Team,
    instrument: LoadedInstrument,
    *,
    now: datetime,
    done: str = "",
    fault: str = "",
    code: str = "",
) -> TeamPage:
    """One team, with its checks."""
    checks = assessments(session, team.id, limit=_MOST_CHECKS)[::-1]
    ids = [check.id for check in checks]
    answered, results = answered_in(session, ids), with_results(session, ids)
    rows = [
        CheckRow(
            id=check.id,
            wave=check.wave,
            standing=standing(check, answered, has_results=check.id in results, now=now),
            has_results=check.id in results,
            has_growth=check.id in results and check.previous_id is not None,
            opened_at=check.opens_at,
            how=manner(check),
        )
        for check in checks
    ]
    labels = labels_of(team.context, instrument, Form(team.form))
    return TeamPage(
        id=team.id,
        name=team.name,
        form=_("Network hub") if team.form == Form.HUB else _("Team"),
        facts=[(words, answer) for key, (words, answer) in labels.items() if instrument.handling[key].on_team_page],
        gaps=important_gaps(team.context, instrument, Form(team.form)),
        shared_with=labels["share_with"][1].split("; ") if "share_with" in labels else [],
        checks=rows,
        plan=_plans(session, [team]).get(team.id),
        grants=[grant for grant in team_grants(session, principal, team.id) if grant.revoked_at is None],
        done=_done().get(done, ""),
        fault=fault,
        code=code,
    )


def _plans(session: Session, teams: Sequence[Team]) -> dict[str, Plan]:
    of_id = {team.id: team for team in teams}
    return {
        team_id: Plan(_("Plan is ready"), "accent", f"/assessments/{run.assessment_id}/plan")
        if sees_run(of_id[team_id], run.released_at)
        else Plan(_("Plan is with the program officer"), "", "")
        for team_id, run in latest_runs(session, [*of_id]).items()
    }


def _done() -> Mapping[str, str]:
    """What was done, by the word for it in an address."""
    return {
        "created": _("The team is here."),
        "about": _("What you said about your team is saved."),
        "deleted": _("The team and everything that belonged to it is deleted."),
        "joined": _("The team is in the cohort now."),
        "left": _("The team is out of the cohort."),
    }
