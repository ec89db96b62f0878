"""The one place where a recommender is wired from settings, and its loading behind a running server."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from api.errors import LoadingFailed, NotReady
from api.settings import Settings
from models.base import SupportId
from models.rules import Ruleset
from recommender.catalog.load import Catalog, load_catalog, starter_catalog
from recommender.config import RankingConfig
from recommender.config_load import load_config, starter_config
from recommender.documents import document_text, statements
from recommender.embedding import CachedEmbedder, EmbeddingConfig, SentenceEmbedder
from recommender.errors import TrellisError
from recommender.instruments import LoadedInstrument, default_instrument
from recommender.irt import GradedItem
from recommender.pipeline import Recommender
from recommender.ports import Progress
from recommender.retrieval.lexical import LexicalIndex
from recommender.rules.load import load_ruleset, starter_ruleset

__all__ = ["Engine", "Inputs", "load_inputs", "open_recommender"]

_log = logging.getLogger("trellis.engine")


@dataclass(frozen=True)
class Inputs:
    """What a recommender is made of, read and checked; cheap to load, so that faults show before long work starts."""

    instrument: LoadedInstrument
    catalog: Catalog
    ruleset: Ruleset
    config: RankingConfig
    embedder: CachedEmbedder


def load_inputs(settings: Settings, *, embedder: CachedEmbedder | None = None) -> Inputs:
    """Read and check everything that the settings name.

    Args:
        settings: what to read.
        embedder: takes the place of the model that the settings name.

    Raises:
        InputError: the catalog, ruleset or configuration has faults.
        ModelError: the model is missing, or its weights are not the expected ones.
    """
    if embedder is None:
        model = SentenceEmbedder(EmbeddingConfig(model=settings.model, sha256=settings.model_sha256))
        embedder = CachedEmbedder(model, settings.data_dir / "vectors.sqlite")
    return Inputs(
        instrument=default_instrument(),
        catalog=load_catalog(settings.catalog_dir) if settings.catalog_dir else starter_catalog(),
        ruleset=load_ruleset(settings.ruleset) if settings.ruleset else starter_ruleset(),
        config=load_config(settings.config) if settings.config else starter_config(),
        embedder=embedder,
    )


def open_recommender(inputs: Inputs, *, keep_words: bool = False, progress: Progress | None = None) -> Recommender:
    """A recommender over these inputs; embeds what the cache lacks, which can take minutes the first time.

    Args:
        inputs: what it is made of.
        keep_words: whether vectors of the teams' own words may stay in the cache; for files on one's own machine.
        progress: told about embedding.

    Raises:
        ModelError: the model cannot be loaded.
        CacheUnusable: the vector cache cannot be read or written.
    """
    return Recommender(
        instrument=inputs.instrument,
        catalog=inputs.catalog,
        ruleset=inputs.ruleset,
        config=inputs.config,
        embedder=inputs.embedder,
        keep_words=keep_words,
        progress=progress,
    )


class Engine:
    """What the routes need: the instrument and the catalog at once, the recommender as soon as it is loaded."""

    def __init__(self, source: Inputs | Recommender) -> None:
        """Serve a recommender, or the one that `start` opens from checked inputs."""
        self.instrument: LoadedInstrument = source.instrument
        self.catalog: Catalog = source.catalog
        self.config: RankingConfig = source.config
        self.item_parameters: Mapping[str, GradedItem] = {}
        """Calibrated parameters by item id; empty, because the instrument is not calibrated yet."""
        self._inputs = source if isinstance(source, Inputs) else None
        self._recommender = None if isinstance(source, Inputs) else source
        self._failure: TrellisError | None = None
        self._progress = "starting"

    @property
    def recommender(self) -> Recommender:
        """The loaded recommender.

        Raises:
            NotReady: it is still being loaded.
            TrellisError: why it could not be loaded.
        """
        if self._failure is not None:
            raise self._failure
        if self._recommender is None:
            raise NotReady(f"Model, catalog and index are being loaded ({self._progress}).")
        return self._recommender

    def rank_words(self, text: str) -> dict[SupportId, float]:
        """BM25 of every support that shares a word with a text, in its own words or in the needs it meets."""
        scores = self._words.scores([text])[0]
        rows = zip(self.catalog.supports, scores, strict=True)
        return {support.id: float(score) for support, score in rows if score > 0}

    @cached_property
    def _words(self) -> LexicalIndex:
        return LexicalIndex(["\n".join((document_text(s), *statements(s))) for s in self.catalog.supports])

    def start(self) -> None:
        """Begin to load in the background; a process that ends does not wait for it."""
        if self._inputs is not None:
            threading.Thread(target=self._load, args=(self._inputs,), name="trellis-load", daemon=True).start()

    def _load(self, inputs: Inputs) -> None:
        try:
            # The first open text must not wait for the weights, so they are loaded before we call ourselves ready.
            self._progress = "reading the model"
            inputs.embedder.encode_live(["warm"])
            self._progress = "making the index"
            self._recommender = open_recommender(inputs, progress=self._note)
        except TrellisError as error:
            _log.critical("cannot get ready: %s", error)
            self._failure = error
        except Exception:
            _log.critical("cannot get ready", exc_info=True)
            self._failure = LoadingFailed("Loading failed; the log of this instance has more.")
        else:
            _log.info("ready: %d supports", len(inputs.catalog.supports))

    def _note(self, done: int, total: int, what: str) -> None:
        self._progress = f"{what}: {done} of {total}"
