"""Find the hall's own events of a day, without those of its thousand tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_journal_hall",
        "journal",
        ["mall_id", "at"],
        sqlite_where=sa.text("ticket_id IS NULL"),
        postgresql_where=sa.text("ticket_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_journal_hall", "journal")
