"""Give tickets a code to type, for phones that cannot scan; those taken before have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("code", sa.String(length=8), nullable=True))
    op.create_index(
        "uq_ticket_code",
        "ticket",
        ["mall_id", "service_day", "code"],
        unique=True,
        sqlite_where=sa.text("code IS NOT NULL"),
        postgresql_where=sa.text("code IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_ticket_code", table_name="ticket")
    op.drop_column("ticket", "code")
