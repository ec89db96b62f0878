"""Why a team's list is another one than the time before: every difference as a sum of its causes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from api.access.principals import Principal
from api.engine.engine import Engine
from api.errors import Conflict
from api.recommending.changes import Changes, tell_changes_of_runs
from api.runs.rows import run_before
from api.runs.stored import seen_run
from api.text.language import _, capitalized, speaker, told, word
from api.web.desk.match_parts import shares_of
from models.change_story import ChangeFactor, KindChanges, ListChange
from recommender.errors import TrellisError
from recommender.instruments import LoadedInstrument

__all__ = ["ChangesPage", "changes_page"]

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


class ChangeGroup(NamedTuple):
    """Supports to which the same happened."""

    title: str
    caption: str
    """The title with the name of the list."""
    lines: tuple[ChangeLine, ...]


class ChangedList(NamedTuple):
    """The changes of one list."""

    title: str
    n_stayed: int
    alike: str
    groups: tuple[ChangeGroup, ...]


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
        return _story(page, tell_changes_of_runs(session, engine, before.run, after.run), engine.instrument)
    except (Conflict, TrellisError) as error:
        return page._replace(trouble=str(error))


def _story(page: ChangesPage, changes: Changes, instrument: LoadedInstrument) -> ChangesPage:
    page = page._replace(released=changes.compared == "released")
    story = changes.story
    if story is None:
        return page._replace(headline=_("Nothing that the lists depend on has changed."))
    moves = [move for kind in story.kinds for move in (*kind.entries, *kind.exits, *kind.moves)]
    widest = max((max(_pushes(move)) for move in moves), default=0.0)
    says, color = speaker(instrument), {factor: number % _COLORS + 1 for number, factor in enumerate(story.changed)}

    def group(title: str, caption: str, some: Sequence[ListChange]) -> ChangeGroup:
        return ChangeGroup(title, caption, tuple(_line(move, widest, color, instrument) for move in some))

    def groups(kind: KindChanges) -> Iterator[ChangeGroup]:
        name = word(kind.kind, "many")
        yield group(_("New in the list"), _("{kind}: new in the list", kind=name), kind.entries)
        yield group(_("No longer in the list"), _("{kind}: no longer in the list", kind=name), kind.exits)
        yield group(_("At another place"), _("{kind}: at another place", kind=name), kind.moves)

    return page._replace(
        headline=told(story.headline_message, story.headline, instrument),
        causes=tuple(word(factor) for factor in story.changed),
        residual=word(story.residual) if story.residual else "",
        needs=tuple(
            (says.tell(f"domain.{need.domain}"), f"{need.before:.2f}", f"{need.after:.2f}") for need in story.needs
        ),
        lists=tuple(
            ChangedList(
                title=word(kind.kind, "many"),
                n_stayed=kind.n_stayed,
                alike=f"{100 * kind.overlap:.0f}%",
                groups=tuple(one for one in groups(kind) if one.lines),
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


def _line(
    move: ListChange, widest: float, color: Mapping[ChangeFactor, int], instrument: LoadedInstrument
) -> ChangeLine:
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
                CausePart(
                    color[factor],
                    capitalized(word(factor)),
                    words,
                    round(x, 2),
                    round(width, 2),
                    move.parts[factor] < 0,
                )
            )
    return ChangeLine(
        title=move.title,
        before=str(move.before or "–"),
        after=str(move.after or "–"),
        places=f"{move.places:+d}".replace("-", "−"),
        sentence=told(move.sentence_message, move.sentence, instrument),
        parts=tuple(parts),
    )
