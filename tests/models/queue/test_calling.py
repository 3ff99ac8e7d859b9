from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.core.errors import (
    DeskBusy,
    DeskClosed,
    DeskEmpty,
    DeskOnBreak,
    NobodyWaiting,
    NotAllowed,
    NotServedHere,
    ReasonNeeded,
    Refusal,
    TicketClosed,
    TicketElsewhere,
)
from models.journal.events import TicketCalled, TicketCalledAgain
from models.mall.arrangement import arrangement_of
from models.mall.mall import Desk
from models.queue.calling import call_again, call_next, call_number
from models.queue.missing import miss, welcome_back
from models.queue.serving import cancel, finish, hold, start
from models.queue.shifts import begin_break, sign_off
from models.queue.tickets import Call, Outcome, Standing, Step, StepState, Ticket
from models.queue.transferring import transfer
from models.queue.waiting import head_start
from tests.builders import (
    CITIZEN,
    MINUTE,
    MONDAY,
    desk,
    mall,
    queue_of,
    serve_next,
    service,
    small_mall,
    take_recorded,
    ticket,
)


def _call(session: Session, desk: Desk, minutes: float = 0) -> Ticket:
    return call_next(session, desk, by=CITIZEN, at=MONDAY + minutes * MINUTE).ticket


def test_first_come_is_first_served(session: Session) -> None:
    hall = small_mall(session)
    first = ticket(session, hall.mall, hall.a)
    second = ticket(session, hall.mall, hall.a)  # at the very same instant
    assert _call(session, hall.desk_a) is first
    assert _call(session, hall.desk_ab) is second
    assert [first.desk, second.desk] == [hall.desk_a, hall.desk_ab]


@pytest.mark.parametrize(
    ("standing", "minutes"),
    [("regular", 0), ("priority", 41), ("booked", 31), ("returned", 21), ("transferred", 33)],
)
def test_each_standing_has_the_head_start_of_the_mall(
    session: Session, standing: str, minutes: int
) -> None:
    made = mall(
        session,
        priority_head_start_m=41,
        booked_head_start_m=31,
        returned_head_start_m=21,
        transferred_head_start_m=33,
    )
    assert head_start(arrangement_of(session, made).rules, Standing(standing)) == minutes * MINUTE


def test_priority_overtakes_those_who_came_less_than_its_head_start_earlier(
    session: Session,
) -> None:
    hall = small_mall(session)
    long_here = ticket(session, hall.mall, hall.a, at=MONDAY)
    short_here = ticket(session, hall.mall, hall.a, at=MONDAY + 2 * MINUTE)
    at = MONDAY + 46 * MINUTE
    first = ticket(session, hall.mall, hall.a, at=at, priority=True)
    assert [step.ticket for step in queue_of(session, hall.desk_a)] == [
        long_here,
        first,
        short_here,
    ]


def test_the_head_start_decides_who_is_called_and_not_who_came_first(session: Session) -> None:
    hall = small_mall(session)
    came_first = ticket(session, hall.mall, hall.a, at=MONDAY)
    urgent = ticket(session, hall.mall, hall.a, at=MONDAY + 44 * MINUTE, priority=True)
    assert _call(session, hall.desk_a, 44) is urgent
    assert _call(session, hall.desk_ab, 44) is came_first


def test_a_transferred_visit_waits_with_a_head_start_and_a_returned_one_too(
    session: Session,
) -> None:
    hall = small_mall(session)
    sent, gone = (ticket(session, hall.mall, hall.a) for _ in range(2))
    assert _call(session, hall.desk_a) is sent
    moved = transfer(session, hall.desk_a, to_service=hall.b, by=CITIZEN, at=MONDAY + 5 * MINUTE)
    assert (moved.standing, moved.due_at) == (Standing.TRANSFERRED, MONDAY - 25 * MINUTE)
    assert _call(session, hall.desk_a, 5) is gone
    miss(session, hall.desk_a, by=CITIZEN, at=MONDAY + 8 * MINUTE)
    back = welcome_back(session, gone, by=CITIZEN, at=MONDAY + 30 * MINUTE)
    assert (back.standing, back.due_at) == (Standing.RETURNED, MONDAY + 10 * MINUTE)
    assert sent.steps[0].state is StepState.TRANSFERRED


