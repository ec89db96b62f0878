"""Where a page is printed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Screen", "printable"]


@dataclass(frozen=True)
class Screen:
    """An output, and whether it may show more than plain text."""

    console: "Console"
    plain: bool
    """No colors, no box characters: a pipe, a dumb terminal, or one that cannot show the signs."""

    @contextmanager
    def page(self) -> Iterator[None]:
        """What is printed within appears when the block ends; plain text without blanks at the ends of lines."""
        if not self.plain:
            yield
            return
        with self.console.capture() as capture:
            yield
        self.console.file.write("".join(line.rstrip() + "\n" for line in capture.get().splitlines()))


def printable(text: str) -> str:
    """The text with a space for each control character: what a file holds must not steer the terminal."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text)
