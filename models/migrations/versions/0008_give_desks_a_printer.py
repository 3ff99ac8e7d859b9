"""Let a desk name the printer beside it; no desk of before has one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk", sa.Column("printer", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("desk", "printer")
