"""A visit: the ticket with its number, its steps, and the one table of states a step may pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    bindparam,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.errors import NotAllowed
from models.core.rows import DirectRow
from models.mall.catalogue import Service, ServiceCase
from models.mall.mall import Desk, Mall

# 80 bits: guessing one of a day's 1,500 tickets stays out of reach, and the QR stays coarse.
TOKEN_BYTES: Final = 10
CODE_LENGTH: Final = 8

TOKEN: Final = re.compile(rf"[0-9a-f]{{{2 * TOKEN_BYTES}}}")


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    PAUSED = "paused"  # another step of the ticket is at a desk, or must come first
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    MISSED = "missed"
    DONE = "done"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_S = StepState

# The one table: every way a step may go. Nothing else in the house repeats it; what is undone
# (undoing.py) goes back to where it stood.
NEXT_STATES: dict[StepState, frozenset[StepState]] = {
    # Straight to serving goes who is at the desk already, with the need before it.
    _S.WAITING: frozenset({_S.PAUSED, _S.CALLED, _S.SERVING, _S.CANCELLED, _S.EXPIRED}),
    _S.PAUSED: frozenset({_S.WAITING, _S.CANCELLED, _S.EXPIRED}),
    _S.CALLED: frozenset({_S.SERVING, _S.MISSED, _S.TRANSFERRED, _S.CANCELLED, _S.EXPIRED}),
    _S.SERVING: frozenset({_S.HELD, _S.DONE, _S.TRANSFERRED, _S.EXPIRED}),
    _S.HELD: frozenset({_S.SERVING, _S.CANCELLED, _S.EXPIRED}),
    _S.MISSED: frozenset({_S.WAITING, _S.CANCELLED, _S.EXPIRED}),
    _S.DONE: frozenset(),
    _S.TRANSFERRED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.EXPIRED: frozenset(),
}
OPEN_STATES = frozenset(state for state, following in NEXT_STATES.items() if following)
AT_DESK = frozenset({_S.CALLED, _S.SERVING})
# While one step is in these, the ticket's other steps are paused: the citizen is busy or away.
ENGAGED = AT_DESK | {_S.HELD, _S.MISSED}


class Standing(StrEnum):
    """Why a step has the head start that it has; shown to the officer."""

    REGULAR = "regular"
    PRIORITY = "priority"
    BOOKED = "booked"
    RETURNED = "returned"
    TRANSFERRED = "transferred"


class Outcome(StrEnum):
    """How a served step ended."""

    ISSUED = "issued"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CONSULTED = "consulted"


class Ticket(DirectRow):
    """One visit of one citizen, with the number called out; the number never changes."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("mall_id", "service_day", "prefix", "number"),
        # A desk holds at most one ticket, a ticket is at most at one desk: the database says so.
        Index(
            "uq_ticket_desk_id",
            "desk_id",
            unique=True,
            sqlite_where=text("desk_id IS NOT NULL"),
            postgresql_where=text("desk_id IS NOT NULL"),
        ),
        Index(
            "uq_ticket_code",
            "mall_id",
            "service_day",
            "code",
            unique=True,
            sqlite_where=text("code IS NOT NULL"),
            postgresql_where=text("code IS NOT NULL"),
        ),
        Index(
            "ix_ticket_open",
            "mall_id",
            "service_day",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    service_day: Mapped[date]
    prefix: Mapped[str]
    number: Mapped[int]
    token: Mapped[str] = mapped_column(unique=True)
    # What leads to the token on its day, for who types; None before 0011 and after retention.
    code: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    priority: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(default="id")
    taken_at: Mapped[datetime]
    taken_by_device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    taken_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    # Where its citizen was told to wait, or was served since; models/queue/seating.py keeps it.
    told_zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"))
    closed_at: Mapped[datetime | None]

    mall: Mapped[Mall] = relationship()
    desk: Mapped[Desk | None] = relationship()
    steps: Mapped[list[Step]] = relationship(back_populates="ticket", order_by="Step.position")

    @property
    def spoken(self) -> str:
        """The number as it is written and called: `A-012`."""
        return spoken(self.prefix, self.number)

    @property
    def current(self) -> Step | None:
        """The step that is at a desk, held or missed; None while the ticket just waits."""
        return next((step for step in self.steps if step.state in ENGAGED), None)


def ticket_of_token(session: Session, token: str) -> Ticket | None:
    """Return the ticket with `token`; what can be none is not even looked for."""
    if not TOKEN.fullmatch(token):
        return None
    return session.scalars(_OF_TOKEN, {"token": token}).one_or_none()


def spoken(prefix: str, number: int) -> str:
    """Return a number as it is written and called: `A-012`."""
    return f"{prefix}-{number:03d}"


_OF_TOKEN: Final = select(Ticket).where(Ticket.token == bindparam("token"))


class Step(DirectRow):
    """One service that the ticket still wants, or wanted."""

    __tablename__ = "step"
    __table_args__ = (
        # The queue itself: what a desk asks is one look-up here, whatever lies behind it.
        Index(
            "ix_step_queue",
            "service_id",
            "due_at",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "uq_step_at_desk",
            "ticket_id",
            unique=True,
            sqlite_where=text("state IN ('called', 'serving')"),
            postgresql_where=text("state IN ('called', 'serving')"),
        ),
        Index(
            "ix_step_held",
            "desk_id",
            sqlite_where=text("state IN ('held', 'missed')"),
            postgresql_where=text("state IN ('held', 'missed')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"))
    position: Mapped[int]
    state: Mapped[StepState] = mapped_column(default=StepState.WAITING)
    standing: Mapped[Standing] = mapped_column(default=Standing.REGULAR)
    began_waiting_at: Mapped[datetime]
    due_at: Mapped[datetime]
    # The desk that called it last; for a transfer, before a call, the only desk that may.
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    only_desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    calls: Mapped[int] = mapped_column(default=0)
    called_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]
    missing: Mapped[list[str]] = mapped_column(JSON, default=list)  # papers not brought
    checked: Mapped[list[int]] = mapped_column(JSON, default=list)  # requirement ids seen
    note: Mapped[str] = mapped_column(default="")
    # The wait announced when the step was asked for, seconds from began_waiting_at.
    announced_low_s: Mapped[int | None]
    announced_high_s: Mapped[int | None]

    ticket: Mapped[Ticket] = relationship(back_populates="steps")
    service: Mapped[Service] = relationship()
    case: Mapped[ServiceCase | None] = relationship()
    desk: Mapped[Desk | None] = relationship(foreign_keys=[desk_id])

    def move(self, state: StepState) -> None:
        """Take the step to `state`, or raise NotAllowed when the table has no such way."""
        self.require_way_to(state)
        self.state = state

    def require_way_to(self, state: StepState) -> None:
        """Raise NotAllowed when the table has no way from where the step stands to `state`."""
        if state not in NEXT_STATES[self.state]:
            raise NotAllowed(number=self.ticket.spoken, state=self.state, wanted=state)


def among(states: Iterable[StepState]) -> ColumnElement[bool]:
    """Return the condition that a step is in one of `states`.

    The states stand in the statement itself, in the order of the partial indexes: without
    that no index serves it, and it reads every step of all years.
    """
    words: BindParameter[list[StepState]] = bindparam(
        "states", sorted(states), expanding=True, literal_execute=True, unique=True
    )
    return Step.state.in_(words)


def heard_in(zone_id: int) -> ColumnElement[bool]:
    """Return the condition that a call is shown and spoken in the zone."""
    return or_(Call.zone_id == zone_id, Call.told_zone_id == zone_id)


class Call(DirectRow):
    """One invitation of a ticket to a desk, with its receipts; a recall is a call of its own."""

    __tablename__ = "call"

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("step.id"))
    desk_id: Mapped[int] = mapped_column(ForeignKey("desk.id"))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))  # of the desk
    # Where its citizen sits, when that is another zone: it is shown and spoken there, too.
    told_zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"))
    round: Mapped[int]  # 1 is the first invitation, 2 the first recall
    at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(default="")  # why out of order; empty when it was its turn
    # The first receipt of a wall in the desk's zone, and of one in the other zone.
    shown_at: Mapped[datetime | None]
    spoken_at: Mapped[datetime | None]
    told_shown_at: Mapped[datetime | None]
    told_spoken_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()
    desk: Mapped[Desk] = relationship()
    step: Mapped[Step] = relationship()

    @property
    def zone_ids(self) -> tuple[int, ...]:
        """The zones where it is shown and spoken, the desk's own first."""
        return (self.zone_id,) if self.told_zone_id is None else (self.zone_id, self.told_zone_id)

    @property
    def seat_zone_id(self) -> int:
        """The zone where its citizen sits: what is shown and spoken there counts."""
        return self.zone_ids[-1]
