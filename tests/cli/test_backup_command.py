"""`trellis backup` and `trellis restore`: everything comes back, from a running service, to either database."""

import gzip
import hashlib
import json
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from typer.testing import Result

from api.operating.backup import back_up, restore
from api.storage import migrate
from api.storage.database import Database
from api.storage.migrate import newest_revision, present_revision, upgrade
from api.storage.tables import Assessment, AuditLine, Base, Team
from recommender.pipeline import Recommender
from tests.fixtures.postgres import ON_POSTGRESQL
from tests.fixtures.rows import fill_every_table
from tests.fixtures.service import running_service

Trellis = Callable[..., Result]
NOW = datetime(2026, 10, 15, 9, 0, 0, 123456, tzinfo=UTC)
PRODUCTS = ["sqlite", ON_POSTGRESQL]


@contextmanager
def opened(url: str) -> Iterator[Database]:
    with closing(Database(url)) as database:
        yield database


def rows_of(database: Database) -> dict[str, list[Any]]:
    """All rows as Python values, in a fixed order."""
    with database.reading() as session:
        return {
            name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
            for name, table in Base.metadata.tables.items()
        }


@pytest.fixture
def filled(database_url: str) -> str:
    """The URL of a database with a row in every table, with odd signs, and with rows that refer to each other."""
    with opened(database_url) as database:
        upgrade(database)
        with database.writing() as session:
            made = fill_every_table(session, NOW, catalogs=True)
            team = session.get_one(Team, made["teams"]["id"])
            team.name = "Ānuenue\u2028\"'\\ 🏫"
            team.context = {"b": [1, 2.5, None, True], "a": {"ü": ""}}
            first = session.get_one(Assessment, made["assessments"]["id"])
            later = Assessment(**{c.key: getattr(first, c.key) for c in Assessment.__table__.columns})
            later.id, later.wave, later.previous_id = "A-sorts-before-what-it-refers-to", 2, first.id
            session.add(later)
    return database_url


@pytest.fixture
def other(postgres_server: Any) -> Iterator[str]:
    """The URL of one more PostgreSQL database."""
    with postgres_server.database() as url:
        yield url


def other_url(product: str, tmp_path: Path, other: str) -> str:
    return f"sqlite:///{tmp_path / 'restored.db'}" if product == "sqlite" else other


@pytest.mark.parametrize("into", PRODUCTS)
def test_every_row_of_every_table_comes_back_in_either_database(
    trellis: Trellis, monkeypatch: pytest.MonkeyPatch, filled: str, into: str, tmp_path: Path, other: str
) -> None:
    file = tmp_path / "trellis.backup.gz"
    monkeypatch.setenv("TRELLIS_DATABASE_URL", filled)
    saved = trellis("backup", file)
    assert saved.exit_code == 0, saved.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    target = other_url(into, tmp_path, other)
    monkeypatch.setenv("TRELLIS_DATABASE_URL", target)
    loaded = trellis("restore", file)
    assert loaded.exit_code == 0, loaded.output
    with opened(filled) as before, opened(target) as after:
        expected = rows_of(before)
        assert rows_of(after) == expected
        assert all(expected.values()), "a table without a row would prove nothing"
        assert present_revision(after) == newest_revision()
        # New rows must go on after the last number.
        with after.writing() as session:
            session.add(AuditLine(at=NOW, actor="test", organization_id=None, action="x", subject="y", detail={}))
            session.flush()
            assert session.scalar(select(func.max(AuditLine.id))) == expected["audit"][-1][0] + 1


