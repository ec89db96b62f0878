"""The command over the starter catalog, with a small stand-in for the language model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from api.engine import engine
from api.engine.engine import Inputs
from api.engine.samples import read_sample, sample_documents
from api.settings import Settings
from recommender.embedding import CachedEmbedder
from recommender.testing import HashingEmbedder

Trellis = Callable[..., Result]


@pytest.fixture(scope="session")
def embedder() -> CachedEmbedder:
    return CachedEmbedder(HashingEmbedder(), None)


@pytest.fixture
def trellis(monkeypatch: pytest.MonkeyPatch, embedder: CachedEmbedder) -> Trellis:
    """Runs a command line and gives back its result."""
    load = engine.load_inputs

    def load_inputs(settings: Settings) -> Inputs:
        return load(settings, embedder=embedder)

    monkeypatch.setattr(engine, "load_inputs", load_inputs)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("TRELLIS_DEBUG", raising=False)
    return lambda *words, stdin=None: CliRunner().invoke(app, [str(word) for word in words], input=stdin)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The new school team as a file."""
    path = tmp_path / "team.json"
    path.write_bytes(read_sample("new-school-team"))
    return path


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """All sample teams, one a line."""
    path = tmp_path / "teams.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in sample_documents().values()))
    return path
