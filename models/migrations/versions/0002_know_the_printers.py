"""Know the printers, and what each paper is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "printer_status",
        sa.Column("mall_id", sa.Integer(), nullable=False),
        sa.Column("printer", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mall_id"], ["mall.id"], name=op.f("fk_printer_status_mall_id")),
        sa.PrimaryKeyConstraint("mall_id", "printer", name=op.f("pk_printer_status")),
    )
    with op.batch_alter_table("print_job") as job:
        job.add_column(sa.Column("fallback", sa.String(), nullable=False, server_default=""))
        job.add_column(
            sa.Column("kind", sa.String(length=20), nullable=False, server_default="slip")
        )
        job.add_column(sa.Column("copy_of_id", sa.Integer(), nullable=True))
        job.add_column(sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
        job.create_foreign_key(op.f("fk_print_job_copy_of_id"), "print_job", ["copy_of_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("print_job") as job:
        job.drop_constraint(op.f("fk_print_job_copy_of_id"), type_="foreignkey")
        for column in ("sent_at", "copy_of_id", "kind", "fallback"):
            job.drop_column(column)
    op.drop_table("printer_status")
