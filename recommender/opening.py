"""The one place where what a recommender is made of is read and put together, for the service and for evaluations.

Who calls says where things lie: nothing here reads the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from models.rules import Ruleset
from models.vocab import SupportKind
from recommender.catalog.load import Catalog, load_catalog, starter_catalog
from recommender.config import RankingConfig
from recommender.config_load import load_config, starter_config
from recommender.embedding import CachedEmbedder, EmbeddingConfig, SentenceEmbedder
from recommender.index import CatalogIndex
from recommender.instruments import LoadedInstrument, default_instrument
from recommender.pipeline import Recommender
from recommender.ports import OnProgress
from recommender.reading.values import AllFaults
from recommender.rules.load import load_ruleset, starter_ruleset

__all__ = ["Inputs", "RecommenderParts", "Sources", "open_embedder", "open_inputs", "open_recommender"]

_VECTORS = "vectors.sqlite"


@dataclass(frozen=True)
class RecommenderParts:
    """What decides a ranking besides the model."""

    instrument: LoadedInstrument
    catalog: Catalog
    ruleset: Ruleset
    config: RankingConfig

    @classmethod
    def of(cls, recommender: Recommender) -> "RecommenderParts":
        """The parts of a recommender."""
        return cls(recommender.instrument, recommender.catalog, recommender.ruleset, recommender.config)


@dataclass(frozen=True)
class Inputs(RecommenderParts):
    """What a recommender is made of, read and checked; cheap to load, so that faults show before long work starts."""

    embedder: CachedEmbedder


@dataclass(frozen=True)
class Sources:
    """Where it lies; None stands for what ships with Trellis."""

    data_dir: Path
    """Holds the vectors of texts that were embedded before."""
    catalog_dir: Path | None = None
    ruleset: Path | None = None
    config: Path | None = None
    model: EmbeddingConfig | None = None


def open_embedder(data_dir: Path, model: EmbeddingConfig | None = None) -> CachedEmbedder:
    """The embedding model, with the vectors that are kept in `data_dir`; None takes the packaged one.

    Raises:
        ModelError: the model is missing, or its weights are not the expected ones.
    """
    return CachedEmbedder(SentenceEmbedder(model or EmbeddingConfig()), data_dir / _VECTORS)


def open_inputs(sources: Sources, *, embedder: CachedEmbedder | None = None) -> Inputs:
    """Read and check everything that the sources name.

    Args:
        sources: what to read.
        embedder: takes the place of the model that the sources name.

    Raises:
        InputError: every fault of the catalog, the ruleset and the configuration.
        ModelError: as `open_embedder`.
    """
    faults = AllFaults()
    catalog = faults.of(partial(load_catalog, sources.catalog_dir) if sources.catalog_dir else starter_catalog)
    ruleset = faults.of(partial(load_ruleset, sources.ruleset) if sources.ruleset else starter_ruleset)
    config = faults.of(partial(load_config, sources.config) if sources.config else starter_config)
    faults.report()
    assert catalog is not None  # what was refused has been reported
    assert ruleset is not None
    assert config is not None
    # Last, because its weights take longer to check than the rest to read.
    embedder = embedder or open_embedder(sources.data_dir, sources.model)
    return Inputs(default_instrument(), catalog, ruleset, config, embedder)


def open_recommender(
    inputs: Inputs,
    *,
    keep_words: bool = False,
    indexes: Mapping[SupportKind, CatalogIndex] | None = None,
    progress: OnProgress | None = None,
) -> Recommender:
    """A recommender over these inputs; embeds what the cache lacks, which can take minutes the first time.

    Args:
        inputs: what it is made of.
        keep_words: whether vectors of the teams' own words may stay in the cache; for files on one's own machine.
        indexes: of the same catalog and model, to be used again.
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
        indexes=indexes,
        progress=progress,
    )
