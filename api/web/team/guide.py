"""A guide for the meeting in which a team talks about its results and decides what to try."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.engine.engine import Engine
from api.text.language import _
from api.web.kit.profile import DomainRow
from api.web.kit.scale import Tick
from api.web.team.conversation import Prompt, Strength
from api.web.team.results import NoResultsPage, results_page
from api.web.team.viewpoints import TeamFrame, Viewpoint
from models.vocab import NeedWord

__all__ = ["AgendaItem", "GuidePage", "guide_page"]

_MOST_FIRST = 3


class AgendaItem(NamedTuple):
    """One part of the meeting."""

    start: int
    """Minutes after its beginning."""
    minutes: int
    name: str
    anchor: str


class GuidePage(NamedTuple):
    """Everything on the page."""

    frame: TeamFrame
    taken_at: datetime
    people: str
    agenda: tuple[AgendaItem, ...]
    minutes: int
    strengths: tuple[Strength, ...]
    prompts: tuple[Prompt, ...]
    ticks: tuple[Tick, ...]
    first: tuple[DomainRow, ...]
    """Domains to start with; the first that are close where none is clear."""
    clear: bool
    """Whether these are clear."""
    has_plan: bool


def guide_page(session: Session, engine: Engine, view: Viewpoint) -> GuidePage | NoResultsPage:
    """What stands on the page of the meeting guide. Shows no number but those of the results' own drawing."""
    found = results_page(session, engine, view, "guide")
    if isinstance(found, NoResultsPage):
        return found
    first = [row for row in found.chart.rows if row.need is NeedWord.START_HERE]
    close = [row for row in found.chart.rows if row.need is NeedWord.CLOSE_CALL]
    chosen = tuple((first or close)[:_MOST_FIRST])
    agenda = _agenda(n_first=len(chosen), n_prompts=len(found.prompts), has_strengths=bool(found.strengths))
    return GuidePage(
        frame=found.frame,
        taken_at=found.taken_at,
        people=found.people,
        agenda=agenda,
        minutes=sum(item.minutes for item in agenda),
        strengths=found.strengths,
        prompts=found.prompts,
        ticks=found.chart.ticks,
        first=chosen,
        clear=bool(first),
        has_plan=found.plan.run_id is not None,
    )


def _agenda(*, n_first: int, n_prompts: int, has_strengths: bool) -> tuple[AgendaItem, ...]:
    parts = [(5, _("Arrive, and agree on how to talk"), "arrive")]
    if has_strengths:
        parts.append((10, _("What is furthest along"), "strong"))
    if n_prompts:
        parts.append((5 + 5 * min(n_prompts, 3), _("Two pictures"), "pictures"))
    parts.append((max(10, 10 * n_first), _("Where to start") if n_first else _("What matters to us"), "start"))
    parts += [(10, _("What we will try"), "decide"), (5, _("Close"), "close")]
    agenda, start = [], 0
    for minutes, name, anchor in parts:
        agenda.append(AgendaItem(start, minutes, name, anchor))
        start += minutes
    return tuple(agenda)
