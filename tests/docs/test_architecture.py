"""The map of the house: what it names exists, and no room is missing."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PACKAGES = ("models", "recommender", "api", "eval")
MADE = {"build/words.pot"}
"""Files that a command makes."""


def named_paths() -> set[str]:
    """Paths from the root of the checkout that the map names as code: those that have a slash."""
    named = re.findall(r"`([A-Za-z_][\w.-]*(?:/[\w.-]+)+/?)`", MAP)
    return set(named) - MADE


def rooms() -> list[str]:
    """Folders with modules; the migrations belong to the storage."""
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    return sorted(
        folder.relative_to(ROOT).as_posix() for folder in folders if "migrations" not in folder.relative_to(ROOT).parts
    )


def test_every_path_on_the_map_exists() -> None:
    assert len(named_paths()) > 50
    assert not [path for path in sorted(named_paths()) if not (ROOT / path).exists()]


@pytest.mark.parametrize("room", rooms())
def test_every_room_is_on_the_map(room: str) -> None:
    assert re.search(rf"^\| `{re.escape(room)}` \| \S", MAP, re.MULTILINE), (
        f"docs/architecture.md has no line for {room}"
    )


def test_contributing_points_to_the_map() -> None:
    assert "docs/architecture.md" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
