"""What needs a hand: each rule on both sides of its limit, and the heaviest first."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models.core.roles import Role
from models.figures.alerts import HELD_TOO_LONG, Alert, AlertKind, alerts
from models.journal.record import write_recorded
from models.mall.devices import Device
from models.paper.printers import PrinterState, note_printer
from models.queue.calling import call_next
from models.queue.serving import hold
from models.queue.shifts import begin_break, sign_off
from tests.builders import (
    CITIZEN,
    MINUTE,
    MONDAY,
    SmallMall,
    desk,
    serve_next,
    service,
    small_mall,
    ticket,
)

EVENING = 9 * 60  # 18.00
PRINTERS = {"kiosk-1": "Kios 1"}


@pytest.fixture
def hall(session: Session) -> SmallMall:
    return small_mall(session)


def seen(session: Session, hall: SmallMall, minutes: float) -> tuple[Alert, ...]:
    write_recorded(session)
    return alerts(session, hall.mall, MONDAY + minutes * MINUTE, printers=PRINTERS)


def kinds(session: Session, hall: SmallMall, minutes: float) -> list[AlertKind]:
    return [one.kind for one in seen(session, hall, minutes)]


def busy(session: Session, hall: SmallMall) -> None:
    """Let all three desks hold somebody, so that none of them is idle."""
    for _ in range(2):
        ticket(session, hall.mall, hall.a)
    ticket(session, hall.mall, hall.b)
    for one in (hall.desk_a, hall.desk_b, hall.desk_ab):
        serve_next(session, one, at=MONDAY)


def test_a_quiet_hall_asks_for_nothing(session: Session, hall: SmallMall) -> None:
    assert seen(session, hall, 60) == ()


def test_a_wait_over_its_promise_began_when_the_promise_ended(
    session: Session, hall: SmallMall
) -> None:
    busy(session, hall)
    for _ in range(2):
        ticket(session, hall.mall, hall.a, at=MONDAY + MINUTE)
    assert AlertKind.OVER_PROMISE not in kinds(session, hall, 61)
    first = seen(session, hall, 65)[0]
    assert (first.kind, first.count, first.since_at) == (
        AlertKind.OVER_PROMISE,
        2,
        MONDAY + 61 * MINUTE,
    )
    assert (first.length, first.limit) == (64 * MINUTE, 60 * MINUTE)


def test_a_service_without_a_desk_is_one_alert_however_long_its_people_wait(
    session: Session, hall: SmallMall
) -> None:
    ticket(session, hall.mall, hall.b, at=MONDAY)
    for one in (hall.desk_b, hall.desk_ab):
        sign_off(session, one, by=CITIZEN, at=MONDAY + MINUTE)
    (alone,) = seen(session, hall, 90)
    assert (alone.kind, alone.since_at, alone.count) == (AlertKind.NO_DESK, MONDAY, 1)
    assert alone.service is not None
    assert alone.service.id == hall.b.id


def test_before_the_desks_begin_nobody_waits_for_a_hand(session: Session, hall: SmallMall) -> None:
    c = service(session, hall.mall, "C")
    desk(session, hall.mall, [c], open_since=None)
    hall.mall.intake_ahead_m = 60
    ticket(session, hall.mall, c, at=MONDAY - 70 * MINUTE)  # 07.50
    assert kinds(session, hall, -65) == []
    assert kinds(session, hall, -55) == [AlertKind.NO_DESK]


def test_a_desk_that_waits_while_people_do(session: Session, hall: SmallMall) -> None:
    busy(session, hall)
    free = desk(session, hall.mall, [hall.a], open_since=MONDAY)
    ticket(session, hall.mall, hall.a, at=MONDAY + 2 * MINUTE)
    assert kinds(session, hall, 6.9) == []
    (idle,) = seen(session, hall, 7)
    assert (idle.kind, idle.since_at) == (AlertKind.DESK_IDLE, MONDAY + 2 * MINUTE)
    assert idle.desk is not None
    assert idle.desk.number == free.number


def test_a_break_is_over_when_its_time_and_the_way_back_are(
    session: Session, hall: SmallMall
) -> None:
    begin_break(session, hall.desk_a, until_at=MONDAY + 10 * MINUTE, by=CITIZEN, at=MONDAY)
    assert kinds(session, hall, 11.9) == []
    (over,) = seen(session, hall, 12)
    assert (over.kind, over.since_at) == (AlertKind.BREAK_OVER, MONDAY + 10 * MINUTE)


def test_who_was_put_aside_is_not_forgotten(session: Session, hall: SmallMall) -> None:
    taken = ticket(session, hall.mall, hall.a)
    serve_next(session, hall.desk_a, at=MONDAY)
    hold(session, hall.desk_a, reason="fotokopi", by=CITIZEN, at=MONDAY + MINUTE)
    limit = 1 + HELD_TOO_LONG / MINUTE
    assert kinds(session, hall, limit - 0.1) == []
    (held,) = seen(session, hall, limit)
    assert (held.kind, held.ticket, held.since_at) == (
        AlertKind.HELD_LONG,
        taken.spoken,
        MONDAY + MINUTE,
    )


def test_serving_long_is_measured_by_what_is_usual(session: Session, hall: SmallMall) -> None:
    quick = service(session, hall.mall, "C", minutes=2)
    at_c = desk(session, hall.mall, [quick])
    for one in (hall.a, quick):
        ticket(session, hall.mall, one)
    for where in (hall.desk_a, at_c):
        serve_next(session, where, at=MONDAY)
    # Twice two minutes is no news; five more than two are.
    assert kinds(session, hall, 6.9) == []
    assert [one.limit for one in seen(session, hall, 7)] == [2 * MINUTE]
    assert {one.limit for one in seen(session, hall, 20)} == {2 * MINUTE, 10 * MINUTE}


def test_a_number_that_is_called_and_called_does_not_come(
    session: Session, hall: SmallMall
) -> None:
    number = ticket(session, hall.mall, hall.a).spoken
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    assert kinds(session, hall, 9.9) == []
    (alert,) = seen(session, hall, 10)
    assert (alert.kind, alert.ticket, alert.length) == (AlertKind.CALLING_LONG, number, 10 * MINUTE)


def test_a_printer_and_a_screen_that_are_away_but_not_at_night(
    session: Session, hall: SmallMall
) -> None:
    for code in ("kiosk-1", "gone-from-the-file"):
        note_printer(session, hall.mall.id, code, PrinterState.PAPER_OUT, at=MONDAY)
    for name, seen_at, withdrawn_at in (
        ("Papan Melati", MONDAY, None),
        ("Kios 2", MONDAY + 9 * MINUTE, None),
        ("Kios lama", MONDAY, MONDAY),
    ):
        session.add(
            Device(
                mall_id=hall.mall.id,
                role=Role.BOARD,
                name=name,
                token_hash=name,
                created_at=MONDAY,
                paired_at=MONDAY,
                last_seen_at=seen_at,
                withdrawn_at=withdrawn_at,
            )
        )
    session.flush()
    assert [(one.kind, one.thing) for one in seen(session, hall, 10)] == [
        (AlertKind.PRINTER, "Kios 1"),
        (AlertKind.DEVICE, "Papan Melati"),
    ]
    # In a demo the hall's time runs faster than its screens live.
    in_demo = alerts(session, hall.mall, MONDAY + 10 * MINUTE, printers=PRINTERS, rate=20.0)
    assert [one.kind for one in in_demo] == [AlertKind.PRINTER]
    assert kinds(session, hall, EVENING) == []


def test_a_quota_that_is_nearly_out_says_how_much_is_left_and_since_when(
    session: Session, hall: SmallMall
) -> None:
    scarce = service(session, hall.mall, "C", quota=10)
    desk(session, hall.mall, [scarce])
    for minute in range(8):
        ticket(session, hall.mall, scarce, at=MONDAY + minute * MINUTE)
    assert AlertKind.QUOTA_LOW not in kinds(session, hall, 8)
    ticket(session, hall.mall, scarce, at=MONDAY + 9 * MINUTE)
    last = seen(session, hall, 10)[-1]
    assert (last.kind, last.count, last.since_at) == (
        AlertKind.QUOTA_LOW,
        1,
        MONDAY + 9 * MINUTE,
    )


def test_the_heaviest_comes_first_and_among_equals_the_longest(
    session: Session, hall: SmallMall
) -> None:
    note_printer(session, hall.mall.id, "kiosk-1", PrinterState.AWAY, at=MONDAY)
    begin_break(session, hall.desk_b, until_at=MONDAY + MINUTE, by=CITIZEN, at=MONDAY)
    begin_break(session, hall.desk_a, until_at=MONDAY, by=CITIZEN, at=MONDAY)
    ticket(session, hall.mall, hall.a, at=MONDAY)
    found = seen(session, hall, 61)
    assert [(one.kind, one.desk.number if one.desk else "") for one in found] == [
        (AlertKind.OVER_PROMISE, ""),
        (AlertKind.PRINTER, ""),
        (AlertKind.DESK_IDLE, hall.desk_ab.number),
        (AlertKind.BREAK_OVER, hall.desk_a.number),
        (AlertKind.BREAK_OVER, hall.desk_b.number),
    ]
