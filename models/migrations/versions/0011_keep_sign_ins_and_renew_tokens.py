"""Keep sign-ins, so that each can be ended, and let a screen's token be renewed.

Those of before stood in the browsers' cookies alone: everybody signs in once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_sign_in_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_user_id"), "sign_in", ["user_id"])
    op.drop_column("user_account", "signed_out_at")
    op.add_column("device", sa.Column("next_token_hash", sa.String(), nullable=True))
    op.create_index(op.f("ix_device_next_token_hash"), "device", ["next_token_hash"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_device_next_token_hash"), table_name="device")
    op.drop_column("device", "next_token_hash")
    op.add_column(
        "user_account", sa.Column("signed_out_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.drop_table("sign_in")
