import pytest
from sqlalchemy.orm import Session

from models.core.errors import DeskBusy, DeskClosed, DeskOnBreak, DeskTaken
from models.journal.record import take_recorded
from models.queue.calling import call_next
from models.queue.shifts import begin_break, end_break, shift_at, sign_off, sign_on
from tests.builders import (
    CITIZEN,
    MINUTE,
    MONDAY,
    actor,
    desk,
    mall,
    service,
    small_mall,
    ticket,
    user,
)

LATER = MONDAY + 5 * MINUTE


def _kinds(session: Session) -> list[str]:
    return [type(event).__name__ for event in take_recorded(session)]


def test_an_officer_signs_on_once_and_the_desk_is_theirs(session: Session) -> None:
    made = mall(session)
    where = desk(session, made, [service(session, made)], open_since=None)
    rina, budi = user(session, made, username="rina"), user(session, made, username="budi")
    shift = sign_on(session, where, rina, by=actor(rina), at=MONDAY)
    assert sign_on(session, where, rina, by=actor(rina), at=LATER) is shift
    assert _kinds(session) == ["ShiftBegan"]
    with pytest.raises(DeskTaken) as refused:
        sign_on(session, where, budi, by=actor(budi), at=LATER)
    assert refused.value.facts == {"desk": 1, "officer": "Rina"}


def test_signing_on_elsewhere_ends_the_shift_here(session: Session) -> None:
    made = mall(session)
    offered = [service(session, made)]
    here, there = (desk(session, made, offered, open_since=None) for _ in range(2))
    rina = user(session, made)
    sign_on(session, here, rina, by=actor(rina), at=MONDAY)
    sign_on(session, there, rina, by=actor(rina), at=LATER)
    assert shift_at(session, here.id) is None
    assert _kinds(session) == ["ShiftBegan", "ShiftEnded", "ShiftBegan"]


def test_an_officer_does_not_leave_a_citizen_behind(session: Session) -> None:
    hall = small_mall(session)
    free = desk(session, hall.mall, [hall.a], open_since=None)
    ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    shift = shift_at(session, hall.desk_a.id)
    assert shift is not None
    with pytest.raises(DeskBusy):
        sign_on(session, free, shift.user, by=CITIZEN, at=LATER)
    with pytest.raises(DeskBusy):
        sign_off(session, hall.desk_a, by=CITIZEN, at=LATER)
    with pytest.raises(DeskBusy):
        begin_break(session, hall.desk_a, until_at=LATER, by=CITIZEN, at=LATER)
    assert shift_at(session, hall.desk_a.id) is shift


def test_a_desk_out_of_use_takes_nobody(session: Session) -> None:
    made = mall(session)
    where = desk(session, made, [], open_since=None)
    where.in_use = False
    with pytest.raises(DeskClosed):
        sign_on(session, where, user(session, made), by=CITIZEN, at=MONDAY)


def test_a_break_pauses_the_desk_until_it_is_ended(session: Session) -> None:
    where = small_mall(session).desk_a
    take_recorded(session)
    until_at = LATER + 15 * MINUTE
    shift = begin_break(session, where, until_at=until_at, by=CITIZEN, at=LATER)
    assert (shift.break_began_at, shift.break_until_at) == (LATER, until_at)
    with pytest.raises(DeskOnBreak):
        begin_break(session, where, until_at=until_at, by=CITIZEN, at=LATER)
    for _ in range(2):  # the second time nothing changes
        end_break(session, where, by=CITIZEN, at=LATER)
    assert (shift.break_began_at, shift.break_until_at) == (None, None)
    assert _kinds(session) == ["BreakBegan", "BreakEnded"]


def test_a_desk_without_an_officer_has_no_shift_to_end_or_pause(session: Session) -> None:
    made = mall(session)
    where = desk(session, made, [], open_since=None)
    with pytest.raises(DeskClosed):
        sign_off(session, where, by=CITIZEN, at=MONDAY)
    with pytest.raises(DeskClosed):
        begin_break(session, where, until_at=LATER, by=CITIZEN, at=MONDAY)
    with pytest.raises(DeskClosed):
        end_break(session, where, by=CITIZEN, at=MONDAY)


def test_signing_off_from_a_break_ends_the_shift(session: Session) -> None:
    where = small_mall(session).desk_a
    begin_break(session, where, until_at=LATER, by=CITIZEN, at=MONDAY)
    sign_off(session, where, by=CITIZEN, at=LATER)
    assert shift_at(session, where.id) is None
    shift = sign_on(session, where, user(session, where.mall), by=CITIZEN, at=LATER)
    assert shift.break_began_at is None
