"""Name how each mall is arranged, so that what was read of it is read anew after a change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mall", sa.Column("arrangement", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("mall", "arrangement")
