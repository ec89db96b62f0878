"""A server that is still loading, one that gets ready, and one that cannot."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from sqlalchemy import text

from api.app import create_app
from api.engine.engine import Inputs, load_inputs
from api.settings import Settings
from api.storage.migrate import newest_revision
from recommender.embedding import CachedEmbedder
from recommender.errors import InvalidCatalog, ModelAltered, ModelMissing
from recommender.pipeline import Recommender
from recommender.testing import HashingEmbedder
from tests.fixtures.service import Service, running_service


class GatedEmbedder(HashingEmbedder):
    """Encodes nothing before the gate opens; may then turn out to be unusable."""

    def __init__(self, *, failure: Exception | None = None) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.failure = failure

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        assert self.gate.wait(timeout=60)
        if self.failure:
            raise self.failure
        return super().encode(texts, query=query)


def inputs_with(embedder: HashingEmbedder) -> Inputs:
    return load_inputs(Settings(), embedder=CachedEmbedder(embedder, None))


def wait_for(client: TestClient, status: int) -> dict[str, object]:
    for _ in range(600):
        response = client.get("/readyz")
        if response.status_code == status and response.json().get("type") != "/problems/not-ready":
            answer: dict[str, object] = response.json()
            return answer
        time.sleep(0.1)
    raise AssertionError(f"still {response.status_code}: {response.text}")


def test_it_is_alive_at_once_and_ready_only_when_all_is_loaded(tmp_path: Path) -> None:
    embedder = GatedEmbedder()
    with running_service(inputs_with(embedder), tmp_path) as service:
        client = service.as_("portal")
        assert client.get("/healthz").status_code == 200
        assert client.get("/v1/instrument").status_code == 200
        assert client.get("/v1/supports").status_code == 200
        for response in (client.get("/readyz"), client.post("/v1/recommendations:preview", json={})):
            assert response.status_code == 503
            assert response.json()["type"] == "/problems/not-ready"
        embedder.gate.set()
        assert "versions" in wait_for(client, 200)


def test_a_model_that_fails_later_is_a_problem_without_paths(tmp_path: Path) -> None:
    embedder = GatedEmbedder(failure=ModelMissing("'/secret/folder' cannot be loaded"))
    embedder.gate.set()
    with running_service(inputs_with(embedder), tmp_path) as service:
        client = service.anonymous()
        problem = wait_for(client, 503)
        assert problem["type"] == "/problems/model-missing"
        assert "secret" not in str(problem)
        assert client.get("/healthz").status_code == 200


def test_it_is_ready_only_with_its_database_at_the_expected_revision(service: Service) -> None:
    client = service.anonymous()
    assert client.get("/readyz").json()["database_revision"] == newest_revision()
    with service.database.engine.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    problem = client.get("/readyz")
    assert (problem.status_code, problem.json()["type"]) == (503, "/problems/not-ready")
    assert "0000" in problem.json()["detail"]
    with service.database.engine.begin() as session:
        session.execute(text("DROP TABLE alembic_version"))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_without_its_database_it_is_not_ready(recommender: Recommender, tmp_path: Path) -> None:
    with running_service(recommender, tmp_path) as service:
        client = service.anonymous()
        for path in tmp_path.glob("trellis.sqlite*"):
            path.unlink()
        (tmp_path / "trellis.sqlite").mkdir()
        service.database.close()  # only now: work in the background could open the file again before
        assert client.get("/readyz").json()["type"] == "/problems/storage-unavailable"


def test_a_catalog_with_faults_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "resources.jsonl").write_text('{"id": "res-cut-in-ha')
    (tmp_path / "providers.jsonl").write_text("{}\n")
    with pytest.raises(InvalidCatalog) as caught:
        create_app(Settings(catalog_dir=tmp_path))
    assert {fault.file for fault in caught.value.faults} == {"resources.jsonl", "providers.jsonl"}


def test_a_missing_model_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no model"):
        create_app(Settings(model=str(tmp_path / "none")))


def test_altered_weights_stop_the_start() -> None:
    with pytest.raises(ModelAltered, match="SHA-256"):
        create_app(Settings(model_sha256="0" * 64))
