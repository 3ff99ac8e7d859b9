"""Say which process does the background work, and when a call was sent to the screens.

Calls that are open while this moves were heard already.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SHOUTED = ("shouted_at", "told_shouted_at")


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until_s", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    for column in _SHOUTED:
        op.add_column("call", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.execute(
        'UPDATE "call" SET shouted_at = at, told_shouted_at = at '
        "WHERE step_id IN (SELECT id FROM step WHERE state = 'called')"
    )


def downgrade() -> None:
    for column in reversed(_SHOUTED):
        op.drop_column("call", column)
    op.drop_table("lease")
