"""How many of a service's numbers of a day are taken: one place for each step that needs one.

A step takes a place of its service. It gives the place back when it is cancelled before it was
served, and hands it on when it is transferred: its successor takes one of its own service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.base import Base, table_of


class QuotaRoll(Base):
    """How many places of a service are taken on a service day."""

    __tablename__ = "quota_roll"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    service_day: Mapped[date] = mapped_column(primary_key=True)
    taken: Mapped[int]


# One statement each, so that no place is lost between a look and a change; the dialects alone
# know ON CONFLICT.
_INSERTS: Final[dict[str, type[sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.Insert,
    "postgresql": postgresql.Insert,
}
_ONE_MORE: Final = {
    dialect: insert(table_of(QuotaRoll))
    .on_conflict_do_update(
        index_elements=["service_id", "service_day"], set_={"taken": QuotaRoll.taken + 1}
    )
    .returning(QuotaRoll.taken)
    for dialect, insert in _INSERTS.items()
}


def take_place(session: Session, service_id: int, day: date) -> int:
    """Take one place of the service's `day` and return how many are taken then.

    The row stays locked until the transaction ends. Whoever takes or gives back several does so
    in the order of their services, so that nobody waits for one another in a circle.
    """
    taken = _ONE_MORE[session.get_bind().dialect.name]
    values = {"service_id": service_id, "service_day": day, "taken": 1}
    return session.execute(taken, values).scalar_one()


def give_back(session: Session, services: Iterable[int], day: date) -> None:
    """Let one place of each of `services` be free again on `day`."""
    for service_id in sorted(services):
        session.execute(
            update(QuotaRoll)
            .where(QuotaRoll.service_id == service_id, QuotaRoll.service_day == day)
            .values(taken=QuotaRoll.taken - 1)
            .execution_options(synchronize_session=False)
        )


def places_taken(session: Session, services: Iterable[int], day: date) -> Mapping[int, int]:
    """Return how many places of each of `services` are taken on `day`; none where none is."""
    rows = session.execute(
        select(QuotaRoll.service_id, QuotaRoll.taken).where(
            QuotaRoll.service_id.in_(sorted(services)), QuotaRoll.service_day == day
        )
    )
    return {row.service_id: row.taken for row in rows}
