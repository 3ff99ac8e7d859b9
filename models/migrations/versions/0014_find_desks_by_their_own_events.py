"""Let the index by desk hold what happened at desks alone: half of all entries name none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

AT_A_DESK = sa.text("desk_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_journal_desk", "journal")
    op.create_index(
        "ix_journal_desk",
        "journal",
        ["desk_id", "at"],
        sqlite_where=AT_A_DESK,
        postgresql_where=AT_A_DESK,
    )


def downgrade() -> None:
    op.drop_index("ix_journal_desk", "journal")
    op.create_index("ix_journal_desk", "journal", ["desk_id", "at"])
