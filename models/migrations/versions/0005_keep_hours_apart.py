"""Let agencies and desks keep hours of their own, and count again what takes a quota's places."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_HOURS = sa.table(
    "serving_hours",
    *(sa.column(name, sa.Integer) for name in ("mall_id", "weekday", "opens_m", "closes_m")),
    *(sa.column(name, sa.Integer) for name in ("agency_id", "desk_id")),
    sa.column("breaks", sa.JSON),
)


def upgrade() -> None:
    op.add_column(
        "mall", sa.Column("intake_ahead_m", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_table(
        "serving_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mall_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("desk_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("opens_m", sa.Integer(), nullable=True),
        sa.Column("closes_m", sa.Integer(), nullable=True),
        sa.Column("breaks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_serving_hours_agency_id")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_serving_hours_desk_id")),
        sa.ForeignKeyConstraint(["mall_id"], ["mall.id"], name=op.f("fk_serving_hours_mall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serving_hours")),
    )
    op.create_index(op.f("ix_serving_hours_mall_id"), "serving_hours", ["mall_id"], unique=False)
    _move_hours()
    op.drop_table("hall_break")
    op.drop_table("opening_hours")
    _count_places()


def _move_hours() -> None:
    connection = op.get_bind()
    breaks: dict[tuple[int, int], list[list[int]]] = {}
    for row in connection.execute(
        sa.text("SELECT mall_id, weekday, starts_m, ends_m FROM hall_break ORDER BY starts_m")
    ):
        breaks.setdefault((row.mall_id, row.weekday), []).append([row.starts_m, row.ends_m])
    for row in connection.execute(
        sa.text("SELECT mall_id, weekday, opens_m, closes_m FROM opening_hours ORDER BY weekday")
    ).all():
        connection.execute(
            _HOURS.insert().values(
                mall_id=row.mall_id,
                weekday=row.weekday,
                opens_m=row.opens_m,
                closes_m=row.closes_m,
                breaks=breaks.get((row.mall_id, row.weekday), []),
            )
        )


def _count_places() -> None:
    """Count each step that takes a place, as models/queue/quota.py says.

    Until now each number kept its places after it was cancelled, and a step that was handed on
    to another service took none there.
    """
    op.execute("DELETE FROM quota_roll")
    op.execute(
        "INSERT INTO quota_roll (service_id, service_day, taken)"
        " SELECT step.service_id, ticket.service_day, count(*)"
        " FROM step JOIN ticket ON ticket.id = step.ticket_id"
        " WHERE step.state <> 'transferred'"
        " AND (step.state <> 'cancelled' OR step.started_at IS NOT NULL)"
        " GROUP BY step.service_id, ticket.service_day"
    )


def downgrade() -> None:
    op.create_table(
        "opening_hours",
        sa.Column("mall_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_m", sa.Integer(), nullable=False),
        sa.Column("closes_m", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mall_id"], ["mall.id"], name=op.f("fk_opening_hours_mall_id")),
        sa.PrimaryKeyConstraint("mall_id", "weekday", name=op.f("pk_opening_hours")),
    )
    op.create_table(
        "hall_break",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mall_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts_m", sa.Integer(), nullable=False),
        sa.Column("ends_m", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mall_id"], ["mall.id"], name=op.f("fk_hall_break_mall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall_break")),
    )
    # The files fill both again at the next start.
    op.drop_table("serving_hours")
    op.drop_column("mall", "intake_ahead_m")
