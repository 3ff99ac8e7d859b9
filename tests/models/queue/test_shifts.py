from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from models.core.errors import DeskBusy, DeskClosed, DeskOnBreak, DeskTaken, StillAtDesk
from models.journal.events import BreakBegan, BreakEnded, ShiftBegan, ShiftEnded
from models.queue.calling import call_next
from models.queue.missing import miss, welcome_back
from models.queue.serving import finish
from models.queue.shifts import begin_break, end_break, officer_at, shift_at, sign_off, sign_on
from models.queue.tickets import Outcome
from models.queue.transferring import transfer
from tests.builders import (
    CITIZEN,
    MINUTE,
    MONDAY,
    actor,
    desk,
    mall,
    serve_next,
    service,
    small_mall,
    take_recorded,
    ticket,
    user,
)

LATER = MONDAY + 5 * MINUTE


def test_an_officer_signs_on_once_and_the_desk_is_theirs(session: Session) -> None:
    made = mall(session)
    where = desk(session, made, [service(session, made)], open_since=None)
    rina, budi = user(session, made, username="rina"), user(session, made, username="budi")
    shift = sign_on(session, where, rina, by=actor(rina), at=MONDAY)
    assert sign_on(session, where, rina, by=actor(rina), at=LATER) is shift
    assert [type(event) for event in take_recorded(session)] == [ShiftBegan]
    with pytest.raises(DeskTaken) as refused:
        sign_on(session, where, budi, by=actor(budi), at=LATER)
    assert refused.value.facts == {"desk": "1", "officer": "Rina"}


def test_signing_on_elsewhere_ends_the_shift_here(session: Session) -> None:
    made = mall(session)
    offered = [service(session, made)]
    here, there = (desk(session, made, offered, open_since=None) for _ in range(2))
    rina = user(session, made)
    sign_on(session, here, rina, by=actor(rina), at=MONDAY)
    shift = sign_on(session, there, rina, by=actor(rina), at=LATER)
    assert (shift.user_id, shift.began_at) == (rina.id, LATER)
    assert shift_at(session, here.id) is None
    assert [(type(event), event.desk_id, event.at) for event in take_recorded(session)] == [
        (ShiftBegan, here.id, MONDAY),
        (ShiftEnded, here.id, LATER),
        (ShiftBegan, there.id, LATER),
    ]


def test_an_officer_who_goes_on_ends_no_shift_of_who_came_after_them(session: Session) -> None:
    made = mall(session)
    first, second, third = (desk(session, made, [], open_since=None) for _ in range(3))
    rina, budi = user(session, made), user(session, made)
    sign_on(session, first, rina, by=CITIZEN, at=MONDAY)
    sign_on(session, second, rina, by=CITIZEN, at=MONDAY)
    sign_on(session, first, budi, by=CITIZEN, at=MONDAY)
    sign_on(session, third, rina, by=CITIZEN, at=LATER)
    officers = [officer_at(session, where) for where in (first, second, third)]
    assert officers == [budi.id, None, rina.id]


def test_it_is_known_who_is_at_a_desk(session: Session) -> None:
    made = mall(session)
    here, there = (desk(session, made, [], open_since=None) for _ in range(2))
    rina, budi = user(session, made), user(session, made)
    sign_on(session, here, rina, by=CITIZEN, at=MONDAY)
    sign_on(session, there, budi, by=CITIZEN, at=MONDAY)
    assert (officer_at(session, here), officer_at(session, there)) == (rina.id, budi.id)
    sign_off(session, here, by=CITIZEN, at=LATER)
    assert officer_at(session, here) is None
    sign_on(session, here, budi, by=CITIZEN, at=LATER)
    assert (officer_at(session, here), officer_at(session, there)) == (budi.id, None)


def test_an_officer_does_not_leave_a_citizen_behind(session: Session) -> None:
    hall = small_mall(session)
    free = desk(session, hall.mall, [hall.a], open_since=None)
    ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    shift = shift_at(session, hall.desk_a.id)
    assert shift is not None
    officer = shift.user
    with pytest.raises(StillAtDesk) as left:
        sign_on(session, free, officer, by=CITIZEN, at=LATER)
    assert left.value.facts == {"number": "A-001", "desk": hall.desk_a.number}
    acts: list[Callable[[], object]] = [
        lambda: sign_off(session, hall.desk_a, by=CITIZEN, at=LATER),
        lambda: begin_break(session, hall.desk_a, until_at=LATER, by=CITIZEN, at=LATER),
    ]
    for act in acts:
        with pytest.raises(DeskBusy) as refused:
            act()
        assert refused.value.facts == {"number": "A-001"}
    assert shift_at(session, hall.desk_a.id) is shift


