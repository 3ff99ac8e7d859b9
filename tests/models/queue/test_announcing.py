"""When a call counts as announced, and from when on nobody's coming may be noted."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from models.core.errors import TooEarly
from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.events import CallShown, CallSpoken
from models.mall.devices import Device
from models.mall.mall import Mall, Zone
from models.queue.announcing import ANSWER, announcement_of, mark_shown, mark_spoken, receipts_in
from models.queue.calling import call_again, call_next
from models.queue.missing import may_miss_from, miss
from models.queue.seating import tell_zone
from models.queue.tickets import Call
from tests import builders
from tests.builders import (
    CITIZEN,
    MINUTE,
    MONDAY,
    SmallMall,
    desk,
    small_mall,
    take_recorded,
    ticket,
)

SECOND = timedelta(seconds=1)
MISS_AFTER = 2 * MINUTE
_serial = count(1)


@pytest.fixture
def hall(session: Session) -> SmallMall:
    return small_mall(session)


def wall(session: Session, mall: Mall, zone: Zone | None = None) -> Actor:
    """Pair a screen of the zone, or of the whole hall."""
    device = Device(
        mall_id=mall.id,
        role=Role.BOARD,
        settings={"zone_id": None if zone is None else zone.id},
        token_hash=f"wall-{next(_serial)}",
        created_at=MONDAY,
    )
    session.add(device)
    session.flush()
    return Actor(role=Role.BOARD, mall_id=mall.id, device_id=device.id)


def called(session: Session, hall: SmallMall, at: datetime = MONDAY) -> Call:
    ticket(session, hall.mall, hall.a)
    return call_next(session, hall.desk_a, by=CITIZEN, at=at)


def test_the_first_receipt_of_a_wall_counts(session: Session, hall: SmallMall) -> None:
    call = called(session, hall)
    board = wall(session, hall.mall, hall.desk_a.zone)
    take_recorded(session)
    mark_shown(session, call, by=board, at=MONDAY + 20 * SECOND)
    mark_spoken(session, call, by=board, at=MONDAY + 30 * SECOND)
    mark_shown(session, call, by=board, at=MONDAY + MINUTE)
    mark_spoken(session, call, by=board, at=MONDAY + MINUTE)
    assert (call.shown_at, call.spoken_at) == (MONDAY + 20 * SECOND, MONDAY + 30 * SECOND)
    assert may_miss_from(session, call.step) == MONDAY + 20 * SECOND + MISS_AFTER
    shown, spoken = take_recorded(session)
    assert isinstance(shown, CallShown)
    assert isinstance(spoken, CallSpoken)
    assert (spoken.call_id, spoken.desk_id, spoken.zone_id) == (
        call.id,
        hall.desk_a.id,
        hall.desk_a.zone_id,
    )


def test_a_receipt_counts_before_anybody_here_has_read_it(
    session: Session, hall: SmallMall
) -> None:
    call = called(session, hall)
    session.connection().execute(update(Call).values(spoken_at=MONDAY + MINUTE))
    assert call.spoken_at is None  # as far as this session knows
    mark_spoken(session, call, by=CITIZEN, at=MONDAY + 2 * MINUTE)
    assert call.spoken_at == MONDAY + MINUTE


def test_a_call_that_waits_for_its_turn_is_not_missed(session: Session, hall: SmallMall) -> None:
    """The loudspeaker speaks for others meanwhile: it answers, and this call's turn comes."""
    board = wall(session, hall.mall, hall.desk_a.zone)
    first = called(session, hall)
    ticket(session, hall.mall, hall.b)
    last = call_next(session, hall.desk_b, by=CITIZEN, at=MONDAY)
    mark_spoken(session, first, by=board, at=MONDAY + 110 * SECOND)
    with pytest.raises(TooEarly) as refused:
        miss(session, hall.desk_b, by=CITIZEN, at=MONDAY + MISS_AFTER)
    assert refused.value.facts["from_at"] == MONDAY + 110 * SECOND + ANSWER
    mark_spoken(session, last, by=board, at=MONDAY + 120 * SECOND)
    assert may_miss_from(session, last.step) == MONDAY + 120 * SECOND + MISS_AFTER


def test_without_a_wall_the_officer_calls_by_mouth_at_once(
    session: Session, hall: SmallMall
) -> None:
    wall(session, hall.mall, builders.zone(session, hall.mall, code="mawar"))
    call = called(session, hall)
    told = announcement_of(session, call.step)
    assert told is not None
    assert (told.shown_at, told.spoken_at, told.by_mouth_from_at) == (None, None, MONDAY)
    assert may_miss_from(session, call.step) == MONDAY + MISS_AFTER


