"""Small sets of judged teams, cut from the shipped ones, and what the commands make of them, made once."""

from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner, Result

from eval.cli import app
from recommender.testing import HashingEmbedder
from tests.fixtures.judged import cut_teams


@pytest.fixture(scope="session")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory for the stand-in's vectors, so that no text is encoded twice."""
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture
def three_teams(tmp_path: Path) -> Path:
    return cut_teams(tmp_path / "three", n=3)


class Gated(NamedTuple):
    """The ranking recorded on three teams, and sent through its own gate."""

    teams: Path
    recorded: Path
    gate: Path
    """What the gate has written."""
    passed: Result
    """What it has printed, each check on a line."""
    judged: Path
    """The result of `trellis eval judged` on the same teams."""


@pytest.fixture(scope="session")
def gated(tmp_path_factory: pytest.TempPathFactory, vectors: Path) -> Gated:
    """Ranking these teams takes seconds: once for all tests, which change none of the files."""
    folder = tmp_path_factory.mktemp("gated")
    teams, recorded, gate = cut_teams(folder / "three", n=3), folder / "recorded.json", folder / "gate.json"
    judged = folder / "judged.json"

    def invoke(*words: str | Path) -> Result:
        return CliRunner().invoke(app, [*map(str, words), "--teams", str(teams)], catch_exceptions=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recommender.opening.SentenceEmbedder", lambda _: HashingEmbedder())
        patch.setenv("TRELLIS_DATA_DIR", str(vectors))
        judged.write_text(invoke("judged", "--json").stdout, "utf-8")
        assert invoke("record", "--out", recorded).exit_code == 0
        passed = invoke("gate", "--recorded", recorded, "--out", gate, "--verbose")
    return Gated(teams, recorded, gate, passed, judged)
