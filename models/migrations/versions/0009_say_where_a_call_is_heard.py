"""Say where a citizen sits, and where and when a call was shown and spoken.

Calls of before keep what was known of them: those without a receipt count from their press.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_RECEIPTS = ("shown_at", "told_shown_at", "told_spoken_at")


def upgrade() -> None:
    for table in ("ticket", "call"):
        # In one statement, which both databases know: SQLite would copy years of rows otherwise.
        op.execute(
            f'ALTER TABLE "{table}" ADD COLUMN told_zone_id INTEGER '
            f"CONSTRAINT fk_{table}_told_zone_id REFERENCES zone (id)"
        )
    for receipt in _RECEIPTS:
        op.add_column("call", sa.Column(receipt, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for receipt in reversed(_RECEIPTS):
        op.drop_column("call", receipt)
    for table in ("call", "ticket"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("told_zone_id")
