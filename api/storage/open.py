"""The database of the settings, brought up to date: for commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.settings import load_settings
from api.storage.database import Database, open_database
from api.storage.migrate import upgrade

__all__ = ["opened"]


@contextmanager
def opened() -> Iterator[Database]:
    """The database that the environment names, with all migrations.

    Raises:
        InvalidSetting: a setting is not usable.
        StorageBusy, StorageFull, StorageUnavailable: as the database says.
    """
    database = open_database(load_settings())
    try:
        upgrade(database)
        yield database
    finally:
        database.close()
