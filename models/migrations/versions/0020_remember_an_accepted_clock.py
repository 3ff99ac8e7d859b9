"""Keep until when time waits for a clock that was accepted, so that the answer outlives a night.

A hall that waits for one while this moves is asked once more after the next night, as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("kept_time", sa.Column("agrees_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("kept_time", "agrees_at")
