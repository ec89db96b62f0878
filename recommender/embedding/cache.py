"""Vectors kept on disk, so that a text is encoded once per model and only changed records are encoded again."""

import hashlib
import logging
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

_log = logging.getLogger("trellis.embedding")
_APPLICATION_ID = 0x54524C56  # marks the SQLite file as ours, so that nobody's database is ever written to
_FORMAT = 1
_LOOKUP_SIZE = 500  # below SQLite's limit on the variables of one statement
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNWRITABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
_STORE_SIZE = 64  # texts encoded between two commits: what an interruption can lose


class CachedEmbedder:
    """An embedder that looks vectors up before it encodes, and keeps what it encoded.

    A vector is found by a SHA-256 over the embedder's fingerprint, the role of the text (query or document) and the
    text; the texts themselves are not stored. Two processes may share the file. Deleting the file costs time only.
    A damaged file is set aside and made anew; one that cannot be written is read, and new vectors stay in memory. The
    log tells both once. Another program's database is refused: the path may be a mistake.
    """

    def __init__(self, embedder: Embedder, path: Path | None) -> None:
        """Wrap an embedder.

        Args:
            embedder: makes the vectors that the cache lacks.
            path: the cache file, made with its folder on first use; None keeps vectors in memory only.
        """
        self._embedder = embedder
        self._path = path
        self._writable = path is not None
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
            CacheUnusable: the file is not a vector cache, or is busy for long.
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
        with self._lock:
            found = {key: self._memory[key] for key in keys if key in self._memory}
        rest = [key for key in keys if key not in found]
        return found if self._path is None or not rest else found | self._read(self._path, rest)

    def _read(self, path: Path, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        try:
            with _connected(path, writable=self._writable) as connection:
                return self._select(connection, keys)
        except _DamagedError as error:
            self._set_aside(path, error)
        except _UnwritableError as error:
            if self._writable:
                self._stay_in_memory(error)
                return self._read(path, keys)
        return {}

    def _select(self, connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        found: dict[bytes, NDArray[np.float32]] = {}
        for start in range(0, len(keys), _LOOKUP_SIZE):
            chunk = keys[start : start + _LOOKUP_SIZE]
            marks = ",".join("?" * len(chunk))
            for key, blob in connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", chunk):
                if not isinstance(blob, bytes) or len(blob) != 4 * self.dimension:
                    raise _DamagedError("it holds a vector of the wrong length")
                found[key] = np.frombuffer(blob, dtype="<f4").astype(np.float32)
        return found

    def _store(self, vectors: dict[bytes, NDArray[np.float32]]) -> None:
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        if self._path is None or not self._writable or not self._write(self._path, rows):
            with self._lock:
                self._memory.update(vectors)

    def _write(self, path: Path, rows: Sequence[tuple[bytes, bytes]]) -> bool:
        try:
            with _connected(path) as connection, connection:
                # Another process may have stored the same text meanwhile; its vector is the same.
                connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
        except _DamagedError as error:
            self._set_aside(path, error)
            return False
        except _UnwritableError as error:
            self._stay_in_memory(error)
            return False
        return True

    def _set_aside(self, path: Path, why: Exception) -> None:
        """Begin a damaged file anew. What it was stays beside it, for it may be somebody's after all.

        Raises:
            CacheUnusable: its name is not that of a database, so that the path may be a mistake.
        """
        if path.suffix != ".sqlite":
            raise CacheUnusable(f"'{path}' is no vector cache: {why}. Delete it, or set another path.") from why
        _log.warning("The vector cache '%s' is damaged (%s); it is made anew, which can take minutes.", path, why)
        try:
            path.replace(path.with_name(f"{path.name}.damaged"))
            for end in ("-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
        except FileNotFoundError:
            pass  # another process has done it
        except OSError as error:
            self._stay_in_memory(error)

    def _stay_in_memory(self, why: Exception) -> None:
        _log.warning("Vectors are not kept for the next time: '%s' cannot be written (%s).", self._path, why)
        self._writable = False

    def _key(self, text: str, *, query: bool) -> bytes:
        role = "query" if query else "document"
        return hashlib.sha256("\0".join((self.fingerprint, role, text)).encode()).digest()


class _DamagedError(Exception):
    """The file is no database, or no whole one."""


class _UnwritableError(Exception):
    """The file, or a folder of it, cannot be made or written here."""


@contextmanager
def _connected(path: Path, *, writable: bool = True) -> Iterator[sqlite3.Connection]:
    """One connection per use: a third of a millisecond, and safe from any thread."""
    if path.is_dir():
        raise CacheUnusable(f"The vector cache '{path}' cannot be used: it is a folder. Set another path.")
    try:
        if writable:
            path.parent.mkdir(parents=True, exist_ok=True)
        # Nothing is made beside a file that is only read, where nothing can be.
        where = str(path) if writable else f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(where, timeout=30.0, uri=not writable)) as connection:
            _prepare(connection, path=path)
            yield connection
    except OSError as error:
        raise _UnwritableError(error.strerror or error) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGED:
            raise _DamagedError(error) from error
        if code in _UNWRITABLE:
            raise _UnwritableError(error) from error
        raise CacheUnusable(f"The vector cache '{path}' cannot be used: {error}.") from error


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
