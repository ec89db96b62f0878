"""Vectors kept on disk, so that a text is encoded once per model and only changed records are encoded again."""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.errors import CacheUnusable
from recommender.ports import Embedder, OnProgress

__all__ = ["CachedEmbedder"]

_APPLICATION_ID = 0x54524C56  # marks the SQLite file as ours, so that nobody's database is ever written to
_FORMAT = 1
_LOOKUP_SIZE = 500  # below SQLite's limit on the variables of one statement
_STORE_SIZE = 64  # texts encoded between two commits: what an interruption can lose


class CachedEmbedder:
    """An embedder that looks vectors up before it encodes, and keeps what it encoded.

    A vector is found by a SHA-256 over the embedder's fingerprint, the role of the text (query or document) and the
    text; the texts themselves are not stored. Two processes may share the file. Deleting the file costs time only.
    A file that is damaged or is not a vector cache is refused, not replaced: the path may be a mistake, and the file
    somebody's.
    """

    def __init__(self, embedder: Embedder, path: Path | None) -> None:
        """Wrap an embedder.

        Args:
            embedder: makes the vectors that the cache lacks.
            path: the cache file, made with its folder on first use; None keeps vectors in memory only.
        """
        self._embedder = embedder
        self._path = path
        self._memory: dict[bytes, NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Name or path of the model."""
        return self._embedder.name

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the wrapped embedder: caching changes no vector."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._embedder.dimension

    def encode(
        self, texts: Sequence[str], *, query: bool = False, progress: OnProgress | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors, float32, shape (len(texts), dimension), in the order of `texts`; equal texts are encoded once.

        Args:
            texts: may be empty.
            query: True for texts that search, False for texts that are searched.
            progress: called with (done, total, "texts encoded") where anything must be encoded; total counts the
                distinct texts that the cache lacks.

        Raises:
            CacheUnusable: the file is damaged, is not a vector cache, or cannot be written.
            ModelError: a text must be encoded and the model cannot be used.
        """
        keys = [self._key(text, query=query) for text in texts]
        vectors = self._find(list(dict.fromkeys(keys)))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in vectors}
        todo = list(missing.items())
        for start in range(0, len(todo), _STORE_SIZE):
            if progress:
                progress(start, len(todo), "texts encoded")
            chunk = todo[start : start + _STORE_SIZE]
            made = self._embedder.encode([text for _, text in chunk], query=query)
            new = {key: vector for (key, _), vector in zip(chunk, made, strict=True)}
            self._store(new)
            vectors.update(new)
        if progress and todo:
            progress(len(todo), len(todo), "texts encoded")
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([vectors[key] for key in keys])

    def encode_live(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Query vectors of people's own words: made anew, never written to the file or kept in memory.

        Even a hash of what someone wrote would say, to whoever guesses the words, that they were written.
        """
        return self._embedder.encode(texts, query=True)

    def _find(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        if self._path is None:
            with self._lock:
                return {key: self._memory[key] for key in keys if key in self._memory}
        found: dict[bytes, NDArray[np.float32]] = {}
        with _connected(self._path) as connection:
            for start in range(0, len(keys), _LOOKUP_SIZE):
                chunk = keys[start : start + _LOOKUP_SIZE]
                marks = ",".join("?" * len(chunk))
                for key, blob in connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", chunk):
                    found[key] = self._parse(blob)
        return found

    def _store(self, vectors: dict[bytes, NDArray[np.float32]]) -> None:
        if self._path is None:
            with self._lock:
                self._memory.update(vectors)
            return
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with _connected(self._path) as connection, connection:
            # Another process may have stored the same text meanwhile; its vector is the same.
            connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def _parse(self, blob: bytes) -> NDArray[np.float32]:
        if not isinstance(blob, bytes) or len(blob) != 4 * self.dimension:
            raise CacheUnusable(
                f"The vector cache '{self._path}' holds a vector of the wrong length. Delete the file; it is made anew."
            )
        return np.frombuffer(blob, dtype="<f4").astype(np.float32)

    def _key(self, text: str, *, query: bool) -> bytes:
        role = "query" if query else "document"
        return hashlib.sha256("\0".join((self.fingerprint, role, text)).encode()).digest()


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    """One connection per use: a third of a millisecond, and safe from any thread."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=30.0)) as connection:
            _prepare(connection, path=path)
            yield connection
    except (sqlite3.Error, OSError) as error:
        raise CacheUnusable(
            f"The vector cache '{path}' cannot be used: {error}. If it is a vector cache, delete it, and it is made "
            "anew; otherwise set another path."
        ) from error


def _prepare(connection: sqlite3.Connection, *, path: Path) -> None:
    """Make an empty database ours; refuse one that is somebody else's."""
    connection.execute("BEGIN")  # one view of the file for all three questions, while others may be making it
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    n_tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    connection.rollback()
    if (application_id, version) == (_APPLICATION_ID, _FORMAT):
        return
    if (application_id, version, n_tables) != (0, 0, 0):
        raise CacheUnusable(f"'{path}' is a database of something else. Set another path for the vector cache.")
    connection.execute("PRAGMA journal_mode = WAL")
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
