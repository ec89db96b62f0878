"""The terminal page on which supports are graded. Reads keys from a terminal, or one command a line from a pipe."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TextIO

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from eval.judging.case import JudgingCase
from eval.judging.judgments import GRADES, JudgedPair, Judgment
from eval.judging.session import Session
from models.support import Resource, Support

__all__ = ["Command", "Commands", "PipedCommands", "TerminalKeys", "judge_pool", "terminal_or_pipe"]

GRADE_WORDS = {
    0: "not useful: off the needs, or ruled out by context",
    1: "marginal: would not object, would not choose it",
    2: "good: clearly useful for a main need, with one weakness",
    3: "excellent: among the handful to put in front of this team now",
}
_KEYS = "0-3 grade  n note  s skip  b back  u undo  g guidelines  t team  ? help  q quit"


class Command(NamedTuple):
    """What the judge did."""

    key: str
    note: str = ""
    """The text of a note, or the note given along with a grade."""


class Commands(Protocol):
    """Where a judge's commands come from."""

    def next(self) -> Command | None:
        """The next command; None when there are no more."""
        ...


class PipedCommands:
    """One command a line: a key, and for grades and notes any text after it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def next(self) -> Command | None:
        """The next line that is not blank."""
        for line in self._stream:
            key, _, note = line.strip().partition(" ")
            if key:
                return Command(key, note.strip())
        return None


class TerminalKeys:
    """Single keys; `n` asks for the note's text."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def next(self) -> Command | None:
        """The next key; the end of input and Ctrl-C quit."""
        import click

        try:
            key = click.getchar()
            if key == "n":
                return Command(key, self._console.input("Note: ").strip())
        except (EOFError, KeyboardInterrupt):
            return None
        return Command(key)


def judge_pool(
    session: Session,
    commands: Commands,
    *,
    cases: Mapping[str, JudgingCase],
    supports: Mapping[str, Support],
    guidelines: str,
    console: Console,
    others: Callable[[JudgedPair], Sequence[Judgment]] | None = None,
) -> None:
    """Grade until the pool's end, `q`, or the end of the commands. Every grade is kept as it is given.

    Args:
        session: Where the judge stands; changed.
        commands: The judge's.
        cases: Teams by assessment id.
        supports: By id.
        guidelines: Markdown.
        console: Where the page is shown.
        others: What other judges said of a pair, to settle a disagreement; None keeps judges apart.
    """
    told: str | None = None
    shown: JudgedPair | None = None
    note = ""
    while (pair := session.current) is not None:
        if pair != shown:
            case = cases[pair.assessment_id]
            if told != pair.assessment_id:
                console.print(_team(case))
                told = pair.assessment_id
            console.print(_support(supports[pair.support_id], _progress(session, case)))
            if others is not None:
                console.print(_others(others(pair)))
            if before := session.earlier(pair):
                console.print(f"Your grade so far: {before.grade}. {before.note}".rstrip(), markup=False)
            console.print(_KEYS, style="dim", markup=False, highlight=False)
            shown, note = pair, ""
        command = commands.next()
        if command is None or command.key == "q":
            break
        match command.key:
            case "s":
                session.skip()
            case "b":
                session.back()
            case "u":
                back_to = session.undo()
                console.print("Nothing to undo." if back_to is None else f"Taken back: {back_to.support_id}.")
                shown = None if back_to is not None else shown
            case "n":
                note = command.note
                console.print(f"Noted; it goes with the grade: {note}", markup=False)
            case "g":
                console.print(Markdown(guidelines))
            case "t":
                console.print(_team(cases[pair.assessment_id]))
            case key if key in {str(grade) for grade in GRADES}:
                session.grade(int(key), note=command.note or note)
            case "?":
                console.print(_help())
            case key:
                console.print(f"No command '{key}'. {_KEYS}", markup=False, highlight=False)
    console.print(_farewell(session), markup=False)


def terminal_or_pipe(console: Console) -> Commands:
    """Keys when a person types them, lines when a program does."""
    return TerminalKeys(console) if sys.stdin.isatty() else PipedCommands(sys.stdin)


