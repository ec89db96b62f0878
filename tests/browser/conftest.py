"""A site and browser windows for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from recommender.pipeline import Recommender
from tests.fixtures.browser import Windows, chromium
from tests.fixtures.sites import Site, running_site

__all__ = ["chromium"]


@pytest.fixture
def site(starter: Recommender, tmp_path: Path, migrated_file: Path) -> Iterator[Site]:
    """A site without data."""
    path = tmp_path / "trellis.sqlite"
    shutil.copy(migrated_file, path)
    with running_site(starter, tmp_path, url=f"sqlite:///{path}") as site:
        yield site


@pytest.fixture
def windows(chromium: Browser, site: Site) -> Iterator[Windows]:
    """Browser windows on the site; a complaint of any of them fails the test."""
    windows = Windows(chromium, site)
    yield windows
    troubles = windows.close()
    assert not troubles, "\n".join(f"{one.what} [{one.page}]" for one in troubles)
