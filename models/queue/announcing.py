"""When a call counts as announced: the receipts of the walls, and by mouth where none answers.

A call counts from the first receipt of a wall in the zone where its citizen sits, whether it was
shown large there or spoken. While the walls of that zone give receipts for other calls, it waits
its turn. Where no wall is, or none has answered for ANSWER, the officer is asked to call by mouth,
and the call counts from the officer's press, so that nobody waits for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.events import CallShown, CallSpoken
from models.journal.record import record
from models.mall.devices import Device
from models.queue.tickets import Call, Step, StepState, Ticket

# Longer than anything that a wall says at one go, in two languages and twice.
ANSWER: Final = timedelta(seconds=30)
# What a wall answered before this says nothing of whether it answers now.
_LATELY: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Announcement:
    """How far the newest call of a step is announced where its citizen sits; aware UTC instants.

    `by_mouth_from_at` is from when on the officer is asked to call by mouth; None once a wall has
    answered.
    """

    called_at: datetime
    zone_id: int | None = None  # where its citizen sits
    shown_at: datetime | None = None
    spoken_at: datetime | None = None
    by_mouth_from_at: datetime | None = None

    def may_miss_from(self, after: timedelta) -> datetime:
        """Return from when on nobody's coming may be noted, `after` being the mall's time."""
        receipts = [at for at in (self.shown_at, self.spoken_at) if at is not None]
        if receipts:
            return min(receipts) + after
        return max(self.called_at + after, self.by_mouth_from_at or self.called_at)


def announcement_of(session: Session, step: Step) -> Announcement | None:
    """Return how far the newest call of `step` is announced; None without a call."""
    call = session.scalars(
        select(Call).where(Call.ticket_id == step.ticket_id).order_by(Call.id.desc()).limit(1)
    ).first()
    if call is None or call.step_id != step.id:
        return None
    shown_at, spoken_at = receipts_in(call, call.seat_zone_id)
    if shown_at or spoken_at:
        return Announcement(call.at, call.seat_zone_id, shown_at, spoken_at)
    silent_at = _by_mouth_from(session, call)
    return Announcement(call.at, call.seat_zone_id, by_mouth_from_at=silent_at)


def receipts_in(call: Call, zone_id: int) -> tuple[datetime | None, datetime | None]:
    """Return when the call was first shown and spoken in one of its zones."""
    if zone_id == call.told_zone_id:
        return call.told_shown_at, call.told_spoken_at
    return call.shown_at, call.spoken_at


@dataclass(frozen=True)
class Unshouted:
    """A call that screens were not sent yet, in these zones; `at` is an aware UTC instant."""

    call_id: int
    ticket_id: int
    at: datetime
    zone_ids: tuple[int, ...]


def unshouted(session: Session, *, since: datetime) -> list[Unshouted]:
    """Return the calls made since the instant `since` that must still be heard, in their order.

    One whose citizen came, was missed, gave up or was called again is wanted by nobody.
    """
    missing = or_(
        Call.shouted_at.is_(None),
        and_(Call.told_zone_id.is_not(None), Call.told_shouted_at.is_(None)),
    )
    columns = (Call.id, Call.ticket_id, Call.at, Call.zone_id, Call.shouted_at)
    told = (Call.told_zone_id, Call.told_shouted_at)
    calls = (
        select(*columns, *told)
        .join(Step, Step.id == Call.step_id)
        .join(Ticket, Ticket.id == Call.ticket_id)
        .where(Call.at > since, missing)
        .where(Step.state == StepState.CALLED, Step.calls == Call.round)
        .where(Ticket.desk_id == Call.desk_id)
        .order_by(Call.id)
    )
    return [
        Unshouted(
            call.id,
            call.ticket_id,
            call.at,
            tuple(
                zone_id
                for zone_id, at in (
                    (call.zone_id, call.shouted_at),
                    (call.told_zone_id, call.told_shouted_at),
                )
                if zone_id is not None and at is None
            ),
        )
        for call in session.execute(calls)
    ]


def note_shouted(session: Session, shouted: Iterable[tuple[int, int]], *, at: datetime) -> None:
    """Note that the screens were sent these calls, each a call's id and a zone's."""
    for call_id, zone_id in sorted(shouted):
        for zone, field in ((Call.zone_id, "shouted_at"), (Call.told_zone_id, "told_shouted_at")):
            sent = update(Call).where(Call.id == call_id, zone == zone_id)
            session.execute(sent.values({field: at}))


def mark_shown(session: Session, call: Call, *, by: Actor, at: datetime) -> None:
    """Note the receipt of a wall that shows the call large; the first one in its zone counts."""
    for zone_id in _zones_of_wall(session, call, by):
        field = "told_shown_at" if zone_id == call.told_zone_id else "shown_at"
        if _note(session, call, field, at):
            record(session, CallShown(**_facts(call, zone_id, at)), by)


def mark_spoken(session: Session, call: Call, *, by: Actor, at: datetime) -> None:
    """Note the receipt of a wall that has played the call; the first one in its zone counts."""
    for zone_id in _zones_of_wall(session, call, by):
        field = "told_spoken_at" if zone_id == call.told_zone_id else "spoken_at"
        if _note(session, call, field, at):
            record(session, CallSpoken(**_facts(call, zone_id, at)), by)


def _by_mouth_from(session: Session, call: Call) -> datetime:
    """Return when the walls of the zone will have been silent too long; at once without a wall."""
    zone_id = call.seat_zone_id
    if not _has_wall(session, call.mall_id, zone_id):
        return call.at
    here = select(func.max(Call.shown_at), func.max(Call.spoken_at)).where(
        Call.zone_id == zone_id, Call.at > call.at - _LATELY
    )
    told = select(func.max(Call.told_shown_at), func.max(Call.told_spoken_at)).where(
        Call.told_zone_id == zone_id, Call.at > call.at - _LATELY
    )
    answers = [*session.execute(here).one(), *session.execute(told).one()]
    return max([call.at, *(at for at in answers if at is not None)]) + ANSWER


def _has_wall(session: Session, mall_id: int, zone_id: int) -> bool:
    """Tell whether a screen is paired that shows the zone, alone or with the whole hall."""
    boards = select(Device.settings).where(
        Device.mall_id == mall_id, Device.role == Role.BOARD, Device.withdrawn_at.is_(None)
    )
    return any(_shows(settings, zone_id) for settings in session.scalars(boards))


def _shows(settings: dict[str, object], zone_id: int) -> bool:
    return settings.get("zone_id") in (None, zone_id)


def _zones_of_wall(session: Session, call: Call, by: Actor) -> list[int]:
    """Return for which zones of the call the wall speaks: its own, or all on a hall's screen."""
    device = session.get(Device, by.device_id) if by.device_id else None
    settings = {} if device is None else device.settings
    return [zone_id for zone_id in call.zone_ids if _shows(settings, zone_id)]


def _note(session: Session, call: Call, field: str, at: datetime) -> bool:
    """Set the receipt unless there is one, as the database knows it; tell whether it is new."""
    if getattr(call, field) is None:  # as far as this session knows
        session.refresh(call, with_for_update={"key_share": True})
    if getattr(call, field) is not None:
        return False
    setattr(call, field, at)
    session.flush()
    return True


def _facts(call: Call, zone_id: int, at: datetime) -> dict[str, Any]:
    return {
        "mall_id": call.mall_id,
        "at": at,
        "ticket_id": call.ticket_id,
        "step_id": call.step_id,
        "desk_id": call.desk_id,
        "call_id": call.id,
        "zone_id": zone_id,
    }