def test_a_backup_of_what_was_restored_is_the_same_file(filled: str, tmp_path: Path, other: str) -> None:
    with opened(filled) as before, opened(other) as after:
        back_up(before, tmp_path / "one", now=NOW)
        restore(after, tmp_path / "one")
        back_up(after, tmp_path / "two", now=NOW)
    one, two = (gzip.decompress((tmp_path / name).read_bytes()).splitlines()[:-1] for name in ("one", "two"))
    # JSONB keeps keys in an order of its own, so lines are compared as what they say.
    assert list(map(json.loads, one)) == list(map(json.loads, two))


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(
    starter: Recommender, tmp_path: Path, database_url: str, other: str
) -> None:
    ended = threading.Event()
    with running_service(starter, tmp_path, url=database_url) as service:
        portal = service.as_("portal")

        def write() -> None:
            while not ended.is_set():
                where = portal.post("/v1/teams", json={"name": "A team", "form": "team"}).headers["Location"]
                if where.endswith(("0", "1", "2", "3")):
                    portal.delete(where)

        writers = [threading.Thread(target=write) for _ in range(2)]
        for writer in writers:
            writer.start()
        try:
            with opened(database_url) as database:
                made: list[int] = []
                while len(made) < 5 or made[-1] == made[0]:  # at least five, and until somebody wrote meanwhile
                    assert len(made) < 500, "nobody writes"
                    made.append(back_up(database, tmp_path / "whole.gz", now=NOW).rows["teams"])
        finally:
            ended.set()
            for writer in writers:
                writer.join()
    with opened(other) as restored:
        restore(restored, tmp_path / "whole.gz")
        with restored.reading() as session:
            lines = session.execute(select(AuditLine.action, AuditLine.subject)).all()
            teams = set(session.scalars(select(Team.id)))
    told = {subject for action, subject in lines if action == "team.create"}
    gone = {subject for action, subject in lines if action == "team.delete"}
    assert teams == told - gone


def damaged(original: bytes, how: str) -> bytes:
    lines = gzip.decompress(original).splitlines(keepends=True)
    if how == "no backup":
        return b"hello"
    if how == "other gzip":
        return gzip.compress(b'{"format": "other"}\n')
    if how == "other text":
        return gzip.compress(b"hello\n")
    if how == "bytes cut":
        return original[:-20]
    if how == "lines cut":
        return gzip.compress(b"".join(lines[:-1]))
    if how == "line missing":
        return gzip.compress(b"".join(lines[:5] + lines[6:]))
    if how == "word changed":
        return gzip.compress(b"".join(lines).replace(b"MARK-people", b"MARK-PEOPLE"))
    if how == "more behind":
        return gzip.compress(b"".join([*lines, b'{"rows": {}}\n']))
    if how == "bits flipped":
        middle = len(original) // 2
        return original[:middle] + bytes([original[middle] ^ 255]) + original[middle + 1 :]
    assert how == "newer"
    return gzip.compress(b"".join(lines).replace(b'"revision":"', b'"revision":"9', 1))


@pytest.mark.parametrize(
    "how",
    ["no backup", "other gzip", "other text", "bytes cut", "lines cut", "line missing", "word changed", "more behind",
     "bits flipped", "newer"],
)  # fmt: skip
def test_a_bad_file_is_one_clear_line_and_changes_nothing(
    trellis: Trellis, monkeypatch: pytest.MonkeyPatch, filled: str, how: str, tmp_path: Path
) -> None:
    if not filled.startswith("sqlite"):
        return  # the file is read before any database is touched
    file = tmp_path / "trellis.backup.gz"
    with opened(filled) as database:
        back_up(database, file, now=NOW)
    file.write_bytes(damaged(file.read_bytes(), how))
    target = f"sqlite:///{tmp_path / 'restored.db'}"
    monkeypatch.setenv("TRELLIS_DATABASE_URL", target)
    result = trellis("restore", file)
    assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
    assert result.output.startswith(f"trellis: {file}: ")
    with opened(target) as database:
        assert present_revision(database) is None


