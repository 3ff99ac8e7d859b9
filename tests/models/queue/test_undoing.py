"""Taking back a slip: what comes back, until when, and what is against it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models.core.errors import DeskBusy, DeskClosed, NotFound, UndoOver, UndoPlaceTaken
from models.journal.actors import Actor
from models.journal.events import ActUndone
from models.queue.calling import call_next
from models.queue.issuing import Wish, add_service, take
from models.queue.missing import miss, welcome_back
from models.queue.serving import cancel, finish, hold, set_aside
from models.queue.shifts import held_by, sign_off
from models.queue.tickets import Outcome, Step, StepState, Ticket
from models.queue.undoing import overtaken_at, undo, undoable_at
from tests.builders import (
    CITIZEN,
    MINUTE,
    MONDAY,
    SmallMall,
    queue_of,
    serve_next,
    small_mall,
    take_recorded,
    ticket,
)

SECOND = timedelta(seconds=1)
LATER = MONDAY + 5 * MINUTE
SOON = LATER + 19 * SECOND


@pytest.fixture
def hall(session: Session) -> SmallMall:
    return small_mall(session)


def _officer(hall: SmallMall) -> Actor:
    return Actor(mall_id=hall.mall.id, user_id=1)


def _facts(visit: Ticket) -> list[tuple[object, ...]]:
    names = [column.key for column in Step.__table__.columns if column.key != "note"]
    return [tuple(getattr(step, name) for name in names) for step in visit.steps] + [
        (visit.desk_id, visit.closed_at)
    ]


def _take_back(session: Session, hall: SmallMall) -> Ticket:
    session.flush()
    take_recorded(session)
    found = undoable_at(session, hall.desk_a, SOON)
    assert found is not None
    return undo(session, hall.desk_a, found.entry, by=_officer(hall), at=SOON)


def test_a_finish_is_taken_back_and_the_note_stays(session: Session, hall: SmallMall) -> None:
    visit = ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_a, at=MONDAY)
    before = _facts(visit)
    finish(session, hall.desk_a, Outcome.RETURNED, note="Fotokopi", by=_officer(hall), at=LATER)
    assert _take_back(session, hall) is visit
    assert _facts(visit) == before
    assert visit.steps[0].note == "Fotokopi"
    assert held_by(session, hall.desk_a) is visit
    (event,) = take_recorded(session)
    assert isinstance(event, ActUndone)
    assert (event.ticket_id, event.desk_id) == (visit.id, hall.desk_a.id)
    assert undoable_at(session, hall.desk_a, SOON) is None


def test_the_last_need_is_taken_back_although_it_closed_the_ticket(
    session: Session, hall: SmallMall
) -> None:
    visit = ticket(session, hall.mall, hall.a)
    serve_next(session, hall.desk_a, at=MONDAY)
    finish(session, hall.desk_a, Outcome.ISSUED, by=_officer(hall), at=LATER)
    assert visit.closed_at == LATER
    _take_back(session, hall)
    assert visit.closed_at is None
    assert visit.steps[0].state is StepState.SERVING


def test_a_finish_that_went_on_here_goes_back_to_the_need_before(
    session: Session, hall: SmallMall
) -> None:
    visit = ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_ab, at=MONDAY)
    before = _facts(visit)
    finish(session, hall.desk_ab, Outcome.ISSUED, by=_officer(hall), at=LATER)
    assert [step.state for step in visit.steps] == [StepState.DONE, StepState.SERVING]
    take_recorded(session)
    found = undoable_at(session, hall.desk_ab, SOON)
    assert found is not None
    undo(session, hall.desk_ab, found.entry, by=_officer(hall), at=SOON)
    assert _facts(visit) == before


def test_not_come_is_taken_back_to_the_call(session: Session, hall: SmallMall) -> None:
    visit = ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    before = _facts(visit)
    miss(session, hall.desk_a, by=_officer(hall), at=LATER)
    _take_back(session, hall)
    assert _facts(visit) == before


@pytest.mark.parametrize("aside", ["called", "held", "missed"])
def test_a_cancelled_number_stands_where_it_stood(
    session: Session, hall: SmallMall, aside: str
) -> None:
    visit = ticket(session, hall.mall, hall.a, hall.b)
    if aside == "held":
        serve_next(session, hall.desk_a, at=MONDAY)
        hold(session, hall.desk_a, reason="", by=CITIZEN, at=MONDAY + MINUTE)
    else:
        call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    if aside == "missed":
        miss(session, hall.desk_a, by=CITIZEN, at=MONDAY + 3 * MINUTE)
    session.flush()
    before = _facts(visit)
    cancel(session, visit, reason="Pulang", from_desk=hall.desk_a, by=_officer(hall), at=LATER)
    _take_back(session, hall)
    assert _facts(visit) == before


def test_after_twenty_seconds_it_is_too_late(session: Session, hall: SmallMall) -> None:
    ticket(session, hall.mall, hall.a)
    serve_next(session, hall.desk_a, at=MONDAY)
    finish(session, hall.desk_a, Outcome.ISSUED, by=_officer(hall), at=LATER)
    take_recorded(session)
    found = undoable_at(session, hall.desk_a, SOON)
    assert found is not None
    assert found.until_at == LATER + 20 * SECOND
    assert undoable_at(session, hall.desk_a, found.until_at) is None
    with pytest.raises(UndoOver):
        undo(session, hall.desk_a, found.entry, by=_officer(hall), at=found.until_at)


def test_what_somebody_has_built_on_is_not_taken_back(session: Session, hall: SmallMall) -> None:
    visit = ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_a, at=MONDAY)
    finish(session, hall.desk_a, Outcome.ISSUED, by=_officer(hall), at=LATER)
    take_recorded(session)
    found = undoable_at(session, hall.desk_a, LATER)
    assert found is not None
    call_next(session, hall.desk_b, by=CITIZEN, at=LATER + SECOND)
    take_recorded(session)
    assert undoable_at(session, hall.desk_a, SOON) is None
    with pytest.raises(UndoOver) as refused:
        undo(session, hall.desk_a, found.entry, by=_officer(hall), at=SOON)
    assert refused.value.facts == {"number": visit.spoken}


def test_who_came_back_meanwhile_is_not_missed_again(session: Session, hall: SmallMall) -> None:
    visit = ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    miss(session, hall.desk_a, by=_officer(hall), at=LATER)
    welcome_back(session, visit, by=CITIZEN, at=LATER)
    take_recorded(session)
    assert undoable_at(session, hall.desk_a, SOON) is None


def test_a_desk_that_has_called_or_closed_takes_nobody_back(
    session: Session, hall: SmallMall
) -> None:
    ticket(session, hall.mall, hall.a)
    ticket(session, hall.mall, hall.a)
    serve_next(session, hall.desk_a, at=MONDAY)
    finish(session, hall.desk_a, Outcome.ISSUED, by=_officer(hall), at=LATER)
    take_recorded(session)
    found = undoable_at(session, hall.desk_a, SOON)
    assert found is not None
    assert overtaken_at(session, hall.desk_a, SOON) is None
    with session.begin_nested() as savepoint:
        call_next(session, hall.desk_a, by=CITIZEN, at=LATER)
        assert undoable_at(session, hall.desk_a, SOON) is None
        overtaken = overtaken_at(session, hall.desk_a, SOON)
        assert overtaken is not None
        assert overtaken.number == found.number
        with pytest.raises(DeskBusy):
            undo(session, hall.desk_a, found.entry, by=_officer(hall), at=SOON)
        savepoint.rollback()
    sign_off(session, hall.desk_a, by=CITIZEN, at=LATER)
    with pytest.raises(DeskClosed):
        undo(session, hall.desk_a, found.entry, by=_officer(hall), at=SOON)
    take_recorded(session)
    assert undoable_at(session, hall.desk_a, SOON) is None


def test_a_closed_desk_takes_nothing_back_that_it_put_aside(
    session: Session, hall: SmallMall
) -> None:
    visit = ticket(session, hall.mall, hall.a)
    serve_next(session, hall.desk_a, at=MONDAY)
    hold(session, hall.desk_a, reason="", by=CITIZEN, at=MONDAY + MINUTE)
    cancel(session, visit, reason="Pulang", from_desk=hall.desk_a, by=_officer(hall), at=LATER)
    take_recorded(session)
    found = undoable_at(session, hall.desk_a, SOON)
    assert found is not None
    sign_off(session, hall.desk_a, by=CITIZEN, at=LATER)
    take_recorded(session)
    assert undoable_at(session, hall.desk_a, SOON) is None
    with pytest.raises(DeskClosed):
        undo(session, hall.desk_a, found.entry, by=_officer(hall), at=SOON)


def test_a_number_whose_place_was_taken_meanwhile_stays_cancelled(
    session: Session, hall: SmallMall
) -> None:
    hall.a.daily_quota = 1
    session.flush()
    wish = [Wish(hall.a.id)]
    visit = take(session, hall.mall, wish, by=CITIZEN, at=MONDAY)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    cancel(session, visit, reason="Pulang", from_desk=hall.desk_a, by=_officer(hall), at=LATER)
    take_recorded(session)
    found = undoable_at(session, hall.desk_a, SOON)
    assert found is not None
    take(session, hall.mall, wish, by=CITIZEN, at=LATER)
    take_recorded(session)
    assert undoable_at(session, hall.desk_a, SOON) is None
    with pytest.raises(UndoPlaceTaken) as refused:
        undo(session, hall.desk_a, found.entry, by=_officer(hall), at=SOON)
    assert refused.value.facts == {"number": visit.spoken, "service": hall.a.name_id}


def test_neither_another_desks_act_nor_the_citizens_own_is_taken_back(
    session: Session, hall: SmallMall
) -> None:
    visit = ticket(session, hall.mall, hall.a)
    serve_next(session, hall.desk_a, at=MONDAY)
    finish(session, hall.desk_a, Outcome.ISSUED, by=_officer(hall), at=LATER)
    take_recorded(session)
    found = undoable_at(session, hall.desk_a, SOON)
    assert found is not None
    with pytest.raises(NotFound):
        undo(session, hall.desk_ab, found.entry, by=_officer(hall), at=SOON)
    with pytest.raises(NotFound):
        undo(session, hall.desk_a, 10**9, by=_officer(hall), at=SOON)
    assert visit.closed_at == LATER
    other = ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=LATER)
    cancel(session, other, reason="", by=CITIZEN, at=LATER)  # on the phone
    take_recorded(session)
    found = undoable_at(session, hall.desk_a, SOON)
    assert found is not None
    assert found.number == visit.spoken


def test_a_visit_goes_on_at_the_same_desk_before_who_is_due_there(
    session: Session, hall: SmallMall
) -> None:
    visit = ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_ab, at=MONDAY)
    ticket(session, hall.mall, hall.b, at=MONDAY - MINUTE)
    finish(session, hall.desk_ab, Outcome.ISSUED, by=CITIZEN, at=LATER)
    assert held_by(session, hall.desk_ab) is visit
    finish(session, hall.desk_ab, Outcome.ISSUED, by=CITIZEN, at=LATER + MINUTE)
    assert visit.closed_at == LATER + MINUTE
    assert held_by(session, hall.desk_ab) is None


def test_who_wants_something_elsewhere_leaves(session: Session, hall: SmallMall) -> None:
    visit = ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_a, at=MONDAY)
    finish(session, hall.desk_a, Outcome.ISSUED, by=CITIZEN, at=LATER)
    assert visit.desk_id is None
    assert visit.steps[1].state is StepState.WAITING


def test_what_is_added_at_the_desk_goes_on_there(session: Session, hall: SmallMall) -> None:
    visit = ticket(session, hall.mall, hall.a)
    serve_next(session, hall.desk_ab, at=MONDAY)
    add_service(session, visit, Wish(hall.b.id), by=CITIZEN, at=MONDAY)
    finish(session, hall.desk_ab, Outcome.ISSUED, by=CITIZEN, at=LATER)
    current = visit.current
    assert current is not None
    assert (current.service_id, current.state) == (hall.b.id, StepState.SERVING)
    assert (current.called_at, current.started_at, current.calls) == (LATER, LATER, 0)


def test_what_a_desk_put_aside_is_seen_at_each_that_may_take_it_up(
    session: Session, hall: SmallMall
) -> None:
    visit = ticket(session, hall.mall, hall.a)
    serve_next(session, hall.desk_a, at=MONDAY)
    hold(session, hall.desk_a, reason="Fotokopi", by=CITIZEN, at=LATER)
    sign_off(session, hall.desk_a, by=CITIZEN, at=LATER)
    session.flush()
    assert [step.ticket_id for step in set_aside(session, hall.desk_ab)] == [visit.id]
    assert set_aside(session, hall.desk_b) == []
    assert queue_of(session, hall.desk_ab) == []
