"""Where output goes: rich tables on a terminal, plain text in a pipe, progress on standard error."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from api.text.screen import Screen
from recommender.ports import OnProgress

__all__ = ["INSTANCE_WORDS", "progress_bar", "screen"]

INSTANCE_WORDS = "(all of them)"
"""What stands for the organization of an operator."""

_PIPE_WIDTH = 100
_MAX_WIDTH = 140
_WORTH_A_LINE = 100
"""Shorter work is over before anyone wonders."""


def screen() -> Screen:
    """Standard output of this process. `NO_COLOR` and `COLUMNS` are honored."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False, markup=False)
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    plain = not console.is_terminal or console.is_dumb_terminal or encoding != "utf8"
    if plain:
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isdecimal() and int(columns) >= 40 else _PIPE_WIDTH
        console = Console(highlight=False, emoji=False, markup=False, color_system=None, width=width)
    elif console.width > _MAX_WIDTH:
        # Longer lines are hard to read, however wide the window.
        console.width = _MAX_WIDTH
    return Screen(console, plain)


@contextmanager
def progress_bar() -> Iterator[OnProgress]:
    """A callback that shows progress on standard error: a bar on a terminal, else a line for each tenth."""
    if not sys.stderr.isatty():
        yield _tenths()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Bar(*columns, console=Console(stderr=True), transient=True)
    tasks: dict[str, TaskID] = {}

    def show(done: int, total: int, what: str) -> None:
        bar.start()  # only now: most commands have nothing long to do
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total)
        bar.update(tasks[what], completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()


def _tenths() -> OnProgress:
    shown: dict[str, int] = {}

    def show(done: int, total: int, what: str) -> None:
        tenth = 10 * done // max(total, 1)
        if done == 0:  # the same kind of work begins once more, as when each kind of support is indexed
            shown.pop(what, None)
        if tenth > shown.get(what, 0) and total >= _WORTH_A_LINE:
            shown[what] = tenth
            print(f"{what}: {done} of {total}", file=sys.stderr)

    return show
