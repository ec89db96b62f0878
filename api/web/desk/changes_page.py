"""Why a team's list is another one than the time before: every difference as a sum of its causes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.engine.engine import Engine
from api.errors import Conflict
from api.recommending.changes import Changes, tell_changes_of_runs
from api.runs.rows import run_before
from api.runs.stored import seen_run
from api.text.language import word
from api.web.desk.match_parts import shares_of
from models.change_story import ChangeFactor, ListChange
from recommender.errors import TrellisError

__all__ = ["ChangesPage", "changes_page"]

_NAMES: Mapping[ChangeFactor, str] = {
    ChangeFactor.ANSWERS: "Answers",
    ChangeFactor.CONTEXT: "Situation",
    ChangeFactor.DATE: "Date",
    ChangeFactor.CATALOG: "Catalog",
    ChangeFactor.RULES: "Rules",
    ChangeFactor.MODEL: "Model",
    ChangeFactor.DECISIONS: "Decisions",
}
_COLORS = 5


class CausePart(NamedTuple):
    """What one cause did to one place, in hundredths of the drawing's width."""

    color: int
    name: str
    places: str
    """With its sign; all parts of a move sum to its places."""
    x: float
    width: float
    taken: bool


class ChangeLine(NamedTuple):
    """One support whose place differs."""

    title: str
    before: str
    after: str
    places: str
    sentence: str
    parts: tuple[CausePart, ...]


class ChangedList(NamedTuple):
    """The changes of one list."""

    title: str
    n_stayed: int
    alike: str
    groups: tuple[tuple[str, tuple[ChangeLine, ...]], ...]


class ChangesPage(NamedTuple):
    """What the page shows."""

    run_id: str
    team: str
    made: datetime
    before_id: str
    """Empty when there is no earlier run."""
    before_made: datetime | None
    released: bool
    """Whether the lists are compared as the team saw them."""
    headline: str
    causes: tuple[str, ...]
    residual: str
    needs: tuple[tuple[str, str, str], ...]
    lists: tuple[ChangedList, ...]
    trouble: str
    """Why nothing can be told; mostly empty."""


def changes_page(session: Session, engine: Engine, principal: Principal, run_id: str) -> ChangesPage:
    """The story of a run against the one before it.

    Raises:
        NotFound, NotAllowed: as of the run.
    """
    after = seen_run(session, principal, run_id, inputs=True)
    page = ChangesPage(
        run_id=run_id,
        team=after.team.name,
        made=after.run.created_at,
        before_id="",
        before_made=None,
        released=False,
        headline="",
        causes=(),
        residual="",
        needs=(),
        lists=(),
        trouble="",
    )
    other = run_before(session, after.run)
    if other is None:
        return page
    before = seen_run(session, principal, other, inputs=True)
    page = page._replace(before_id=other, before_made=before.run.created_at)
    try:
        return _told(page, tell_changes_of_runs(session, engine, before.run, after.run))
    except (Conflict, TrellisError) as error:
        return page._replace(trouble=str(error))


def _told(page: ChangesPage, changes: Changes) -> ChangesPage:
    page = page._replace(released=changes.compared == "released")
    story = changes.story
    if story is None:
        return page._replace(headline="Nothing that the lists depend on has changed.")
    moves = [move for kind in story.kinds for move in (*kind.entries, *kind.exits, *kind.moves)]
    widest = max((max(_pushes(move)) for move in moves), default=0.0)
    color = {factor: number % _COLORS + 1 for number, factor in enumerate(story.changed)}

    def lines(some: Sequence[ListChange]) -> tuple[ChangeLine, ...]:
        return tuple(_line(move, widest, color) for move in some)

    return page._replace(
        headline=story.headline,
        causes=tuple(_NAMES[factor] for factor in story.changed),
        residual=_NAMES[story.residual] if story.residual else "",
        needs=tuple((need.name, f"{need.before:.2f}", f"{need.after:.2f}") for need in story.needs),
        lists=tuple(
            ChangedList(
                title=word(kind.kind, "many"),
                n_stayed=kind.n_stayed,
                alike=f"{100 * kind.overlap:.0f}%",
                groups=tuple(
                    (words, lines(some))
                    for words, some in (
                        ("New in the list", kind.entries),
                        ("No longer in the list", kind.exits),
                        ("At another place", kind.moves),
                    )
                    if some
                ),
            )
            for kind in story.kinds
        ),
    )


def _pushes(move: ListChange) -> tuple[float, float]:
    """Places gained, and places lost, whatever came of both."""
    return (
        sum(part for part in move.parts.values() if part > 0),
        -sum(part for part in move.parts.values() if part < 0),
    )


def _line(move: ListChange, widest: float, color: Mapping[ChangeFactor, int]) -> ChangeLine:
    """Parts are drawn from the middle: gains to the right, losses to the left."""
    factors = [factor for factor in color if factor in move.parts]
    tenths = shares_of([move.parts[factor] for factor in factors], unit=0.1)
    scale = 50 / widest if widest > 0 else 0.0
    right = left = 50.0
    parts = []
    for factor, tenth in zip(factors, tenths, strict=True):
        width = abs(move.parts[factor]) * scale
        if move.parts[factor] >= 0:
            x, right = right, right + width
        else:
            left -= width
            x = left
        if tenth:
            words = f"{tenth / 10:+.1f}".replace("-", "−")
            parts.append(
                CausePart(color[factor], _NAMES[factor], words, round(x, 2), round(width, 2), move.parts[factor] < 0)
            )
    return ChangeLine(
        title=move.title,
        before=str(move.before or "–"),
        after=str(move.after or "–"),
        places=f"{move.places:+d}".replace("-", "−"),
        sentence=move.sentence,
        parts=tuple(parts),
    )