def test_a_priority_visit_keeps_its_larger_head_start(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, priority=True)
    _call(session, hall.desk_a)
    moved = transfer(session, hall.desk_a, to_service=hall.b, by=CITIZEN, at=MONDAY)
    assert (moved.standing, moved.due_at) == (Standing.PRIORITY, MONDAY - 45 * MINUTE)
    _call(session, hall.desk_b)
    miss(session, hall.desk_b, by=CITIZEN, at=MONDAY + 2 * MINUTE)
    back = welcome_back(session, visit, by=CITIZEN, at=MONDAY + 3 * MINUTE)
    assert back.standing is Standing.PRIORITY


def test_priority_is_never_less_than_what_anybody_gets(session: Session) -> None:
    hall = small_mall(session, mall(session, priority_head_start_m=10))
    visit = ticket(session, hall.mall, hall.a, priority=True)
    _call(session, hall.desk_a)
    moved = transfer(session, hall.desk_a, to_service=hall.b, by=CITIZEN, at=MONDAY)
    assert (moved.standing, moved.due_at) == (Standing.TRANSFERRED, MONDAY - 30 * MINUTE)
    _call(session, hall.desk_b)
    miss(session, hall.desk_b, by=CITIZEN, at=MONDAY + 2 * MINUTE)
    back = welcome_back(session, visit, by=CITIZEN, at=MONDAY + 3 * MINUTE)
    assert (back.standing, back.due_at) == (Standing.RETURNED, MONDAY - 17 * MINUTE)


def test_a_visit_waits_in_all_its_queues_and_is_at_one_desk(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, hall.b)
    for where in (hall.desk_a, hall.desk_b):
        assert [step.ticket for step in queue_of(session, where)] == [visit]
    assert _call(session, hall.desk_b) is visit
    assert [step.state for step in visit.steps] == [StepState.PAUSED, StepState.CALLED]
    assert queue_of(session, hall.desk_a) == []
    with pytest.raises(NobodyWaiting):
        _call(session, hall.desk_a)
    start(session, hall.desk_b, by=CITIZEN, at=MONDAY)
    finish(session, hall.desk_b, Outcome.ISSUED, by=CITIZEN, at=MONDAY + MINUTE)
    assert _call(session, hall.desk_a, 1) is visit


def test_a_paused_step_keeps_its_place(session: Session) -> None:
    hall = small_mall(session)
    both = ticket(session, hall.mall, hall.a, hall.b)
    other = ticket(session, hall.mall, hall.a, at=MONDAY + MINUTE)
    serve_next(session, hall.desk_b, at=MONDAY + 2 * MINUTE)
    assert [step.ticket for step in queue_of(session, hall.desk_a)] == [other]
    finish(session, hall.desk_b, Outcome.ISSUED, by=CITIZEN, at=MONDAY + 3 * MINUTE)
    assert [step.ticket for step in queue_of(session, hall.desk_a)] == [both, other]


def test_what_must_be_done_first_is_called_first(session: Session) -> None:
    made = mall(session)
    first = service(session, made, "A")
    then = service(session, made, "B", after=first)
    desk_first, desk_then = desk(session, made, [first]), desk(session, made, [then])
    both = ticket(session, made, then, first)
    alone = ticket(session, made, then, at=MONDAY + MINUTE)
    assert _call(session, desk_then, 1) is alone
    assert both.spoken == "B-001"
    assert serve_next(session, desk_first, at=MONDAY + MINUTE) is both
    cancel(session, alone, reason="", by=CITIZEN, at=MONDAY + MINUTE)
    with pytest.raises(NobodyWaiting):
        _call(session, desk_then, 1)
    finish(session, desk_first, Outcome.ISSUED, by=CITIZEN, at=MONDAY + 2 * MINUTE)
    assert _call(session, desk_then, 2) is both


def test_a_transfer_puts_what_must_be_done_first_before_the_rest_again(session: Session) -> None:
    made = mall(session)
    first = service(session, made, "A")
    then = service(session, made, "B", after=first)
    desk_first, desk_then = desk(session, made, [first]), desk(session, made, [then])
    twin = desk(session, made, [first])
    visit = ticket(session, made, then, first)
    _call(session, desk_first)
    transfer(session, desk_first, to_desk=twin, by=CITIZEN, at=MONDAY)
    with pytest.raises(NobodyWaiting):
        _call(session, desk_then)
    assert [step.state for step in visit.steps] == [
        StepState.PAUSED,
        StepState.TRANSFERRED,
        StepState.WAITING,
    ]


