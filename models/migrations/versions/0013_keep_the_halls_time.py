"""Keep the hall's own time, and what was said of a clock that jumped; so far nothing was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_time",
        sa.Column("mall_id", sa.Integer(), nullable=False),
        sa.Column("boot", sa.String(), nullable=False),
        sa.Column("offset_s", sa.Double(), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("ahead_s", sa.Double(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["mall_id"], ["mall.id"], name="fk_kept_time_mall_id_mall"),
        sa.PrimaryKeyConstraint("mall_id", name="pk_kept_time"),
    )


def downgrade() -> None:
    op.drop_table("kept_time")
