"""An officer at a desk: signing on, breaks, signing off."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, Select, bindparam, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.base import Base, alone
from models.core.errors import DeskBusy, DeskClosed, DeskOnBreak, DeskTaken, StillAtDesk
from models.journal.actors import Actor
from models.journal.events import BreakBegan, BreakEnded, ShiftBegan, ShiftEnded
from models.journal.record import record
from models.mall.mall import Desk
from models.mall.people import User
from models.queue.tickets import Step, StepState, Ticket, spoken

log = logging.getLogger(__name__)


class Shift(Base):
    """An officer at a desk from sign-on to sign-off, breaks inside."""

    __tablename__ = "shift"
    __table_args__ = (
        Index(
            "uq_shift_desk",
            "desk_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_shift_user",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    desk_id: Mapped[int] = mapped_column(ForeignKey("desk.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # Both set while the desk pauses; the journal keeps the breaks that are over.
    break_began_at: Mapped[datetime | None]
    break_until_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    desk: Mapped[Desk] = relationship()


_SHIFT: Final = select(Shift).where(Shift.desk_id == bindparam("desk_id"), Shift.ended_at.is_(None))
_SHIFT_KEPT: Final = _SHIFT.with_for_update(read=True)
_STANDING: Final = (
    select(Shift.break_began_at, Shift.break_until_at, Ticket.prefix, Ticket.number)
    .outerjoin(Ticket, Ticket.desk_id == Shift.desk_id)
    .where(Shift.desk_id == bindparam("desk_id"), Shift.ended_at.is_(None))
)
_OFFICER: Final = select(Shift.user_id).where(
    Shift.desk_id == bindparam("desk_id"), Shift.ended_at.is_(None)
)
_HELD: Final = select(Ticket).where(Ticket.desk_id == bindparam("desk_id"))


def shift_at(session: Session, desk_id: int, *, keep: bool = False) -> Shift | None:
    """Return the open shift at the desk, None when nobody is signed on there.

    With `keep` it stays as it is until the transaction ends.
    """
    return session.scalars(_SHIFT_KEPT if keep else _SHIFT, {"desk_id": desk_id}).first()


def lock_desk(session: Session, *desks: Desk) -> None:
    """Make every other press for these desks wait; desks are locked before tickets.

    The lock is the weaker one that lets a foreign key to the desk be checked: two desks
    that send each other a ticket would else wait for one another for ever.
    """
    if alone(session):
        return
    ids = {desk.id for desk in desks}
    session.execute(
        select(Desk.id)
        .where(Desk.id.in_(ids))
        .order_by(Desk.id)  # whoever locks several does it in this order
        .with_for_update(key_share=True)
    ).all()


def held_by(session: Session, desk: Desk) -> Ticket | None:
    """Return the ticket that is at the desk, None when it is free."""
    return session.scalars(_HELD, {"desk_id": desk.id}).first()


def require_serving(session: Session, desk: Desk) -> Shift:
    """Return the desk's open shift; raise DeskClosed or DeskOnBreak."""
    shift = shift_at(session, desk.id)
    if shift is None:
        raise DeskClosed(desk=desk.number)
    if shift.break_began_at is not None:
        raise DeskOnBreak(until_at=shift.break_until_at)
    return shift


def require_free(session: Session, desk: Desk) -> None:
    """Raise DeskClosed or DeskOnBreak, and DeskBusy while a ticket is at the desk."""
    standing = session.execute(_STANDING, {"desk_id": desk.id}).one_or_none()
    if standing is None:
        raise DeskClosed(desk=desk.number)
    if standing.break_began_at is not None:
        raise DeskOnBreak(until_at=standing.break_until_at)
    if standing.prefix is not None:
        raise DeskBusy(number=spoken(standing.prefix, standing.number))


def officer_at(session: Session, desk: Desk) -> int | None:
    """Return the id of the user who is signed on at the desk, None when nobody is."""
    return session.execute(_OFFICER, {"desk_id": desk.id}).scalar_one_or_none()


def staffed_desks(session: Session, mall_id: int) -> dict[int, datetime | None]:
    """Return the mall's desks with an officer by their ids, and until when each pauses, if so."""
    open_shifts = select(Shift.desk_id, Shift.break_until_at).where(
        Shift.mall_id == mall_id, Shift.ended_at.is_(None)
    )
    return {row.desk_id: row.break_until_at for row in session.execute(open_shifts)}


