"""`python -m api.storage.new_migration "What changes"`: write the migration from the newest revision to the tables."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from api.storage.database import Database
from api.storage.migrate import newest_revision, upgrade

__all__ = ["write_migration"]

_FOLDER = Path(__file__).parent / "migrations"


def write_migration(message: str) -> None:
    """Add a migration to this checkout; read and format it before it is committed."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    present = newest_revision()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/migration.sqlite")
        upgrade(database)
        with database.writing() as session:
            config.attributes["connection"] = session.connection()
            command.revision(config, message=message, autogenerate=True, rev_id=f"{int(present or 0) + 1:04}")
        database.close()


if __name__ == "__main__":
    write_migration(" ".join(sys.argv[1:]))
