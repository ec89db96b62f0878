"""The vector cache: encodes once, survives two processes, and never touches a file that is not its own."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from recommender.embedding import CachedEmbedder
from recommender.errors import CacheUnusable
from recommender.testing import HashingEmbedder

TEXTS = ["first text", "second text", "third text"]


def test_a_second_program_encodes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "vectors.sqlite"
    first, second = HashingEmbedder(), HashingEmbedder()
    stored = CachedEmbedder(first, path).encode(TEXTS)
    found = CachedEmbedder(second, path).encode(TEXTS)
    assert (first.n_encoded, second.n_encoded) == (3, 0)
    assert found.tobytes() == stored.tobytes() == HashingEmbedder().encode(TEXTS).tobytes()


def test_only_changed_texts_are_encoded_again(tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    cached = CachedEmbedder(embedder, tmp_path / "vectors.sqlite")
    cached.encode(TEXTS)
    cached.encode([TEXTS[2], "changed text", TEXTS[0]])
    assert embedder.n_encoded == 4


@pytest.mark.parametrize("in_memory", [True, False])
def test_equal_texts_in_one_call_are_encoded_once(tmp_path: Path, in_memory: bool) -> None:
    embedder = HashingEmbedder()
    cached = CachedEmbedder(embedder, None if in_memory else tmp_path / "vectors.sqlite")
    vectors = cached.encode(["same", "other", "same"])
    cached.encode(["other", "same"])
    assert embedder.n_encoded == 2
    assert np.array_equal(vectors[0], vectors[2])


def test_another_model_does_not_see_these_vectors(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    CachedEmbedder(HashingEmbedder(64), path).encode(TEXTS)
    other = HashingEmbedder(32)
    assert CachedEmbedder(other, path).encode(TEXTS).shape == (3, 32)
    assert other.n_encoded == 3


def test_a_text_has_one_vector_as_query_and_one_as_document(tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    cached = CachedEmbedder(embedder, tmp_path / "vectors.sqlite")
    cached.encode(TEXTS)
    cached.encode(TEXTS, query=True)
    assert embedder.n_encoded == 6


@pytest.mark.parametrize("in_memory", [True, False])
def test_live_text_leaves_no_trace(tmp_path: Path, in_memory: bool) -> None:
    path = tmp_path / "vectors.sqlite"
    embedder = HashingEmbedder()
    cached = CachedEmbedder(embedder, None if in_memory else path)
    cached.encode(TEXTS)
    files = {file: file.read_bytes() for file in tmp_path.iterdir()}
    live = cached.encode_live(["what a teacher wrote"])
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == files
    stored = cached.encode(["what a teacher wrote"], query=True)
    assert embedder.n_encoded == 5  # the live vector was not kept
    assert np.array_equal(live, stored)


def test_texts_themselves_are_not_in_the_file(tmp_path: Path) -> None:
    CachedEmbedder(HashingEmbedder(), tmp_path / "vectors.sqlite").encode(["an unmistakable sentence"])
    assert all(b"unmistakable" not in file.read_bytes() for file in tmp_path.iterdir())


def test_progress_counts_the_distinct_texts_that_are_encoded(tmp_path: Path) -> None:
    cached = CachedEmbedder(HashingEmbedder(), tmp_path / "vectors.sqlite")
    cached.encode(["text 0", "text 1"])
    seen: list[tuple[int, int]] = []
    cached.encode(
        [f"text {n % 102}" for n in range(150)], progress=lambda done, total, what: seen.append((done, total))
    )
    assert seen == [(0, 100), (64, 100), (100, 100)]
    cached.encode(["text 0"], progress=lambda done, total, what: pytest.fail("nothing was encoded"))


def test_what_was_encoded_before_a_failure_is_kept(tmp_path: Path) -> None:
    class FailingLater(HashingEmbedder):
        def encode(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
            if self.n_encoded >= 64:
                raise KeyboardInterrupt
            return super().encode(texts, query=query)

    path, texts = tmp_path / "vectors.sqlite", [f"text {n}" for n in range(100)]
    with pytest.raises(KeyboardInterrupt):
        CachedEmbedder(FailingLater(), path).encode(texts)
    after = HashingEmbedder()
    CachedEmbedder(after, path).encode(texts)
    assert after.n_encoded == 36


def test_processes_may_fill_one_file_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    program = (
        "import sys; from pathlib import Path; from recommender.embedding import CachedEmbedder;"
        "from recommender.testing import HashingEmbedder;"
        "start = int(sys.argv[2]);"
        "cached = CachedEmbedder(HashingEmbedder(), Path(sys.argv[1]));"
        "[cached.encode([f'text {n}' for n in range(start + m, start + m + 20)]) for m in range(100)]"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(path), start]) for start in ("0", "30", "60")]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    after = HashingEmbedder()
    CachedEmbedder(after, path).encode([f"text {n}" for n in range(179)])
    assert after.n_encoded == 0


def test_a_file_that_is_not_sqlite_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("somebody's notes\n" * 100)
    with pytest.raises(CacheUnusable, match=r"notes\.txt.*set another path"):
        CachedEmbedder(HashingEmbedder(), path).encode(TEXTS)
    assert path.read_text() == "somebody's notes\n" * 100


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE vectors (somebody TEXT)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(CacheUnusable, match="database of something else"):
        CachedEmbedder(HashingEmbedder(), path).encode(TEXTS)
    assert path.read_bytes() == before


def rebuilt(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damaged = path.read_bytes()
    caplog.clear()
    again, embedder = HashingEmbedder(), HashingEmbedder()
    vectors = CachedEmbedder(again, path).encode(TEXTS)
    assert np.array_equal(vectors, CachedEmbedder(embedder, None).encode(TEXTS))
    assert again.n_encoded == len(TEXTS)
    assert [record.levelname for record in caplog.records] == ["WARNING"], "it is told once"
    assert "is damaged" in caplog.text
    assert path.with_name(f"{path.name}.damaged").read_bytes() == damaged, "nothing is lost"
    after = HashingEmbedder()
    CachedEmbedder(after, path).encode(TEXTS)
    assert after.n_encoded == 0, "the new file is kept"


def test_a_damaged_cache_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "vectors.sqlite"
    CachedEmbedder(HashingEmbedder(), path).encode([f"text {n}" for n in range(200)])
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)
    rebuilt(path, caplog)


def test_a_cache_without_its_head_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "vectors.sqlite"
    path.write_bytes(b"\xff" * 8192)
    rebuilt(path, caplog)


def test_a_cache_with_a_vector_of_the_wrong_length_is_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "vectors.sqlite"
    CachedEmbedder(HashingEmbedder(), path).encode(TEXTS)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE vectors SET vector = x'00'")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    rebuilt(path, caplog)


def test_where_nothing_can_be_written_vectors_stay_in_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    embedder = HashingEmbedder()
    cached = CachedEmbedder(embedder, tmp_path / "file" / "vectors.sqlite")
    first = cached.encode(TEXTS)
    assert np.array_equal(cached.encode(TEXTS), first)
    assert embedder.n_encoded == len(TEXTS)
    assert [record.levelname for record in caplog.records] == ["WARNING"], "it is told once"
    assert "not kept for the next time" in caplog.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    CachedEmbedder(HashingEmbedder(), path).encode(TEXTS)
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        embedder = HashingEmbedder()
        CachedEmbedder(embedder, path).encode([*TEXTS, "a new one"])
        assert embedder.n_encoded == 1
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CacheUnusable, match="cannot be used"):
        CachedEmbedder(HashingEmbedder(), tmp_path).encode(TEXTS)
