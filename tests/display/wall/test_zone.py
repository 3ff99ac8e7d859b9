"""What a wall shows of its zone, read from a real database after the real rules."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from display.wall.zone import may_watch, state_of_zone, zones_touched
from models.core.database import Database
from models.core.roles import Role
from models.journal.account_events import SignedIn
from models.journal.actors import Actor
from models.journal.events import CallSpoken, StepStarted, TicketExpired
from models.mall.catalogue import Service
from models.mall.mall import Desk, Holiday
from models.queue.calling import call_again, call_next
from models.queue.missing import miss, welcome_back
from models.queue.seating import tell_zone
from models.queue.serving import finish, start
from models.queue.shifts import begin_break, sign_off
from models.queue.tickets import Outcome
from tests import builders
from tests.builders import CITIZEN, MINUTE, MONDAY, SmallMall, small_mall


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


@pytest.fixture
def hall(session: Session) -> SmallMall:
    return small_mall(session)


def seen(session: Session, desk: Desk, *, minutes: float = 0) -> dict[str, Any]:
    session.flush()
    state = state_of_zone(session, str(desk.zone_id), MONDAY + minutes * MINUTE)
    assert state is not None
    return state


def row(state: dict[str, Any], desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in state["desks"] if one["number"] == desk.number)
    return found


def test_zone_without_visitors_shows_its_desks_ready(session: Session, hall: SmallMall) -> None:
    state = seen(session, hall.desk_a)
    assert [desk["state"] for desk in state["desks"]] == ["ready"] * 3
    assert (state["calls"], state["next"], state["waiting"]) == ([], [], 0)
    assert state["phase"] == "open"
    assert row(state, hall.desk_a)["needs"][0]["id"] == "KTP, KK, akta"


def test_called_number_is_shown_with_its_desk(session: Session, hall: SmallMall) -> None:
    ticket = builders.ticket(session, hall.mall, hall.a)
    call = call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    state = seen(session, hall.desk_a)
    assert row(state, hall.desk_a)["state"] == "called"
    assert row(state, hall.desk_a)["ticket"] == ticket.spoken
    assert state["calls"] == [
        {
            "call_id": call.id,
            "ticket": ticket.spoken,
            "desk": hall.desk_a.number,
            "zone_id": hall.desk_a.zone_id,
            "round": 1,
            "at": MONDAY.isoformat(),
        }
    ]
    start(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    assert row(seen(session, hall.desk_a), hall.desk_a)["state"] == "serving"
    finish(session, hall.desk_a, outcome=Outcome.ISSUED, by=CITIZEN, at=MONDAY)
    assert row(seen(session, hall.desk_a), hall.desk_a)["state"] == "ready"


def test_number_that_is_called_again_is_listed_once(session: Session, hall: SmallMall) -> None:
    builders.ticket(session, hall.mall, hall.a)
    other = builders.ticket(session, hall.mall, hall.b)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    call_next(session, hall.desk_b, by=CITIZEN, at=MONDAY)
    call_again(session, hall.desk_a, by=CITIZEN, at=MONDAY + MINUTE)
    calls = seen(session, hall.desk_a, minutes=2)["calls"]
    assert [(call["round"], call["ticket"]) for call in calls][1] == (1, other.spoken)
    assert [call["round"] for call in calls] == [2, 1]


def test_next_numbers_come_in_calling_order(session: Session, hall: SmallMall) -> None:
    first = builders.ticket(session, hall.mall, hall.a)
    second = builders.ticket(session, hall.mall, hall.b, at=MONDAY + MINUTE)
    lansia = builders.ticket(session, hall.mall, hall.a, at=MONDAY + 2 * MINUTE, priority=True)
    state = seen(session, hall.desk_a, minutes=3)
    assert state["next"] == [lansia.spoken, first.spoken, second.spoken]
    assert state["waiting"] == 3


def test_ticket_with_two_services_is_counted_once(session: Session, hall: SmallMall) -> None:
    both = builders.ticket(session, hall.mall, hall.a, hall.b)
    state = seen(session, hall.desk_a)
    assert (state["next"], state["waiting"]) == ([both.spoken], 1)


def test_nobody_comes_next_where_no_desk_is_open(session: Session, hall: SmallMall) -> None:
    c = builders.service(session, hall.mall, "C")
    closed = builders.desk(session, hall.mall, [c], zone_code="mawar", open_since=None)
    builders.ticket(session, hall.mall, c)
    state = seen(session, closed)
    assert (state["next"], row(state, closed)["state"]) == ([], "closed")


def test_break_tells_its_end(session: Session, hall: SmallMall) -> None:
    until_at = MONDAY + timedelta(minutes=15)
    begin_break(session, hall.desk_a, until_at=until_at, by=CITIZEN, at=MONDAY)
    shown = row(seen(session, hall.desk_a), hall.desk_a)
    assert (shown["state"], shown["until_at"]) == ("break", until_at.isoformat())
    sign_off(session, hall.desk_b, by=CITIZEN, at=MONDAY)
    assert row(seen(session, hall.desk_b), hall.desk_b)["state"] == "closed"


def test_no_desk_is_ready_in_a_break_of_the_hall_or_of_its_own(
    session: Session, hall: SmallMall
) -> None:
    builders.hours(session, hall.mall, 0, breaks=[(10 * 60, 10 * 60 + 30)], desk=hall.desk_a)
    ends_at = (MONDAY + 90 * MINUTE).isoformat()
    told = [row(seen(session, one, minutes=60), one) for one in (hall.desk_a, hall.desk_b)]
    assert [(one["state"], one["until_at"]) for one in told] == [
        ("break", ends_at),
        ("ready", None),
    ]
    # An officer who sits there after the desk's hours is ready all the same.
    assert row(seen(session, hall.desk_a, minutes=8 * 60), hall.desk_a)["state"] == "ready"
    noon = row(seen(session, hall.desk_b, minutes=4 * 24 * 60 + 180), hall.desk_b)
    assert noon["state"] == "break"


def test_a_desk_before_its_hours_tells_when_it_opens(session: Session, hall: SmallMall) -> None:
    hall.mall.intake_ahead_m = 30
    later = builders.agency(session, hall.mall, code="polres")
    hall.b.agency_id = later.id
    builders.hours(session, hall.mall, 0, 9 * 60, 12 * 60, agency=later)
    state = seen(session, hall.desk_a, minutes=-89)
    told = [row(state, one) for one in (hall.desk_a, hall.desk_b, hall.desk_ab)]
    eight = (MONDAY - 60 * MINUTE).isoformat()
    assert [(one["state"], one["until_at"]) for one in told] == [
        ("not_yet", eight),
        ("not_yet", MONDAY.isoformat()),
        ("not_yet", eight),
    ]
    assert state["phase"] == "open"
    nine = seen(session, hall.desk_a)
    assert [one["state"] for one in nine["desks"]] == ["ready"] * 3


def test_a_desk_whose_agency_serves_another_day_is_closed(
    session: Session, hall: SmallMall
) -> None:
    later = builders.agency(session, hall.mall, code="polres")
    hall.b.agency_id = later.id
    builders.hours(session, hall.mall, 2, agency=later)
    state = seen(session, hall.desk_b)
    assert [row(state, one)["state"] for one in (hall.desk_b, hall.desk_ab)] == ["closed", "ready"]


def test_a_ticket_at_a_desk_is_shown_through_the_break(session: Session, hall: SmallMall) -> None:
    builders.hours(session, hall.mall, 0, breaks=[(10 * 60, 10 * 60 + 30)], desk=hall.desk_a)
    builders.ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    assert row(seen(session, hall.desk_a, minutes=60), hall.desk_a)["state"] == "called"


def test_a_holiday_is_told_by_its_name(session: Session, hall: SmallMall) -> None:
    session.add(Holiday(mall_id=hall.mall.id, day=date(2026, 11, 23), name="Hari Contoh"))
    session.flush()
    state = seen(session, hall.desk_a)
    assert (state["phase"], state["holiday"]) == ("closed", "Hari Contoh")


def test_yesterdays_calls_are_gone_in_the_morning(session: Session, hall: SmallMall) -> None:
    builders.ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    assert len(seen(session, hall.desk_a)["calls"]) == 1
    assert seen(session, hall.desk_a, minutes=20 * 60)["calls"] == []


def test_before_opening_the_screen_can_tell_when(session: Session, hall: SmallMall) -> None:
    state = seen(session, hall.desk_a, minutes=-90)
    assert (state["phase"], state["next_at"]) == ("closed", (MONDAY - 60 * MINUTE).isoformat())


def test_zone_that_is_not_there_has_no_state(session: Session) -> None:
    assert state_of_zone(session, "4711", MONDAY) is None
    assert state_of_zone(session, "melati", MONDAY) is None


def another_zone(session: Session, hall: SmallMall, *services: Service) -> str:
    return str(builders.desk(session, hall.mall, services, zone_code="mawar").zone_id)


def test_events_touch_only_zones_that_serve_the_ticket(session: Session, hall: SmallMall) -> None:
    c = builders.service(session, hall.mall, "C")
    melati, mawar = str(hall.desk_a.zone_id), another_zone(session, hall, c)
    only_a = builders.ticket(session, hall.mall, hall.a)
    both = builders.ticket(session, hall.mall, hall.a, c)
    at_desk = StepStarted(
        mall_id=hall.mall.id, at=MONDAY, ticket_id=only_a.id, desk_id=hall.desk_a.id
    )
    waiting = TicketExpired(mall_id=hall.mall.id, at=MONDAY, ticket_id=both.id)
    assert set(zones_touched(session, at_desk)) == {melati}
    assert set(zones_touched(session, waiting)) == {melati, mawar}
    assert list(zones_touched(session, SignedIn(mall_id=hall.mall.id, at=MONDAY))) == []
    heard = CallSpoken(mall_id=hall.mall.id, at=MONDAY, ticket_id=only_a.id, call_id=1)
    assert list(zones_touched(session, heard)) == []


def test_only_boards_of_the_mall_follow_a_zone(session: Session, hall: SmallMall) -> None:
    key, mall_id = str(hall.desk_a.zone_id), hall.mall.id
    assert may_watch(session, Actor(role=Role.BOARD, mall_id=mall_id), key)
    assert not may_watch(session, Actor(role=Role.BOARD, mall_id=mall_id + 1), key)
    assert not may_watch(session, Actor(mall_id=mall_id), key)
    assert not may_watch(session, Actor(role=Role.BOARD, mall_id=mall_id), "x")


def test_missed_number_leaves_its_desk(session: Session, hall: SmallMall) -> None:
    builders.ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    miss(session, hall.desk_a, by=CITIZEN, at=MONDAY + 5 * MINUTE)
    state = seen(session, hall.desk_a, minutes=6)
    assert row(state, hall.desk_a)["ticket"] == ""


def test_a_number_is_shown_where_it_was_told_to_wait(session: Session, hall: SmallMall) -> None:
    mawar = builders.desk(session, hall.mall, [], zone_code="mawar")
    ticket = builders.ticket(session, hall.mall, hall.a)
    tell_zone(session, ticket, mawar.zone_id)
    call = call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    for state in (seen(session, mawar), seen(session, hall.desk_a)):
        for shown in (state["calls"], state["awaited"]):
            assert [(one["call_id"], one["zone_id"]) for one in shown] == [
                (call.id, hall.desk_a.zone_id)
            ]
    began = StepStarted(
        mall_id=hall.mall.id, at=MONDAY, ticket_id=ticket.id, desk_id=hall.desk_a.id
    )
    assert str(mawar.zone_id) in zones_touched(session, began)
    start(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    assert seen(session, mawar)["awaited"] == []


def test_all_who_are_awaited_are_told_in_the_order_of_their_calls(
    session: Session, hall: SmallMall
) -> None:
    """However many: the screen shows them large while the loudspeaker says one after the other."""
    desks = [builders.desk(session, hall.mall, [hall.a]) for _ in range(12)]
    for _ in desks:
        builders.ticket(session, hall.mall, hall.a)
    calls = [call_next(session, desk, by=CITIZEN, at=MONDAY) for desk in desks]
    again = call_again(session, desks[0], by=CITIZEN, at=MONDAY + MINUTE)
    start(session, desks[1], by=CITIZEN, at=MONDAY)
    awaited = [one["call_id"] for one in seen(session, desks[0], minutes=1)["awaited"]]
    assert awaited == [*(call.id for call in calls[2:]), again.id]


def test_who_came_back_is_awaited_by_the_newest_call_alone(
    session: Session, hall: SmallMall
) -> None:
    ticket = builders.ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    miss(session, hall.desk_a, by=CITIZEN, at=MONDAY + 2 * MINUTE)
    welcome_back(session, ticket, by=CITIZEN, at=MONDAY + 3 * MINUTE)
    newest = call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY + 4 * MINUTE)
    awaited = seen(session, hall.desk_a, minutes=4)["awaited"]
    assert [one["call_id"] for one in awaited] == [newest.id]
