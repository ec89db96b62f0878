"""What the page of catalog versions shows."""

from collections.abc import Sequence
from typing import NamedTuple

from api.catalog.history import VersionLine
from api.text.language import word
from models.kinds import KINDS

__all__ = ["VersionsPage", "versions_page"]


class VersionsPage(NamedTuple):
    """The kept catalogs."""

    lines: Sequence[VersionLine]
    """Newest first."""
    preparing: bool
    """Whether the one in use does not serve yet."""
    done: bool
    """Whether somebody has just put one in use."""
    kinds: Sequence[str]
    """Headings of the numbers of each kind."""


def versions_page(lines: Sequence[VersionLine], *, done: bool) -> VersionsPage:
    """The page of these catalogs."""
    kinds = [word(kind, "many") for kind in KINDS]
    return VersionsPage(lines, any(one.standing.active and not one.standing.serving for one in lines), done, kinds)
