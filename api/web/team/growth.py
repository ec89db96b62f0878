"""What changed since a team's last check, domain by domain, and why its plan is another one than before."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.assessments.profiles import TwoWaves, compare
from api.engine.engine import Engine
from api.errors import Conflict, NoResults, NotFound, NotReleased
from api.recommending.changes import tell_changes_of_runs
from api.reviews.released import plan_standing
from api.runs.rows import Run, run_before
from api.runs.stored import seen_run, team_sees
from api.text.language import _, all_told, ngettext, speaker, told, word
from api.text.words import mean_words
from api.web.kit.scale import ScaleMark, Tick, mark_at, ticks
from api.web.team.results import NoResultsPage, nothing_yet
from api.web.team.viewpoints import TeamFrame, Viewpoint
from models.change_story import ChangeFactor, ChangeStory, ListChange
from models.growth import DomainGrowth, ShownScore
from models.profile import CapacityProfile
from models.vocab import Domain
from recommender.diagnosis.profiling import level_message
from recommender.instruments import LoadedInstrument

__all__ = ["GrowthPage", "GrowthRow", "MovePart", "MoveRow", "Moves", "Story", "growth_page"]

_COLORS: Mapping[ChangeFactor, int] = {
    ChangeFactor.ANSWERS: 1,
    ChangeFactor.DECISIONS: 2,
    ChangeFactor.CATALOG: 3,
    ChangeFactor.RULES: 4,
    ChangeFactor.CONTEXT: 4,
    ChangeFactor.DATE: 5,
    ChangeFactor.MODEL: 5,
}
_HALF = 48.0
"""Percent of a bar's width on each side of its middle."""
_TELLING = 0.05


class GrowthRow(NamedTuple):
    """One domain at two times. Words are empty where there is nothing to show."""

    name: str
    before: ScaleMark | None
    after: ScaleMark | None
    then: ScaleMark | None
    """Where the team now places itself back then."""
    before_words: str
    """`2.1, Developing`."""
    after_words: str
    then_words: str
    verdict: str
    """Clear change, possible change, no clear change, or not judged; with its direction."""
    clear: bool
    sentence: str


class MovePart(NamedTuple):
    """What one cause did to a support's place."""

    words: str
    """`your answers: up 4 places`."""
    x: str
    width: str
    color: int
    """1 to 5."""


class MoveRow(NamedTuple):
    """One support that entered, left or moved."""

    title: str
    sentence: str
    parts: tuple[MovePart, ...]


class Moves(NamedTuple):
    """What happened to one list."""

    name: str
    groups: tuple[tuple[str, tuple[MoveRow, ...]], ...]
    """New, gone, and moved; only those with something in them."""
    n_stayed: int


class Story(NamedTuple):
    """Why the plan changed."""

    headline: str
    lists: tuple[Moves, ...]


class GrowthPage(NamedTuple):
    """Everything on the page."""

    frame: TeamFrame
    why_not: str
    """Why there is nothing to compare; empty when there is."""
    earlier_at: datetime | None
    ticks: tuple[Tick, ...]
    rows: tuple[GrowthRow, ...]
    has_then: bool
    notices: tuple[str, ...]
    has_story: bool
    """Whether an earlier plan can be compared."""
    story: Story | None
    """None until somebody asks for it, and when nothing that lists depend on has changed."""
    asked: bool
    no_story: str
    """Why it cannot be told; empty when it can."""


def growth_page(session: Session, engine: Engine, view: Viewpoint, *, why: bool) -> GrowthPage | NoResultsPage:
    """What stands on the page of growth.

    Args:
        session: the transaction.
        engine: instrument, scoring and the recommender.
        view: who looks.
        why: whether to tell why the plan changed, which takes about a second.
    """
    assessment, team = view.open(session)
    frame = view.frame(team, "growth")
    standing = plan_standing(session, assessment, team)
    if not standing.has_results:
        return nothing_yet(frame, assessment.closes_at)
    page = GrowthPage(
        frame=frame,
        why_not="",
        earlier_at=None,
        ticks=ticks(engine.instrument),
        rows=(),
        has_then=False,
        notices=(),
        has_story=False,
        story=None,
        asked=why,
        no_story="",
    )
    if assessment.previous_id is None:
        page = page._replace(why_not="first")
    else:
        try:
            found = compare(session, engine, assessment)
        except NoResults:
            page = page._replace(why_not="no results")
        except Conflict:
            page = page._replace(why_not="other version")
        else:
            rows = _rows(found, engine.instrument)
            page = page._replace(
                rows=rows,
                has_then=any(row.then for row in rows),
                notices=all_told(found.growth.notice_messages, found.growth.notices, engine.instrument),
                earlier_at=found.before_at,
            )
    runs = _two_runs(session, view, standing.run_id)
    if runs is None:
        return page
    page = page._replace(has_story=True)
    if not why:
        return page
    try:
        changes = tell_changes_of_runs(session, engine, *runs)
    except Conflict:
        return page._replace(no_story=_("Several things changed at once, and we cannot tell them apart any more."))
    if changes.compared != "released" and not team_sees(team, None):
        return page._replace(has_story=False)
    return page._replace(story=_story(changes.story, engine.instrument) if changes.story else None)