def test_only_the_named_desk_calls_a_visit_that_was_sent_to_it(session: Session) -> None:
    hall = small_mall(session)
    twin = desk(session, hall.mall, [hall.a])
    visit = ticket(session, hall.mall, hall.a)
    _call(session, hall.desk_a)
    transfer(session, hall.desk_a, to_desk=twin, by=CITIZEN, at=MONDAY)
    with pytest.raises(NobodyWaiting):
        _call(session, hall.desk_a)
    with pytest.raises(NotServedHere):
        call_number(session, hall.desk_ab, visit, reason="minta", by=CITIZEN, at=MONDAY)
    assert _call(session, twin) is visit


def test_the_named_desk_calls_a_visit_that_was_sent_to_it_by_its_number_too(
    session: Session,
) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a)
    _call(session, hall.desk_a)
    transfer(session, hall.desk_a, to_desk=hall.desk_ab, by=CITIZEN, at=MONDAY)
    call = call_number(session, hall.desk_ab, visit, reason="minta", by=CITIZEN, at=MONDAY)
    assert (call.ticket, call.desk) == (visit, hall.desk_ab)


def test_a_desk_calls_only_when_it_is_open_and_free(session: Session) -> None:
    hall = small_mall(session)
    closed = desk(session, hall.mall, [hall.a], open_since=None)
    for _ in range(2):
        ticket(session, hall.mall, hall.a)
    with pytest.raises(DeskClosed) as nobody:
        _call(session, closed)
    assert nobody.value.facts == {"desk": closed.number}
    until_at = MONDAY + 15 * MINUTE
    begin_break(session, hall.desk_ab, until_at=until_at, by=CITIZEN, at=MONDAY)
    with pytest.raises(DeskOnBreak) as refused:
        _call(session, hall.desk_ab)
    assert refused.value.facts == {"until_at": until_at}
    _call(session, hall.desk_a)
    with pytest.raises(DeskBusy) as busy:
        _call(session, hall.desk_a)
    assert busy.value.facts == {"number": "A-001"}
    with pytest.raises(NobodyWaiting):
        _call(session, hall.desk_b)


def test_a_number_is_called_out_of_turn_with_a_reason(session: Session) -> None:
    hall = small_mall(session)
    for _ in range(2):
        ticket(session, hall.mall, hall.a)
    late = ticket(session, hall.mall, hall.a)
    with pytest.raises(ReasonNeeded):
        call_number(session, hall.desk_a, late, reason="  ", by=CITIZEN, at=MONDAY)
    take_recorded(session)
    call = call_number(session, hall.desk_a, late, reason=" lansia ", by=CITIZEN, at=MONDAY)
    assert (call.ticket, call.reason, call.round) == (late, "lansia", 1)
    (event,) = take_recorded(session)
    assert isinstance(event, TicketCalled)
    assert event.picked
    in_turn = call_next(session, hall.desk_ab, by=CITIZEN, at=MONDAY)
    assert in_turn.reason == ""
    (event,) = take_recorded(session)
    assert isinstance(event, TicketCalled)
    assert not event.picked


def test_a_number_is_called_for_what_is_due_first_of_what_it_wants_here(session: Session) -> None:
    hall = small_mall(session)
    sent_on = service(session, hall.mall, "C")
    desk_bc = desk(session, hall.mall, [hall.b, sent_on])
    visit = ticket(session, hall.mall, hall.a, hall.b)
    _call(session, hall.desk_a)
    due_first = transfer(session, hall.desk_a, to_service=sent_on, by=CITIZEN, at=MONDAY)
    call = call_number(session, desk_bc, visit, reason="minta", by=CITIZEN, at=MONDAY)
    assert call.step is due_first


def test_a_number_that_is_elsewhere_or_of_another_service_is_refused(session: Session) -> None:
    hall = small_mall(session)
    here, there = ticket(session, hall.mall, hall.a), ticket(session, hall.mall, hall.b)
    _call(session, hall.desk_a)
    _refuses_number(session, hall.desk_ab, here, TicketElsewhere, "A-001")
    _refuses_number(session, hall.desk_a, there, DeskBusy, "A-001")
    cancel(session, here, reason="", by=CITIZEN, at=MONDAY)
    _refuses_number(session, hall.desk_a, here, TicketClosed, "A-001")
    _refuses_number(session, hall.desk_a, there, NotServedHere, "B-001")


