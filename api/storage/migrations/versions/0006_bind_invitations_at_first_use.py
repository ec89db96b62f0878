"""Bind invitations at first use, and keep when answers were chosen."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward. Whoever has saved something used the invitation."""
    json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("device", sa.String(length=200), nullable=True))

    with op.batch_alter_table("respondents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opened_hash", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("cleared", json, nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_respondents_opened_hash"), ["opened_hash"])
    op.execute("UPDATE respondents SET bound_at = saved_at WHERE saved_at IS NOT NULL")