def sign_on(session: Session, desk: Desk, user: User, *, by: Actor, at: datetime) -> Shift:
    """Begin the officer's shift at `desk`; their shift elsewhere ends.

    Signing on again at the same desk gives the running shift. Raises DeskTaken when
    somebody else is there, StillAtDesk when the officer leaves a citizen at another desk,
    and DeskClosed for a desk out of use.
    """
    # An officer who signs on twice at once is at one desk in the end.
    session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    lock_desk(session, desk, *session.scalars(select(Desk).where(Desk.id.in_(_desk_of(user)))))
    if not desk.in_use:
        raise DeskClosed(desk=desk.number)
    present = shift_at(session, desk.id)
    if present is not None:
        if present.user_id != user.id:
            raise DeskTaken(desk=desk.number, officer=present.user.name)
        return present
    for elsewhere in session.scalars(select(Desk).where(Desk.id.in_(_desk_of(user)))):
        if (ticket := held_by(session, elsewhere)) is not None:
            raise StillAtDesk(number=ticket.spoken, desk=elsewhere.number)
        sign_off(session, elsewhere, by=by, at=at)
    shift = Shift(mall_id=desk.mall_id, desk_id=desk.id, user_id=user.id, began_at=at)
    session.add(shift)
    session.flush()
    record(session, ShiftBegan(mall_id=desk.mall_id, at=at, desk_id=desk.id), by)
    return shift


def sign_off(session: Session, desk: Desk, *, by: Actor, at: datetime) -> None:
    """End the shift at `desk`. Raises DeskBusy while a ticket is there, DeskClosed without one.

    Tickets that were sent to this desk alone are free for all desks of their service again.
    """
    lock_desk(session, desk)
    shift = shift_at(session, desk.id)
    if shift is None:
        raise DeskClosed(desk=desk.number)
    if (ticket := held_by(session, desk)) is not None:
        raise DeskBusy(number=ticket.spoken)
    shift.ended_at = at
    session.flush()
    session.execute(
        update(Step)
        .where(
            Step.only_desk_id == desk.id,
            Step.state.in_([StepState.WAITING, StepState.PAUSED, StepState.MISSED]),
        )
        .values(only_desk_id=None)
    )
    record(session, ShiftEnded(mall_id=desk.mall_id, at=at, desk_id=desk.id), by)


def leave_desk(session: Session, user_id: int, *, by: Actor, at: datetime) -> None:
    """Sign the user off wherever they are signed on.

    A desk that still holds a citizen stays theirs until they come back or somebody else ends it.
    """
    shift = shift_of(session, user_id)
    if shift is None:
        return
    try:
        sign_off(session, shift.desk, by=by, at=at)
    except DeskBusy:
        log.info("user %s leaves with a ticket at desk %s", user_id, shift.desk_id)


def shift_of(session: Session, user_id: int) -> Shift | None:
    """Return the user's open shift, None while they are at no desk."""
    return session.scalars(
        select(Shift).where(Shift.user_id == user_id, Shift.ended_at.is_(None))
    ).first()


def serves_or_left_last(session: Session, desk_id: int, user_id: int) -> bool:
    """Tell whether the user's newest shift was at the desk, and is the newest of the desk."""
    own = session.scalar(select(func.max(Shift.id)).where(Shift.user_id == user_id))
    newest = session.scalar(select(func.max(Shift.id)).where(Shift.desk_id == desk_id))
    return own is not None and own == newest


def begin_break(
    session: Session, desk: Desk, *, until_at: datetime, by: Actor, at: datetime
) -> Shift:
    """Pause the desk until about `until_at`. Raises DeskBusy, DeskClosed or DeskOnBreak."""
    lock_desk(session, desk)
    shift = require_serving(session, desk)
    if (ticket := held_by(session, desk)) is not None:
        raise DeskBusy(number=ticket.spoken)
    shift.break_began_at, shift.break_until_at = at, until_at
    record(
        session,
        BreakBegan(mall_id=desk.mall_id, at=at, desk_id=desk.id, until_at=until_at.isoformat()),
        by,
    )
    return shift


def end_break(session: Session, desk: Desk, *, by: Actor, at: datetime) -> Shift:
    """Let the desk serve again; without a break nothing changes. Raises DeskClosed."""
    lock_desk(session, desk)
    shift = shift_at(session, desk.id)
    if shift is None:
        raise DeskClosed(desk=desk.number)
    if shift.break_began_at is not None:
        shift.break_began_at = shift.break_until_at = None
        record(session, BreakEnded(mall_id=desk.mall_id, at=at, desk_id=desk.id), by)
    return shift


def _desk_of(user: User) -> Select[int]:
    return select(Shift.desk_id).where(Shift.user_id == user.id, Shift.ended_at.is_(None))
