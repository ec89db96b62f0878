"""Alembic's environment: runs on the connection that it is given, inside the caller's transaction."""

from typing import Any, Literal

from alembic import context

from api.storage.tables import Base, CompressedText, Json, UtcDateTime


def _rendered(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Our own types in the plain words of SQLAlchemy: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, CompressedText):
        return "sa.LargeBinary()"
    if kind == "type" and item is Json:
        return 'sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes tables by copying them
    render_item=_rendered,
    transaction_per_migration=False,
)
context.run_migrations()
