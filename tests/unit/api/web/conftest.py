"""What pages show, asked for without a page: on SQLite, as `tests/web` is."""

from tests.web.conftest import migrated_url

__all__ = ["migrated_url"]
