"""A recommender from settings; its loading, and its change, behind a running server."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Protocol

from api.engine.recent_words import RecentWords
from api.errors import LoadingFailed, NotReady, StorageBusy, StorageUnavailable
from api.settings import Settings
from models.base import SupportId
from models.recommendation import Versions
from recommender.catalog.load import Catalog
from recommender.catalog.overlay import Overlay
from recommender.config import RankingConfig
from recommender.diagnosis.irt import GradedItem
from recommender.embedding import CachedEmbedder, EmbeddingConfig
from recommender.errors import TrellisError
from recommender.index.documents import document_text, statements
from recommender.instruments import LoadedInstrument
from recommender.opening import Inputs, RecommenderParts, Sources, open_inputs, open_recommender
from recommender.pipeline import Recommender, versions_of
from recommender.retrieval.lexical import LexicalIndex

__all__ = ["CatalogSource", "Engine", "Inputs", "RecommenderParts", "load_inputs", "open_recommender"]

_log = logging.getLogger("trellis.engine")


_LOOK_EVERY = 1.0
"""Seconds between two looks for another catalog in use."""
_ENDING_S = 2.0
"""Seconds that an end waits for what is being indexed."""
_KEPT_OPEN = 8
"""Recommenders of earlier versions that stay open: a why-changed story mixes two catalogs, rulesets and settings."""
_KEPT_OF_ORGANIZATIONS = 8
"""Catalogs with overlays that stay open; another one is made again from vectors that are kept."""


class CatalogSource(Protocol):
    """Which catalog operators have put in use, and what organizations add to it and leave out."""

    def active(self) -> str | None:
        """Version of the catalog in use; None when that is the one of the settings."""

    def load(self, version: str) -> Catalog:
        """The catalog of that version."""

    def overlays(self, known: Mapping[str, Overlay]) -> Mapping[str, Overlay]:
        """What every organization adds and leaves out now, by its id; overlays that are known are not read again."""


def load_inputs(settings: Settings, *, embedder: CachedEmbedder | None = None) -> Inputs:
    """Read and check everything that the settings name.

    Args:
        settings: what to read.
        embedder: takes the place of the model that the settings name.

    Raises:
        InputError: every fault of the catalog, the ruleset and the configuration.
        ModelError: the model is missing, or its weights are not the expected ones.
    """
    sources = Sources(
        data_dir=settings.data_dir,
        catalog_dir=settings.catalog_dir,
        ruleset=settings.ruleset,
        config=settings.config,
        model=EmbeddingConfig(model=settings.model, sha256=settings.model_sha256),
    )
    return open_inputs(sources, embedder=embedder)


class Engine:
    """What the routes need: the instrument and the catalog at once, the recommender as soon as it is loaded.

    When operators put another catalog in use, the present one serves until the new one is indexed. This is the engine
    of the instance; `of` gives the one that an organization has.
    """

    def __init__(self, source: Inputs | Recommender, *, exploration: float = 0.0) -> None:
        """Serve a recommender, or the one that `start` opens from checked inputs.

        Args:
            source: see above.
            exploration: chance that neighbors in a stored run's lists swap places, 0 to 0.5.
        """
        self.instrument: LoadedInstrument = source.instrument
        self.config: RankingConfig = source.config
        self.item_parameters: Mapping[str, GradedItem] = {}
        """Calibrated parameters by item id; empty, because the instrument is not calibrated yet."""
        self.exploration = exploration
        self.embedder: CachedEmbedder = source.embedder
        self.recent_words = RecentWords()
        self._settings_catalog: Catalog = source.catalog
        self._settings_ruleset = source.ruleset
        self._inputs = source if isinstance(source, Inputs) else None
        self._served = _Served(source.catalog, None if isinstance(source, Inputs) else source)
        self._opened: OrderedDict[Versions, Recommender] = OrderedDict()
        self._opening = threading.Lock()
        self._keeping = threading.Lock()
        self._overlays: Mapping[str, Overlay] = {}
        self._prepared: Mapping[str, tuple[str, str]] = {}
        self._own: OrderedDict[tuple[str, str], _Served] = OrderedDict()
        self._catalogs: CatalogSource | None = None
        self._refused: str | None = None
        self._look = threading.Event()
        self._asking = threading.Lock()
        self._stopped = False
        self._worker: threading.Thread | None = None
        self._failure: TrellisError | None = None
        self._progress = "starting"

    @property
    def catalog(self) -> Catalog:
        """The catalog in use."""
        return self._served.catalog

    @property
    def settings_catalog(self) -> Catalog:
        """The catalog that the settings name, in use until an operator puts another one in its place."""
        return self._settings_catalog

    @property
    def settings_versions(self) -> Versions:
        """The versions of all that the settings name."""
        return versions_of(self.instrument, self._settings_catalog, self._settings_ruleset, self.config, self.embedder)

    def of(self, organization_id: str, *, seen_by: str | None = None) -> "Engine":
        """The engine with the catalog that an organization has; this one where it adds and excludes nothing.

        Args:
            organization_id: whose teams or people are served.
            seen_by: whose people look into it; another organization's see nothing of what this one has added.
        """
        overlay = self._overlays.get(organization_id)
        if overlay is not None and seen_by not in (None, organization_id):
            overlay = Overlay.of(excluded=overlay.excluded)
        return self if overlay is None else self._with(overlay)

    def _with(self, overlay: Overlay) -> "Engine":
        base = self._served.catalog
        key = (base.version, overlay.version)
        with self._keeping:
            served = self._own.pop(key, None) or _Served(overlay.over(base), None)
            if served.catalog is base:
                return self
            self._own[key] = served
            while len(self._own) > _KEPT_OF_ORGANIZATIONS:
                self._own.popitem(last=False)
        return _OrganizationEngine(self, served)

    def overlays_changed(self) -> None:
        """Take up at once what an organization adds and leaves out; other processes follow within a second.

        Raises:
            StorageBusy, StorageUnavailable: as the database says.
        """
        if self._catalogs is not None:
            with self._asking:
                self._overlays = self._catalogs.overlays(self._overlays)
        self.look_again()

    @property
    def recommender(self) -> Recommender:
        """The loaded recommender.

        Raises:
            NotReady: it is still being loaded.
            TrellisError: why it could not be loaded.
        """
        if self._failure is not None:
            raise self._failure
        recommender = self._served.recommender
        if recommender is None:
            raise NotReady(f"Model, catalog and index are being loaded ({self._progress}).")
        return recommender

    def opened(self, versions: Versions) -> Recommender | None:
        """The open recommender of these parts and the present model; None when it must be opened first.

        Raises:
            NotReady: the present recommender is still being loaded.
        """
        with self._keeping:
            candidates = [self.recommender, *self._opened.values()]
        # Runs of an earlier Trellis or model share their parts with present ones.
        return next((one for one in candidates if _parts_of(one.versions) == _parts_of(versions)), None)

    def recommender_of(self, parts: RecommenderParts) -> Recommender:
        """The recommender of other parts with the same model; the last few stay open.

        Raises:
            ModelError, CacheUnusable: as `open_recommender`.
        """
        versions = versions_of(parts.instrument, parts.catalog, parts.ruleset, parts.config, self.embedder)
        serving = self._served.recommender
        if serving is not None and serving.versions == versions:
            return serving
        with self._opening:  # the same parts are not opened twice at the same time
            with self._keeping:
                recommender = self._opened.pop(versions, None)
                like = [
                    one for one in (serving, *self._opened.values()) if one and one.catalog.version == versions.catalog
                ]
            if recommender is None:
                inputs = Inputs(**vars(parts), embedder=self.embedder)
                recommender = open_recommender(inputs, indexes=like[0].indexes if like else None)
            with self._keeping:
                self._opened[versions] = recommender
                while len(self._opened) > _KEPT_OPEN:
                    self._opened.popitem(last=False)
        return recommender

    def rank_words(self, text: str) -> dict[SupportId, float]:
        """BM25 of every support that shares a word with a text, in its own words or in the needs it meets."""
        return self._served.rank_words(text)

    def start(self, catalogs: CatalogSource | None = None) -> None:
        """Begin to load in the background, and to follow which catalog is in use.

        Raises:
            TrellisError: the catalog in use cannot be read.
        """
        self._catalogs = catalogs
        if catalogs is not None:
            self._overlays = catalogs.overlays({})
        if self._inputs is not None and catalogs is not None:
            version = catalogs.active()
            if version is not None and version != self.catalog.version:
                self._inputs = replace(self._inputs, catalog=catalogs.load(version))
                self._served = _Served(self._inputs.catalog, None)
        # A process that ends does not wait for it, or not for long.
        self._worker = threading.Thread(target=self._work, name="trellis-engine", daemon=True)
        self._worker.start()

    def look_again(self) -> None:
        """Look at once whether another catalog is in use."""
        self._look.set()

    def stop(self) -> None:
        """Follow no longer, and have no question open; what is loaded stays."""
        self._stopped = True
        self._look.set()
        with self._asking:
            pass
        if self._worker is not None:
            self._worker.join(_ENDING_S)  # an interpreter that ends under native code would abort

    def _work(self) -> None:
        if self._inputs is not None:
            self._load(self._inputs)
        while not self._stopped and self._catalogs is not None and self._failure is None:
            self._follow(self._catalogs)
            self._prepare(self._catalogs)
            self._look.wait(_LOOK_EVERY)
            self._look.clear()

    def _load(self, inputs: Inputs) -> None:
        try:
            # The first open text must not wait for the weights, so they are loaded before we call ourselves ready.
            self._progress = "reading the model"
            inputs.embedder.encode_live(["warm"])
            self._progress = "making the index"
            self._served = _Served(inputs.catalog, open_recommender(inputs, progress=self._note))
        except TrellisError as error:
            _log.critical("cannot get ready: %s", error)
            self._failure = error
        except Exception:
            _log.critical("cannot get ready", exc_info=True)
            self._failure = LoadingFailed("Loading failed; the log of this instance has more.")
        else:
            _log.info("ready: %d supports", len(inputs.catalog.supports))

    def _follow(self, catalogs: CatalogSource) -> None:
        """Serve the catalog in use, when it is another one by now; what serves stays when that fails."""
        version = None
        try:
            with self._asking:
                if self._stopped:
                    return
                version = catalogs.active() or self._settings_catalog.version
                if version in (self.catalog.version, self._refused):
                    return
                ours = version == self._settings_catalog.version
                catalog = self._settings_catalog if ours else catalogs.load(version)
            recommender = self.recommender_of(replace(RecommenderParts.of(self.recommender), catalog=catalog))
        except (StorageBusy, StorageUnavailable):
            return  # the next look may find it back
        except Exception:
            _log.error("cannot serve catalog %s; the present one stays", version, exc_info=True)
            self._refused = version
            return
        self._served = _Served(catalog, recommender)
        self._refused = None
        _log.info("serving catalog %s: %d supports", version, len(catalog.supports))

    def _prepare(self, catalogs: CatalogSource) -> None:
        """Follow what organizations add and leave out, and index what is new before somebody waits for it."""
        try:
            with self._asking:
                if self._stopped:
                    return
                self._overlays = catalogs.overlays(self._overlays)
        except (StorageBusy, StorageUnavailable):
            return
        present = {owner: (self.catalog.version, overlay.version) for owner, overlay in self._overlays.items()}
        changed = [owner for owner, key in present.items() if self._prepared.get(owner) != key]
        self._prepared = present
        for organization_id in changed[:_KEPT_OF_ORGANIZATIONS]:
            if self._stopped:
                return
            try:
                _ = self.of(organization_id).recommender
            except Exception:
                _log.error("cannot index the catalog of %s", organization_id, exc_info=True)

    def _note(self, done: int, total: int, what: str) -> None:
        self._progress = f"{what}: {done} of {total}"


class _OrganizationEngine(Engine):
    """The engine of the instance with an organization's catalog in the place of the one that all start from."""

    def __init__(self, instance: Engine, served: "_Served") -> None:
        self.instrument = instance.instrument
        self.config = instance.config
        self.item_parameters = instance.item_parameters
        self.exploration = instance.exploration
        self.embedder = instance.embedder
        self.recent_words = instance.recent_words
        self._instance = instance
        self._settings_catalog = instance.settings_catalog
        self._served = served

    @property
    def recommender(self) -> Recommender:
        present = self._instance.recommender
        made = self._served.recommender
        if made is None:
            parts = replace(RecommenderParts.of(present), catalog=self._served.catalog)
            made = self._served.recommender = self._instance.recommender_of(parts)
        return made

    def of(self, organization_id: str, *, seen_by: str | None = None) -> Engine:
        return self._instance.of(organization_id, seen_by=seen_by)

    def opened(self, versions: Versions) -> Recommender | None:
        own = self.recommender
        return own if _parts_of(own.versions) == _parts_of(versions) else self._instance.opened(versions)

    def recommender_of(self, parts: RecommenderParts) -> Recommender:
        return self._instance.recommender_of(parts)


def _parts_of(versions: Versions) -> tuple[str, str, str, str]:
    return versions.instrument.content_hash, versions.catalog, versions.ruleset, versions.config


class _Served:
    """One catalog with its recommender, replaced as a whole."""

    def __init__(self, catalog: Catalog, recommender: Recommender | None) -> None:
        self.catalog = catalog
        self.recommender = recommender

    def rank_words(self, text: str) -> dict[SupportId, float]:
        scores = self._words.scores([text])[0]
        rows = zip(self.catalog.supports, scores, strict=True)
        return {support.id: float(score) for support, score in rows if score > 0}

    @cached_property
    def _words(self) -> LexicalIndex:
        return LexicalIndex(["\n".join((document_text(s), *statements(s))) for s in self.catalog.supports])