@pytest.mark.parametrize("whole_hall", [False, True])
def test_a_wall_that_does_not_answer_is_waited_for_a_stated_time(
    session: Session, hall: SmallMall, whole_hall: bool
) -> None:
    wall(session, hall.mall, None if whole_hall else hall.desk_a.zone)
    call = called(session, hall)
    told = announcement_of(session, call.step)
    assert told is not None
    assert told.by_mouth_from_at == MONDAY + ANSWER
    assert may_miss_from(session, call.step) == MONDAY + MISS_AFTER


def test_a_short_time_to_come_does_not_end_before_the_wall_could_answer(session: Session) -> None:
    hall = small_mall(session, builders.mall(session, miss_after_s=10))
    wall(session, hall.mall)
    call = called(session, hall)
    assert may_miss_from(session, call.step) == MONDAY + ANSWER


def test_the_newest_round_counts(session: Session, hall: SmallMall) -> None:
    board = wall(session, hall.mall)
    call = called(session, hall)
    mark_spoken(session, call, by=board, at=MONDAY + 10 * SECOND)
    again = call_again(session, hall.desk_a, by=CITIZEN, at=MONDAY + MINUTE)
    assert may_miss_from(session, call.step) == MONDAY + MINUTE + MISS_AFTER
    mark_shown(session, again, by=board, at=MONDAY + 65 * SECOND)
    assert may_miss_from(session, call.step) == MONDAY + 65 * SECOND + MISS_AFTER


def test_receipts_are_kept_by_zone_and_count_where_the_citizen_sits(
    session: Session, hall: SmallMall
) -> None:
    mawar = builders.zone(session, hall.mall, code="mawar")
    here, there = wall(session, hall.mall, hall.desk_a.zone), wall(session, hall.mall, mawar)
    visit = ticket(session, hall.mall, hall.a)
    tell_zone(session, visit, mawar.id)
    call = call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    assert call.zone_ids == (hall.desk_a.zone_id, mawar.id)
    mark_shown(session, call, by=here, at=MONDAY + SECOND)
    assert may_miss_from(session, call.step) == MONDAY + MISS_AFTER
    mark_shown(session, call, by=there, at=MONDAY + 20 * SECOND)
    assert receipts_in(call, hall.desk_a.zone_id) == (MONDAY + SECOND, None)
    assert receipts_in(call, mawar.id) == (MONDAY + 20 * SECOND, None)
    assert may_miss_from(session, call.step) == MONDAY + 20 * SECOND + MISS_AFTER


def test_a_screen_of_the_whole_hall_answers_for_every_zone_of_the_call(
    session: Session, hall: SmallMall
) -> None:
    lobby = wall(session, hall.mall)
    visit = ticket(session, hall.mall, hall.a)
    tell_zone(session, visit, builders.zone(session, hall.mall, code="mawar").id)
    call = call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    mark_spoken(session, call, by=lobby, at=MONDAY + SECOND)
    assert (call.spoken_at, call.told_spoken_at) == (MONDAY + SECOND, MONDAY + SECOND)


def test_a_wall_of_another_zone_answers_for_nobody(session: Session, hall: SmallMall) -> None:
    stranger = wall(session, hall.mall, builders.zone(session, hall.mall, code="kenanga"))
    call = called(session, hall)
    take_recorded(session)
    mark_spoken(session, call, by=stranger, at=MONDAY + SECOND)
    assert call.spoken_at is None
    assert take_recorded(session) == []


def test_a_call_of_before_the_upgrade_counts_from_its_press(
    session: Session, hall: SmallMall
) -> None:
    """It has no receipt but perhaps that of the loudspeaker, and its ticket was told no zone."""
    old = called(session, hall)
    assert old.told_zone_id is None
    assert may_miss_from(session, old.step) == MONDAY + MISS_AFTER
    session.connection().execute(update(Call).values(spoken_at=MONDAY + 9 * SECOND))
    session.refresh(old)
    assert may_miss_from(session, old.step) == MONDAY + 9 * SECOND + MISS_AFTER


def test_twelve_desks_that_press_together_each_wait_for_their_own_announcement(
    session: Session, hall: SmallMall
) -> None:
    board = wall(session, hall.mall, hall.desk_a.zone)
    desks = [desk(session, hall.mall, [hall.a]) for _ in range(12)]
    calls = []
    for one in desks:
        ticket(session, hall.mall, hall.a)
        calls.append(call_next(session, one, by=CITIZEN, at=MONDAY))
    for place, call in enumerate(calls, start=1):
        mark_shown(session, call, by=board, at=MONDAY + 8 * place * SECOND)
    assert may_miss_from(session, calls[-1].step) == MONDAY + 96 * SECOND + MISS_AFTER