def test_a_desk_out_of_use_takes_nobody(session: Session) -> None:
    made = mall(session)
    where = desk(session, made, [], open_since=None)
    where.in_use = False
    with pytest.raises(DeskClosed) as refused:
        sign_on(session, where, user(session, made), by=CITIZEN, at=MONDAY)
    assert refused.value.facts == {"desk": where.number}


def test_a_break_pauses_the_desk_until_it_is_ended(session: Session) -> None:
    where = small_mall(session).desk_a
    take_recorded(session)
    until_at = LATER + 15 * MINUTE
    shift = begin_break(session, where, until_at=until_at, by=CITIZEN, at=LATER)
    assert (shift.break_began_at, shift.break_until_at) == (LATER, until_at)
    with pytest.raises(DeskOnBreak) as refused:
        begin_break(session, where, until_at=until_at, by=CITIZEN, at=LATER)
    assert refused.value.facts == {"until_at": until_at}
    for _ in range(2):  # the second time nothing changes
        end_break(session, where, by=CITIZEN, at=LATER)
    assert (shift.break_began_at, shift.break_until_at) == (None, None)
    began, ended = take_recorded(session)
    assert isinstance(began, BreakBegan)
    assert (began.desk_id, began.until_at) == (where.id, until_at.isoformat())
    assert isinstance(ended, BreakEnded)
    assert ended.desk_id == where.id


def test_a_desk_without_an_officer_has_no_shift_to_end_or_pause(session: Session) -> None:
    made = mall(session)
    where = desk(session, made, [], open_since=None)
    acts: list[Callable[[], object]] = [
        lambda: sign_off(session, where, by=CITIZEN, at=MONDAY),
        lambda: begin_break(session, where, until_at=LATER, by=CITIZEN, at=MONDAY),
        lambda: end_break(session, where, by=CITIZEN, at=MONDAY),
    ]
    for act in acts:
        with pytest.raises(DeskClosed) as refused:
            act()
        assert refused.value.facts == {"desk": where.number}


def test_signing_off_from_a_break_ends_the_shift(session: Session) -> None:
    where = small_mall(session).desk_a
    begin_break(session, where, until_at=LATER, by=CITIZEN, at=MONDAY)
    sign_off(session, where, by=CITIZEN, at=LATER)
    assert shift_at(session, where.id) is None
    shift = sign_on(session, where, user(session, where.mall), by=CITIZEN, at=LATER)
    assert shift.break_began_at is None


def test_a_desk_calls_again_when_the_next_officer_has_signed_on(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a)
    sign_off(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    with pytest.raises(DeskClosed):
        call_next(session, hall.desk_a, by=CITIZEN, at=LATER)
    sign_on(session, hall.desk_a, user(session, hall.mall), by=CITIZEN, at=LATER)
    assert call_next(session, hall.desk_a, by=CITIZEN, at=LATER).ticket is visit


@pytest.mark.parametrize("away", ["paused", "missed"])
def test_who_was_sent_to_a_desk_that_closed_may_go_to_any_once_they_are_free(
    session: Session, away: str
) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, hall.b)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    sent = transfer(session, hall.desk_a, to_desk=hall.desk_ab, by=CITIZEN, at=MONDAY)
    if away == "paused":
        serve_next(session, hall.desk_b, at=MONDAY)
    else:
        call_next(session, hall.desk_ab, by=CITIZEN, at=MONDAY)
        miss(session, hall.desk_ab, by=CITIZEN, at=LATER)
    assert sent.state == away
    sign_off(session, hall.desk_ab, by=CITIZEN, at=LATER)
    session.expire(sent)
    if away == "paused":
        finish(session, hall.desk_b, Outcome.ISSUED, by=CITIZEN, at=LATER)
    else:
        welcome_back(session, visit, by=CITIZEN, at=LATER)
    assert call_next(session, hall.desk_a, by=CITIZEN, at=LATER).step is sent


def test_a_desk_that_closes_frees_only_who_was_sent_to_itself(session: Session) -> None:
    hall = small_mall(session)
    ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    sent = transfer(session, hall.desk_a, to_desk=hall.desk_ab, by=CITIZEN, at=MONDAY)
    sign_off(session, hall.desk_b, by=CITIZEN, at=LATER)
    session.expire(sent)
    assert sent.only_desk_id == hall.desk_ab.id