def _two_runs(session: Session, view: Viewpoint, run_id: str | None) -> tuple[Run, Run] | None:
    """The last plan that the team saw before, and the one it sees now."""
    if run_id is None:
        return None
    after = seen_run(session, view.principal, run_id, inputs=True)
    before_id = run_before(session, after.run, released=True)
    if before_id is None:
        return None
    try:
        before = seen_run(session, view.principal, before_id, inputs=True)
        before.must_be_open_to(view.principal)
    except (NotFound, NotReleased):
        return None
    return before.run, after.run


def _rows(found: TwoWaves, instrument: LoadedInstrument) -> tuple[GrowthRow, ...]:
    says = speaker(instrument)
    before, after = _errors(found.before), _errors(found.after)
    return tuple(
        GrowthRow(
            name=says.tell(f"domain.{one.domain}"),
            before=mark_at(one.before.mean, before.get(one.domain)) if one.before else None,
            after=mark_at(one.after.mean, after.get(one.domain)) if one.after else None,
            then=mark_at(one.then) if one.then else None,
            before_words=_score_words(one.before, instrument),
            after_words=_score_words(one.after, instrument),
            then_words=says.tell(f"level.{one.then}") if one.then else "",
            verdict=_verdict(one),
            clear=one.verdict == "reliable",
            sentence=_sentence(one, instrument),
        )
        for one in found.growth.domains
    )


def _score_words(score: ShownScore | None, instrument: LoadedInstrument) -> str:
    if score is None:
        return ""
    level = told(level_message(score.levels) if score.levels else None, score.level_words, instrument)
    return _("{mean}, {level}", mean=mean_words(score), level=level)


def _sentence(one: DomainGrowth, instrument: LoadedInstrument) -> str:
    if one.sentence_messages is None:
        return one.sentence
    return " ".join(speaker(instrument).say(message) for message in one.sentence_messages)


def _errors(profile: CapacityProfile) -> Mapping[Domain, float | None]:
    """Standard errors as they are shown."""
    return {score.domain: score.se for score in profile.domains}


def _verdict(one: DomainGrowth) -> str:
    match one.verdict, one.direction:
        case "reliable", "up":
            return _("Clear change, up")
        case "reliable", "down":
            return _("Clear change, down")
        case "possible", "up":
            return _("Possible change, up")
        case "possible", "down":
            return _("Possible change, down")
        case "no clear change", None:
            return _("No clear change")
    return _("Not judged")


def _story(story: ChangeStory, instrument: LoadedInstrument) -> Story:
    moves = [move for one in story.kinds for move in (*one.entries, *one.exits, *one.moves)]
    largest = max((_reach(move) for move in moves), default=1.0) or 1.0
    return Story(
        told(story.headline_message, story.headline, instrument),
        tuple(
            Moves(
                word(one.kind, "many_for_teams"),
                tuple(
                    (name, tuple(_move(move, largest, instrument) for move in group))
                    for name, group in (
                        (_("New in the list"), one.entries),
                        (_("Not in the list any more"), one.exits),
                        (_("At another place"), one.moves),
                    )
                    if group
                ),
                one.n_stayed,
            )
            for one in story.kinds
        ),
    )


def _reach(move: ListChange) -> float:
    """How far the bar of a move reaches from its middle, on the longer side."""
    ups = sum(part for part in move.parts.values() if part > 0)
    return max(ups, -sum(part for part in move.parts.values() if part < 0))


def _move(move: ListChange, largest: float, instrument: LoadedInstrument) -> MoveRow:
    parts = []
    right = left = 50.0
    for factor, places in sorted(move.parts.items(), key=lambda part: -abs(part[1])):
        if abs(places) < _TELLING:
            continue
        width = abs(places) / largest * _HALF
        if places < 0:
            left -= width
        x = right if places > 0 else left
        if places > 0:
            right += width
        parts.append(
            MovePart(
                _part_words(factor, places),
                f"{x:.1f}%",
                f"{width:.1f}%",
                _COLORS[factor],
            )
        )
    return MoveRow(move.title, told(move.sentence_message, move.sentence, instrument), tuple(parts))


def _part_words(factor: ChangeFactor, places: float) -> str:
    size = f"{abs(places):.1f}".removesuffix(".0")
    n = 1 if size == "1" else max(2, round(abs(places)))
    cause = word(factor, "for_teams")
    if places > 0:
        return ngettext("{cause}: up {size} place", "{cause}: up {size} places", n, cause=cause, size=size)
    return ngettext("{cause}: down {size} place", "{cause}: down {size} places", n, cause=cause, size=size)
