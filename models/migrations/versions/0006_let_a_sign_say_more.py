"""Let the sign of a desk say more than a number, and keep by what it sorts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("desk") as desk:
        desk.alter_column(
            "number",
            existing_type=sa.Integer(),
            type_=sa.String(length=4),
            existing_nullable=False,
            postgresql_using="number::varchar",
        )
        desk.add_column(
            sa.Column("sorts_as", sa.String(length=16), nullable=False, server_default="")
        )
    # Until now every sign was a number of at most three digits; four places are what is sorted by.
    op.execute("UPDATE desk SET sorts_as = substr('0000' || number, length(number) + 1)")


def downgrade() -> None:
    with op.batch_alter_table("desk") as desk:
        desk.drop_column("sorts_as")
        desk.alter_column(
            "number",
            existing_type=sa.String(length=4),
            type_=sa.Integer(),
            existing_nullable=False,
            postgresql_using="number::integer",
        )
