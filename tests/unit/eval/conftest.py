"""Small sets of judged teams, cut from the shipped ones."""

from pathlib import Path

import pytest

from tests.fixtures.judged import cut_teams


@pytest.fixture
def three_teams(tmp_path: Path) -> Path:
    return cut_teams(tmp_path / "three", n=3)
