"""Headings, wrapped lines and tables, for a terminal or a pipe."""

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.text.scales import ASCII, UNICODE, Glyphs
from api.text.screen import Screen, printable

__all__ = ["TextPage"]


class TextPage:
    """Prints to one screen."""

    def __init__(self, screen: Screen) -> None:
        self.console = screen.console
        self.plain = screen.plain
        self.glyphs: Glyphs = ASCII if screen.plain else UNICODE

    def heading(self, text: str) -> None:
        """A blank line, then the heading."""
        self.console.print()
        self.console.print(Text(printable(text), style="bold"))
        if not self.plain:
            self.console.print(Text("─" * min(len(text), self.console.width), style="dim"))

    def line(self, text: str | Text, *, indent: int = 0, hang: int = 0) -> None:
        """Wrapped text; `hang` indents its later lines further than the first."""
        text = Text(text) if isinstance(text, str) else text
        text.plain = printable(text.plain)
        for row, part in enumerate(text.wrap(self.console, self.console.width - indent - hang)):
            part.rstrip()
            self.console.print(Padding(part, (0, 0, 0, indent + (hang if row else 0)), expand=False))

    def point(self, text: str | Text, *, indent: int = 0) -> None:
        """One entry of a list."""
        self.line(Text.assemble(f"{self.glyphs.bullet} ", text), indent=indent, hang=2)

    def url(self, url: str, *, indent: int) -> None:
        """Never wrapped, so that it can be copied or clicked."""
        self.console.print(Text(" " * indent + printable(url), style="dim"), soft_wrap=True)

    def table(self) -> Table:
        """An empty table; rows are added and it is printed by the caller."""
        if self.plain:
            return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
