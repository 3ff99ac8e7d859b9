"""Note whose press an answer belongs to; nobody is known of those of before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("press", sa.Column("actor", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("press", "actor")
