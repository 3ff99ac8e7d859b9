"""Leases: of all processes that could do a piece of background work, one does it.

Whoever holds a lease has its name in the database and renews it before it lapses. What lapses is
decided by the database's own clock, so that no two machines need to agree on the time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, delete, literal_column, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.base import Base, alone

# What is known of a holder: True it lives, False it is dead, None it may be either.
Lives = Callable[[str], bool | None]


class Lease(Base):
    """Who does the work `name`, and until when; seconds since 1970 by the database's clock."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until_s: Mapped[float] = mapped_column(Float(53))


_NEW = text(
    "INSERT INTO lease (name, holder, until_s) VALUES (:name, :holder, 0) "
    "ON CONFLICT (name) DO NOTHING"
)


def hold(
    session: Session, names: Collection[str], holder: str, *, length: timedelta, lives: Lives
) -> set[str]:
    """Take or renew the leases `names` for `holder`; return those that it holds now.

    A lease is free when its holder is dead, or has let it lapse and is not seen to live: a clock
    that jumps takes no work from a process that does it. One that holds for longer than anybody
    takes it comes from a clock that ran ahead, and has lapsed, too.
    """
    length_s = length.total_seconds()
    until_s = _now_s(session) + length_s
    renewed = update(Lease).where(Lease.holder == holder, Lease.name.in_(names))
    held = set(session.scalars(renewed.values(until_s=until_s).returning(Lease.name)))
    for name in sorted(set(names) - held):
        session.execute(_NEW, {"name": name, "holder": holder})
        now_s = _now_s(session)
        lapsed = or_(Lease.until_s < now_s, Lease.until_s > now_s + 2 * length_s).label("lapsed")
        seen = session.execute(select(Lease.holder, lapsed).where(Lease.name == name)).one()
        if seen.holder != holder and not _free(seen.holder, lapsed=seen.lapsed, lives=lives):
            continue
        # Another process may have seen the same: the first one has it.
        taken = update(Lease).where(Lease.name == name, Lease.holder == seen.holder)
        done = session.scalars(
            taken.values(holder=holder, until_s=until_s).returning(Lease.name)
        ).all()
        held |= set(done)
    return held


def release(session: Session, names: Collection[str], holder: str) -> None:
    """Let go of the leases `names`, so that another process need not wait until they lapse."""
    session.execute(delete(Lease).where(Lease.holder == holder, Lease.name.in_(names)))


def holders(session: Session, names: Collection[str]) -> dict[str, str]:
    """Return who holds which of the leases `names`."""
    rows = session.execute(select(Lease.name, Lease.holder).where(Lease.name.in_(names)))
    return {row.name: row.holder for row in rows}


def _free(holder: str, *, lapsed: bool, lives: Lives) -> bool:
    alive = lives(holder)
    return lapsed if alive is None else not alive


def _now_s(session: Session) -> ColumnElement[Any]:
    if alone(session):
        return literal_column("((julianday('now') - 2440587.5) * 86400.0)", Float)
    return literal_column("extract(epoch FROM clock_timestamp())", Float)
