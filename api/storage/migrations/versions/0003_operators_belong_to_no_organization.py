"""Operators belong to no organization."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BELONG_TO_PEOPLE = ("sign_in_links", "web_sessions")


def upgrade() -> None:
    """Go forward. Nobody becomes an operator by it: who runs the instance makes one on the command line."""
    for table, children in (("api_keys", ()), ("people", _BELONG_TO_PEOPLE)):
        with _kept(children), op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("organization_id", existing_type=sa.String(length=200), nullable=True)
            batch_op.create_check_constraint(
                "operators_alone_have_none", sa.text("(scope = 'operator') = (organization_id IS NULL)")
            )


@contextmanager
def _kept(children: Sequence[str]) -> Iterator[None]:
    """Put the rows of tables aside while SQLite replaces the table that they belong to, for they would go with it."""
    copies = children if op.get_bind().dialect.name == "sqlite" else ()
    for name in copies:
        op.execute(f"CREATE TEMPORARY TABLE kept_{name} AS SELECT * FROM {name}")
    yield
    for name in copies:
        op.execute(f"INSERT INTO {name} SELECT * FROM kept_{name}")
        op.execute(f"DROP TABLE kept_{name}")
