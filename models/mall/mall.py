"""The building: malls, their zones and desks, and the hours they keep."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from models.core.base import Base
from models.mall.rules import CallingRules
from models.mall.signs import LONGEST_SIGN, bare_name, in_order


def new_arrangement() -> str:
    """Return a name that no arrangement of any mall has had."""
    return uuid4().hex


class Mall(Base):
    """One mal pelayanan publik; all else hangs off one."""

    __tablename__ = "mall"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    region: Mapped[str]
    time_zone: Mapped[str]
    public_url: Mapped[str]
    example: Mapped[bool] = mapped_column(default=False)
    # Copied from [calling] and [hours] at every start; the rules have a column each.
    rules: Mapped[CallingRules] = composite(
        *(mapped_column(default=rule.default) for rule in fields(CallingRules))
    )
    intake_cutoff_m: Mapped[int] = mapped_column(default=30)
    intake_ahead_m: Mapped[int] = mapped_column(default=0)  # numbers before the desks open
    texts: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    # Names what models/mall/arrangement.py reads; another one after each change to it.
    arrangement: Mapped[str] = mapped_column(default=new_arrangement)

    zones: Mapped[list[Zone]] = relationship(back_populates="mall", order_by="Zone.id")
    desks: Mapped[list[Desk]] = relationship(back_populates="mall", order_by="Desk.sorts_as")


class Zone(Base):
    """A waiting area with its wall and voice, named by a flower."""

    __tablename__ = "zone"
    __table_args__ = (UniqueConstraint("mall_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    code: Mapped[str]
    name: Mapped[str]
    flower: Mapped[str]
    place_id: Mapped[str] = mapped_column(default="")
    place_en: Mapped[str] = mapped_column(default="")

    mall: Mapped[Mall] = relationship(back_populates="zones")

    @property
    def bare_name(self) -> str:
        """The name as it stands behind the word "zona"."""
        return bare_name(self.name)


class DeskService(Base):
    """A service that a desk offers."""

    __tablename__ = "desk_service"

    desk_id: Mapped[int] = mapped_column(ForeignKey("desk.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True, index=True)


def _sorted_by_sign(row: Any) -> str:
    return in_order(row.get_current_parameters()["number"])


class Desk(Base):
    """Where an officer serves; it offers a set of services and stands in a zone."""

    __tablename__ = "desk"
    __table_args__ = (UniqueConstraint("mall_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    # What its sign says, and by what the desks are put in order: 2, 4K1, 10.
    number: Mapped[str] = mapped_column(String(LONGEST_SIGN))
    sorts_as: Mapped[str] = mapped_column(String(16), default=_sorted_by_sign, server_default="")
    # A desk that config.toml no longer names stays for the journal's sake, but out of use.
    in_use: Mapped[bool] = mapped_column(default=True)
    printer: Mapped[str] = mapped_column(default="")  # its code in config.toml; empty for none

    mall: Mapped[Mall] = relationship(back_populates="desks")
    zone: Mapped[Zone] = relationship()


class ServingHours(Base):
    """When the mall, one of its agencies or one of its desks serves; minutes after local midnight.

    A row without an agency and a desk is the mall's own. One without a weekday holds on every day
    from its first to its last, before what the weekdays say.
    """

    __tablename__ = "serving_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    # The days between which it holds, both included; None has no end on that side.
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    weekday: Mapped[int | None]  # Monday is 0
    opens_m: Mapped[int | None]  # None is closed
    closes_m: Mapped[int | None]
    breaks: Mapped[list[list[int]]] = mapped_column(JSON, default=list)  # from when until when


class Holiday(Base):
    """A day on which the mall stays closed."""

    __tablename__ = "holiday"

    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