def _progress(session: Session, case: JudgingCase) -> str:
    return f"{session.place} of {len(session.pool)}, {session.n_left} to grade · {case.name}"


def _team(case: JudgingCase) -> RenderableType:
    situation = Table.grid(padding=(0, 2))
    for question, answer in case.situation:
        situation.add_row(Text(question, style="dim"), Text(answer))
    needs = Table.grid(padding=(0, 2))
    for need in case.needs:
        place = "-" if need.rank is None else str(need.rank)
        level = case.levels.get(need.domain, "level not shown")
        words = "priority" if need.is_priority else need.word.value
        needs.add_row(place, Text(need.name), Text(level), Text(words, style="bold" if need.is_priority else "dim"))
    parts: list[RenderableType] = [situation, Text("\nNeeds, greatest first", style="bold"), needs]
    if case.words:
        parts.append(Text("\nIn their own words", style="bold"))
        parts += [Text(f"{heading}\n  {text}") for heading, text in case.words]
    if case.n_kept_words:
        parts.append(Text(f"\n{case.n_kept_words} texts are kept to the team by their authors.", style="dim"))
    return Panel(Group(*parts), title=Text(f"{case.name} ({case.form.value})"), title_align="left")


def _support(support: Support, progress: str) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for name, value in _fields(support):
        table.add_row(Text(name, style="dim"), Text(value))
    body: list[RenderableType] = [Text(support.summary), Text(""), table]
    body += [Text(f"- {service.type.value}: {service.description}") for service in support.offers]
    if support.needs_met:
        body.append(Text("\nNeeds it says it answers", style="bold"))
        body += [Text(f"- {need}") for need in support.needs_met]
    title = Text.assemble((support.display_title, "bold"), f"  {support.kind.value}")
    return Panel(Group(*body), title=title, title_align="left", subtitle=Text(progress), subtitle_align="left")


def _fields(support: Support) -> list[tuple[str, str]]:
    """The record's facts, each in words; an unknown one says so, because unknown is neither good nor bad."""
    facts: list[tuple[str, Sequence[object] | object | None]] = [
        ("id", support.id),
        ("domains", support.domains),
        ("levels", support.levels),
        ("focus areas", support.focus_areas),
        ("grade bands", support.grade_bands),
        ("audiences", support.audiences),
        ("modality", support.modality),
        ("cost", support.cost),
        ("language", support.language),
        ("equity-centered", "yes" if support.equity_centered else "no"),
    ]
    if isinstance(support, Resource):
        evidence = support.evidence
        facts += [
            ("publisher", support.publisher),
            ("type", support.resource_type),
            ("year", support.year),
            ("evidence", f"{evidence.kind.value} {evidence.level or ''}".strip() if evidence else None),
        ]
    else:
        facts.append(("kind", support.support_type))
    if support.places is not None:
        facts.append(("serves", support.places))
    facts.append(("page", support.url))
    return [(name, _words(value)) for name, value in facts]


def _words(value: object) -> str:
    if value is None or value == ():
        return "unknown"
    return ", ".join(str(item) for item in value) if isinstance(value, tuple) else str(value)


def _others(judgments: Sequence[Judgment]) -> RenderableType:
    # Without names: a grade should weigh by its reason, not by who gave it.
    lines = [f"- {item.grade}{f': {item.note}' if item.note else ''}" for item in judgments]
    return Text("\n".join(["Grades so far", *lines]))


def _help() -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for grade, words in sorted(GRADE_WORDS.items(), reverse=True):
        table.add_row(str(grade), words)
    for key, words in (
        ("n", "write a note that goes with the grade"),
        ("s", "skip: it comes again when you open the pool the next time"),
        ("b", "back to the one before; its grade stands until you change it"),
        ("u", "undo: take the last grade back"),
        ("g", "read the guidelines"),
        ("t", "show the team again"),
        ("q", "quit; everything is saved"),
    ):
        table.add_row(key, words)
    return table


def _farewell(session: Session) -> str:
    if session.n_left == 0:
        return f"All {len(session.pool)} are graded."
    return f"{session.n_graded} of {len(session.pool)} are graded; {session.n_left} are left for the next time."