def test_contents_that_contradict_each_other_change_nothing(filled: str, tmp_path: Path, other: str) -> None:
    """A file whose checksum is right, but whose rows no database would have: nothing of it stays."""
    file = tmp_path / "trellis.backup.gz"
    with opened(filled) as database:
        back_up(database, file, now=NOW)
    content = gzip.decompress(file.read_bytes())
    assert b'["ID-organizations-id"' in content
    lines = content.replace(b'["ID-organizations-id"', b'["ID-gone"', 1).splitlines(keepends=True)
    end = json.loads(lines[-1]) | {"sha256": hashlib.sha256(b"".join(lines[:-1])).hexdigest()}
    file.write_bytes(gzip.compress(b"".join(lines[:-1]) + json.dumps(end).encode() + b"\n"))
    for url in (other, f"sqlite:///{tmp_path / 'restored.db'}"):
        with opened(url) as database:
            with pytest.raises(Exception, match="does not fit"):
                restore(database, file)
            assert present_revision(database) is None


def test_a_database_that_holds_something_is_left_alone(
    trellis: Trellis, monkeypatch: pytest.MonkeyPatch, filled: str, tmp_path: Path
) -> None:
    file = tmp_path / "trellis.backup.gz"
    monkeypatch.setenv("TRELLIS_DATABASE_URL", filled)
    assert trellis("backup", file).exit_code == 0
    with opened(filled) as database:
        before = rows_of(database)
        result = trellis("restore", file)
        assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
        assert "not empty" in result.output
        assert rows_of(database) == before


def test_tables_that_are_not_ours_are_left_alone(filled: str, tmp_path: Path, other: str) -> None:
    with opened(filled) as before, opened(other) as after:
        back_up(before, tmp_path / "b.gz", now=NOW)
        with after.writing() as session:
            session.execute(text("CREATE TABLE somebody_elses (x integer)"))
        with pytest.raises(Exception, match="not empty"):
            restore(after, tmp_path / "b.gz")
        with after.reading() as session:
            assert session.execute(text("SELECT * FROM somebody_elses")).all() == []


def test_a_started_but_unused_database_can_be_restored_into(filled: str, tmp_path: Path, other: str) -> None:
    with opened(filled) as before, opened(other) as after:
        back_up(before, tmp_path / "b.gz", now=NOW)
        upgrade(after)
        restore(after, tmp_path / "b.gz")
        assert rows_of(after) == rows_of(before)


def test_a_backup_of_an_earlier_revision_is_migrated_forward(
    filled: str, tmp_path: Path, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(filled) as before:
        back_up(before, tmp_path / "b.gz", now=NOW)
        expected = rows_of(before)
    folder = tmp_path / "storage" / "migrations"
    shutil.copytree(Path(migrate.__file__).parent / "migrations", folder)
    (folder / "versions" / "9999_one_more.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '9999'\ndown_revision = {newest_revision()!r}\nbranch_labels = depends_on = None\n"
        "def upgrade():\n"
        "    op.add_column('teams', sa.Column('color', sa.String(20), server_default='green', nullable=False))\n"
    )
    monkeypatch.setattr(migrate, "files", lambda _: folder.parent)
    for cached in (migrate.newest_revision, migrate.revisions):
        cached.cache_clear()
    try:
        for url in (other, f"sqlite:///{tmp_path / 'restored.db'}"):
            with opened(url) as after:
                restore(after, tmp_path / "b.gz")
                assert present_revision(after) == "9999"
                assert rows_of(after) == expected
                with after.reading() as session:
                    assert session.execute(text("SELECT color FROM teams")).scalars().all() == ["green"]
    finally:
        for cached in (migrate.newest_revision, migrate.revisions):
            cached.cache_clear()


def test_without_tables_there_is_nothing_to_back_up(
    trellis: Trellis, monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRELLIS_DATABASE_URL", database_url)
    result = trellis("backup", tmp_path / "b.gz")
    assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
    assert not list(tmp_path.glob("*b.gz*"))


def test_a_file_that_cannot_be_written_or_read_is_one_line(
    trellis: Trellis, monkeypatch: pytest.MonkeyPatch, filled: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRELLIS_DATABASE_URL", filled)
    for words in (("backup", tmp_path / "no" / "b.gz"), ("restore", tmp_path / "none.gz"), ("restore", tmp_path)):
        result = trellis(*words)
        assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
