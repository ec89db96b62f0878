"""The migrations make exactly the tables of the code, from every earlier revision, and once when many start at once."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from api.errors import StorageUnavailable
from api.storage import migrations
from api.storage.database import Database
from api.storage.migrate import newest_revision, present_revision, upgrade
from api.storage.tables import Base

_NEWEST_FIRST = ScriptDirectory(next(iter(migrations.__path__))).walk_revisions()
REVISIONS = [script.revision for script in _NEWEST_FIRST][::-1]
_A_ROW = "INSERT INTO organizations (id, name, created_at) VALUES ('org_1', 'A network', '2026-10-15 09:00:00+00')"


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url)


def test_a_fresh_database_has_exactly_the_tables_of_the_code(database: Database) -> None:
    upgrade(database)
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert present_revision(database) == newest_revision() == REVISIONS[-1]
    database.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_data_of_every_earlier_revision_comes_along(database: Database, revision: str) -> None:
    upgrade(database, revision=revision)
    with database.writing() as session:
        session.execute(text(_A_ROW))
    upgrade(database)
    with database.reading() as session:
        assert session.execute(text("SELECT name FROM organizations")).scalars().all() == ["A network"]
    assert present_revision(database) == newest_revision()
    database.close()


def test_processes_that_start_together_migrate_once(database: Database, database_url: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        other = Database(database_url)
        try:
            upgrade(other)
        except BaseException as error:
            failures.append(error)
        finally:
            other.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert "runs" in inspect(database.engine).get_table_names()
    database.close()


def test_a_failed_migration_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'half.sqlite'}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE runs (id TEXT)"))  # in the way of the migration
    with pytest.raises(StorageUnavailable):
        upgrade(database)
    assert inspect(database.engine).get_table_names() == ["runs"]
    database.close()


def test_who_is_signed_in_stays_so_when_operators_come(database: Database) -> None:
    """SQLite replaces the table of people by a copy, and what belongs to people must not go with the old one."""
    upgrade(database, revision="0002")
    time = "'2026-10-15 09:00:00+00'"
    with database.writing() as session:
        for row in (
            _A_ROW,
            "INSERT INTO people (id, organization_id, email, name, scope, created_at)"
            f" VALUES ('person_1', 'org_1', 'dana@example.org', 'Dana Reyes', 'admin', {time})",
            "INSERT INTO api_keys (id, organization_id, scope, label, secret_hash, created_at)"
            f" VALUES ('key_1', 'org_1', 'admin', '', 'aa', {time})",
            f"INSERT INTO sign_in_links VALUES ('bb', 'person_1', {time}, {time}, NULL)",
            f"INSERT INTO web_sessions VALUES ('cc', 'person_1', 'link', {time}, {time}, NULL)",
        ):
            session.execute(text(row))
    upgrade(database)
    with database.reading() as session:
        for table in ("people", "api_keys"):
            assert session.execute(text(f"SELECT scope, organization_id FROM {table}")).one() == ("admin", "org_1")
        for table in ("sign_in_links", "web_sessions"):
            assert session.execute(text(f"SELECT person_id FROM {table}")).one() == ("person_1",)
    for scope, organization in (("operator", "'org_1'"), ("admin", "NULL")):
        with pytest.raises(IntegrityError), database.engine.begin() as connection:
            connection.execute(text(f"UPDATE people SET scope = '{scope}', organization_id = {organization}"))
    database.close()
