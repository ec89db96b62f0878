"""One wiring for the service, the commands and evaluations, and one place for vectors."""

from pathlib import Path

import pytest

from api.engine.engine import load_inputs
from api.settings import Settings, load_settings
from eval.commands.options import vectors_in
from eval.experiments.wiring import open_embedder as open_embedder_of_evaluations
from recommender.errors import InputError
from recommender.opening import Sources, open_embedder, open_inputs


def test_commands_and_evaluations_share_one_folder_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TRELLIS_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load_settings().data_dir == vectors_in(None)


def test_vectors_encoded_by_an_evaluation_are_found_by_the_service_and_the_other_way_round(tmp_path: Path) -> None:
    texts = ["Run charts for school teams"]
    first = open_embedder_of_evaluations(tmp_path).encode(texts)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("encoded a second time")

    service = load_inputs(Settings(data_dir=tmp_path)).embedder
    service._embedder.encode = refuse  # type: ignore[method-assign]  # nothing may reach the model
    assert service.encode(texts).tobytes() == first.tobytes()

    more = ["Another text"]
    second = open_embedder(tmp_path).encode(more)
    evaluation = open_embedder_of_evaluations(tmp_path)
    evaluation._inner._embedder.encode = refuse  # type: ignore[attr-defined]  # as above
    assert evaluation.encode(more).tobytes() == second.tobytes()


def test_the_faults_of_catalog_rules_and_configuration_are_told_together(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    (catalog / "resources.jsonl").write_text("{}")
    (catalog / "providers.jsonl").write_text("[]")
    (tmp_path / "rules.yaml").write_text("rules: 7")
    (tmp_path / "config.yaml").write_text("kinds: {}")
    sources = Sources(tmp_path, catalog_dir=catalog, ruleset=tmp_path / "rules.yaml", config=tmp_path / "config.yaml")
    with pytest.raises(InputError) as caught:
        open_inputs(sources)
    files = {fault.file for fault in caught.value.faults}
    assert files == {"resources.jsonl", "providers.jsonl", "rules.yaml", "config.yaml"}