def _refuses_number(
    session: Session, desk: Desk, visit: Ticket, refusal: type[Refusal], number: str
) -> None:
    with pytest.raises(refusal) as refused:
        call_number(session, desk, visit, reason="minta", by=CITIZEN, at=MONDAY)
    assert refused.value.facts == {"number": number}


def test_a_held_visit_is_resumed_and_not_called_by_number(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_a, at=MONDAY)
    hold(session, hall.desk_a, reason="fotokopi", by=CITIZEN, at=MONDAY)
    for where in (hall.desk_a, hall.desk_b):
        with pytest.raises(NotServedHere):
            call_number(session, where, visit, reason="minta", by=CITIZEN, at=MONDAY)


def test_a_missed_visit_that_stands_at_the_desk_may_be_called(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a)
    _call(session, hall.desk_a)
    miss(session, hall.desk_a, by=CITIZEN, at=MONDAY + 5 * MINUTE)
    at = MONDAY + timedelta(hours=2)
    take_recorded(session)
    call_number(session, hall.desk_ab, visit, reason="sudah di sini", by=CITIZEN, at=at)
    (step,) = visit.steps
    assert (step.state, step.began_waiting_at, step.ended_at) == (StepState.CALLED, at, None)
    kinds = [type(event).__name__ for event in take_recorded(session)]
    assert kinds == ["TicketWelcomedBack", "TicketCalled"]


def test_a_call_is_repeated_with_a_round_of_its_own(session: Session) -> None:
    hall = small_mall(session)
    with pytest.raises(DeskEmpty):
        call_again(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    visit = ticket(session, hall.mall, hall.a)
    _call(session, hall.desk_a)
    take_recorded(session)
    again = [call_again(session, hall.desk_a, by=CITIZEN, at=MONDAY + MINUTE) for _ in range(2)]
    assert [(call.round, call.reason) for call in again] == [(2, ""), (3, "")]
    for event, call in zip(take_recorded(session), again, strict=True):
        assert isinstance(event, TicketCalledAgain)
        assert (event.call_id, event.round, event.desk_id) == (call.id, call.round, hall.desk_a.id)
    rounds = session.scalars(select(Call.round).where(Call.ticket_id == visit.id).order_by(Call.id))
    assert list(rounds) == [1, 2, 3]
    start(session, hall.desk_a, by=CITIZEN, at=MONDAY + MINUTE)
    with pytest.raises(NotAllowed) as refused:
        call_again(session, hall.desk_a, by=CITIZEN, at=MONDAY + MINUTE)
    assert refused.value.facts == {
        "number": "A-001",
        "state": StepState.SERVING,
        "wanted": StepState.CALLED,
    }


def test_a_new_invitation_after_a_miss_begins_at_round_one(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a)
    _call(session, hall.desk_a)
    call_again(session, hall.desk_a, by=CITIZEN, at=MONDAY + MINUTE)
    miss(session, hall.desk_a, by=CITIZEN, at=MONDAY + 3 * MINUTE)
    welcome_back(session, visit, by=CITIZEN, at=MONDAY + 4 * MINUTE)
    call = call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY + 5 * MINUTE)
    assert call.round == 1


def test_the_queue_is_one_look_up_in_its_partial_index(session: Session) -> None:
    hall = small_mall(session)
    for _ in range(3):
        ticket(session, hall.mall, hall.a)
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM step WHERE state = ? AND service_id IN (?, ?) "
            "ORDER BY due_at, id LIMIT 1",
            ("waiting", hall.a.id, hall.b.id),
        )
        assert "ix_step_queue" in str(plan.fetchall())
    assert [step.ticket.number for step in queue_of(session, hall.desk_ab, most=2)] == [1, 2]


def test_a_sent_visit_is_free_for_all_when_its_desk_closes(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a)
    _call(session, hall.desk_a)
    sent = transfer(session, hall.desk_a, to_desk=hall.desk_ab, by=CITIZEN, at=MONDAY)
    sign_off(session, hall.desk_ab, by=CITIZEN, at=MONDAY)
    session.refresh(sent)
    assert sent.only_desk_id is None
    assert _call(session, hall.desk_a) is visit


def test_a_step_is_at_one_desk_for_the_database_too(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, hall.b)
    _call(session, hall.desk_a)
    with pytest.raises(Exception, match=r"(?i)unique"), session.begin_nested():
        session.execute(
            update(Step).where(Step.id == visit.steps[1].id).values(state=StepState.CALLED)
        )
