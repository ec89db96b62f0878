"""The command over the starter catalog, with a small stand-in for the language model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from api.engine import engine
from api.engine.engine import Inputs
from api.engine.samples import read_sample, sample_documents
from api.settings import Settings
from models.recommendation import Versions
from recommender.embedding import CachedEmbedder
from recommender.pipeline import Recommender, versions_of
from tests.fixtures.engines import EMBEDDER

Trellis = Callable[..., Result]


@pytest.fixture(scope="session")
def embedder() -> CachedEmbedder:
    return EMBEDDER


@pytest.fixture(scope="session")
def opened() -> dict[tuple[Versions, bool], Recommender]:
    """Recommenders that commands have opened, by what they are made of: opening one takes longer than most commands."""
    return {}


@pytest.fixture
def trellis(
    monkeypatch: pytest.MonkeyPatch, embedder: CachedEmbedder, opened: dict[tuple[Versions, bool], Recommender]
) -> Trellis:
    """Runs a command line and gives back its result."""
    load, open_new = engine.load_inputs, engine.open_recommender

    def load_inputs(settings: Settings) -> Inputs:
        return load(settings, embedder=embedder)

    def open_recommender(inputs: Inputs, *, keep_words: bool = False, **options: Any) -> Recommender:
        made_of = inputs.instrument, inputs.catalog, inputs.ruleset, inputs.config, inputs.embedder
        key = versions_of(*made_of), keep_words
        if key not in opened:
            opened[key] = open_new(inputs, keep_words=keep_words, **options)
        return opened[key]

    monkeypatch.setattr(engine, "load_inputs", load_inputs)
    monkeypatch.setattr(engine, "open_recommender", open_recommender)
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
