"""Keep how far a slowed time has come, and of which jump a leader said that it is right."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ADDED = ("reached_s", "aimed_s", "accepted_s")


def upgrade() -> None:
    # Nothing is known of the time before: it begins from the record, as it did.
    for name in ADDED:
        op.add_column("kept_time", sa.Column(name, sa.Double(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("kept_time") as table:
        for name in ADDED:
            table.drop_column(name)
