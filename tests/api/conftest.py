"""The whole application over the starter catalog, with a small stand-in for the language model."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.engine.engine import load_inputs, open_recommender
from api.engine.samples import sample_documents
from api.settings import Settings
from recommender.pipeline import Recommender
from tests.fixtures.engines import EMBEDDER
from tests.fixtures.service import running_service


@pytest.fixture(scope="session")
def recommender(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    return open_recommender(load_inputs(settings, embedder=EMBEDDER))


@pytest.fixture(scope="session")
def client(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A caller with a portal's key."""
    with running_service(recommender, tmp_path_factory.mktemp("service")) as service:
        yield service.as_("portal")


@pytest.fixture
def sample() -> dict[str, Any]:
    """The new school team, for changing at will."""
    document: dict[str, Any] = sample_documents()["new-school-team"]
    return document
